import { execFile } from 'node:child_process';

/** The option by which the doctor has another process try a backend. */
export const TRY = '--try-backend';

/** How a backend fared. */
export type Trial =
  | {
      readonly works: true;
      /** Among which it shares its work, where that is known. */
      readonly threads?: number;
      /** What it computes on. */
      readonly gpu?: string;
    }
  | { readonly works: false; readonly reason: string };

const SECONDS = 60;

/** What a process that tried a backend left: its last line, or how it ended. */
export function readTrial(
  stdout: string,
  error: { readonly signal?: string | null; readonly killed?: boolean } | null,
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

/** Tries a backend in a process of its own, as a native library may end the one that loads it. */
export function tryInChild(name: string): Promise<Trial> {
  const [, program] = process.argv;
  const args = [...process.execArgv, program, 'doctor', TRY, name];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { timeout: SECONDS * 1000, windowsHide: true }, (error, stdout) => {
      resolve(readTrial(stdout, error));
    });
  });
}
