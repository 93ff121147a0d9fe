import { checkText } from '../internal/check-kinds';

const IMPATIENT_MS = 1000;
/** What a shell expects of a program that Ctrl-C ended. */
const STOPPED = 130;

/**
 * A signal that aborts on Ctrl-C (SIGINT) and on SIGTERM, which shutdowns and job schedulers send, so that a program comes to
 * a safe point and ends there.
 *
 * A second Ctrl-C, a second later or more, ends the process at once, with the exit code 130.
 *
 * `notice` is printed on stderr when Ctrl-C is pressed: what the program does until it ends. Call it once in a program.
 *
 * @throws {TypeError} where `notice` is not a text.
 * @example
 * ```ts
 * import { stopOnSignal } from 'tfjs-multitask/node';
 *
 * const signal = stopOnSignal('Stopping after this image');
 * for (const image of ['a.png', 'b.png']) {
 *   if (signal.aborted) break;
 *   console.log(image);
 * }
 * ```
 */
export function stopOnSignal(notice: string): AbortSignal {
  checkText(notice, 'stopOnSignal: notice');
  const controller = new AbortController();
  let asked = Number.POSITIVE_INFINITY;
  // Either may come more than once: npm and tsx pass on what the terminal sent.
  process.on('SIGTERM', () => controller.abort());
  process.on('SIGINT', () => {
    if (Date.now() - asked > IMPATIENT_MS) process.exit(STOPPED);
    if (controller.signal.aborted) return;
    asked = Date.now();
    console.error(`\n${notice}; press Ctrl-C again to stop at once.`);
    controller.abort();
  });
  return controller.signal;
}
