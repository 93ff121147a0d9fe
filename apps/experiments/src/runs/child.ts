// A process of its own for one run. Its parent sends a `Request` and hears `Report`s.
import { useBackend } from 'tfjs-multitask/backends';
import type { Listener } from '../training/train-run';
import { FolderInUse, lockFolder } from './lock';
import { type Job, runJob, scoreFlips } from './run-job';

export interface Request {
  readonly job: Job;
  readonly threads: number;
  /** To train the run, or to score a complete one once more, with flips. */
  readonly work: 'train' | 'score flips';
}

export type Report =
  | { readonly kind: 'step'; readonly epoch: number; readonly step: number }
  | { readonly kind: 'notice'; readonly text: string }
  | { readonly kind: 'end'; readonly outcome: 'complete' }
  | { readonly kind: 'end'; readonly outcome: 'stopped' }
  /** Another process is at this run. */
  | { readonly kind: 'end'; readonly outcome: 'busy'; readonly error: string }
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

process.once('message', async ({ job, threads, work }: Request) => {
  let told = 0;
  let unlock: (() => Promise<void>) | undefined;
  try {
    unlock = await lockFolder(job.folder);
    await useBackend(job.backend, { threads, onNotice: console.warn });
    const listener: Listener = {
      onStep({ epoch, step }) {
        if (Date.now() - told < REPORT_MS) return;
        told = Date.now();
        void tell({ kind: 'step', epoch, step });
      },
      onNotice(text) {
        console.warn(text);
        void tell({ kind: 'notice', text });
      },
    };
    const complete = work === 'train' ? await runJob(job, controller.signal, listener) : await scoreFlips(job);
    await unlock();
    await tell(complete ? { kind: 'end', outcome: 'complete' } : { kind: 'end', outcome: 'stopped' });
  } catch (error) {
    await unlock?.();
    console.error(error);
    const outcome = error instanceof FolderInUse ? 'busy' : 'failed';
    await tell({ kind: 'end', outcome, error: (error as Error).message });
  }
  process.exit();
});
