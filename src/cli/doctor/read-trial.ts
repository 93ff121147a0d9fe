/** How a backend fared. */
export type Trial =
  | {
      readonly works: true;
      /** Among which it shares its work, where that is known. */
      readonly threads?: number | undefined;
      /** What it computes on. */
      readonly gpu?: string | undefined;
    }
  | { readonly works: false; readonly reason: string };

/** Given to a backend until it must have computed. */
export const SECONDS = 60;

/** What a process that tried a backend left: its last line, or how it ended. */
export function readTrial(
  stdout: string,
  error: { readonly signal?: string | null | undefined; readonly killed?: boolean | undefined } | null,
): Trial {
  const last = stdout.trimEnd().split('\n').at(-1) as string;
  try {
    const trial: unknown = JSON.parse(last);
    if (typeof trial === 'object' && trial !== null && 'works' in trial) return trial as Trial;
  } catch {
    // It did not come to its end.
  }
  if (error?.killed) return { works: false, reason: `It did not begin to compute within ${SECONDS} seconds.` };
  return { works: false, reason: `The process that tried it crashed${error?.signal ? ` (${error.signal})` : ''}.` };
}
