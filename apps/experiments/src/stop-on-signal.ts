const IMPATIENT_MS = 1000;

/** What a shell expects of a command that Ctrl-C ended. */
export const STOPPED = 130;

/**
 * A signal that aborts on Ctrl-C (SIGINT) and on SIGTERM, which shutdowns and job schedulers send; Ctrl-C again ends the
 * process at once. Either may come more than once: npm and tsx pass on what the terminal sent.
 */
export function stopOnSignal(notice: string): AbortSignal {
  const controller = new AbortController();
  let asked = Number.POSITIVE_INFINITY;
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
