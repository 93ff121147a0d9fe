/** What one reader takes of a budget. */
export interface Share {
  /** Waits until so many bytes are free, in turn; `name` is what an error says needs them. */
  take(bytes: number, name: string): Promise<void>;
  /** Gives back what was taken. */
  free(): void;
}

/**
 * Holds what several readers take at once below a limit. Who takes twice without giving back in between may wait for ever.
 *
 * `take` throws Error for more bytes than there are at all.
 */
export function byteBudget(limit: number): () => Share {
  let left = limit;
  const waiting: { readonly bytes: number; readonly begin: () => void }[] = [];
  const serve = (): void => {
    while (waiting.length > 0 && waiting[0].bytes <= left) {
      const { bytes, begin } = waiting.shift() as (typeof waiting)[number];
      left -= bytes;
      begin();
    }
  };
  return () => {
    let taken = 0;
    return {
      async take(bytes, name) {
        if (bytes > limit) {
          throw new Error(
            `${name}: expected an image whose pixels take at most ${limit} bytes, found ${bytes}; ` +
              'raise byteLimit if the file can be trusted.',
          );
        }
        await new Promise<void>((begin) => {
          waiting.push({ bytes, begin });
          serve();
        });
        taken += bytes;
      },
      free() {
        left += taken;
        taken = 0;
        serve();
      },
    };
  };
}
