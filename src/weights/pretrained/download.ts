/** How much of a file is there. */
export interface DownloadProgress {
  /** Bytes. */
  readonly loaded: number;
  /** Undefined where the server does not say. */
  readonly total: number | undefined;
}

/** Where a download goes to. */
export interface Sink {
  /** Bytes that are there from an earlier try. */
  size(): Promise<number>;
  /** Forgets what is there. */
  clear(): Promise<void>;
  write(part: Uint8Array): Promise<void>;
}

export interface DownloadOptions {
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** No weights are longer, and no server is to fill the disk. */
const LONGEST = 4 * 1024 ** 3;
/** Connections that bring something, before a download is given up. */
const TRIES = 5;

/** A reply that another try would not change. */
class Refused extends Error {}

const numberIn = (text: string | null | undefined): number | undefined => {
  const number = text ? Number(text) : Number.NaN;
  return Number.isSafeInteger(number) ? number : undefined;
};

/** One connection: goes on behind what is there, where the server can. */
async function connect(url: string, sink: Sink, { onProgress, signal }: DownloadOptions): Promise<void> {
  let loaded = await sink.size();
  const headers: Record<string, string> = loaded > 0 ? { Range: `bytes=${loaded}-` } : {};
  const response = await fetch(url, { headers, ...(signal && { signal }) });
  if (response.status === 416) return; // all of it is there, or more: the checksum tells
  const named = response.headers.get('content-range');
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(named ?? '');
  // A page may not read the range where a server of another origin does not expose it: then it is the one that was asked for.
  const isHidden = named === null && response.type === 'cors';
  const goesOn = response.status === 206 && (isHidden || (range !== null && Number(range[1]) === loaded));
  if (!goesOn && response.status !== 200) throw new Refused(`the server returned ${response.status}`);
  if (!goesOn && loaded > 0) {
    await sink.clear();
    loaded = 0;
  }
  // Of an encoded reply the length is another one.
  const length = response.headers.has('content-encoding')
    ? undefined
    : numberIn(response.headers.get('content-length'));
  const total = goesOn && !isHidden ? numberIn(range?.[2]) : length && loaded + length;
  for await (const part of partsOf(response)) {
    loaded += part.length;
    if (loaded > LONGEST) throw new Refused(`expected at most ${LONGEST} bytes, and the server sends more`);
    await sink.write(part);
    onProgress?.({ loaded, total });
  }
  if (total !== undefined && loaded < total)
    throw new Error(`the connection was cut after ${loaded} of ${total} bytes`);
}

async function* partsOf({ body }: Response): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  const reader = body.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** What went wrong in the end; `fetch` itself says "fetch failed" alone. */
export function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  return (
    (cause instanceof Error ? cause.message || (cause as NodeJS.ErrnoException).code : message) ?? 'no reason given'
  );
}

/**
 * Fetches a file, and goes on where a connection was cut as long as each one brings something.
 *
 * @throws {Error} that does not have the address.
 */
export async function download(url: string, sink: Sink, options: DownloadOptions): Promise<void> {
  for (let tries = 1; ; tries++) {
    const before = await sink.size();
    try {
      return await connect(url, sink, options);
    } catch (error) {
      const progressed = (await sink.size()) > before;
      if (error instanceof Refused || options.signal?.aborted || !progressed || tries === TRIES) throw error;
    }
  }
}
