// A process of its own for one run. Its parent sends a `Request` and hears `Report`s.
import { type Job, runJob } from './run-job';
import { startBackend } from './start-backend';

export interface Request {
  readonly job: Job;
  readonly threads: number;
}

export type Report =
  | { readonly kind: 'step'; readonly epoch: number; readonly step: number }
  | { readonly kind: 'end'; readonly outcome: 'complete' }
  | { readonly kind: 'end'; readonly outcome: 'stopped' }
  | { readonly kind: 'end'; readonly outcome: 'failed'; readonly error: string };

const REPORT_MS = 250;

const controller = new AbortController();
process.on('SIGTERM', () => controller.abort());
// Ctrl-C reaches every process of the terminal; the parent decides what becomes of it.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => controller.abort());

function tell(report: Report): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(report, () => resolve());
  });
}

process.once('message', async ({ job, threads }: Request) => {
  let told = 0;
  try {
    await startBackend(job.backend, threads);
    const complete = await runJob(job, controller.signal, ({ epoch, step }) => {
      if (Date.now() - told < REPORT_MS) return;
      told = Date.now();
      void tell({ kind: 'step', epoch, step });
    });
    await tell(complete ? { kind: 'end', outcome: 'complete' } : { kind: 'end', outcome: 'stopped' });
  } catch (error) {
    console.error(error);
    await tell({ kind: 'end', outcome: 'failed', error: (error as Error).message });
  }
  process.exit();
});
