// A process of its own for one run. Its parent sends a `Request` and hears `Report`s.
import { useBackend } from 'tfjs-multitask/backends';
import { type Part, predictPart } from '../predict/predict-part';
import { checkRunData } from '../queue/check-run-data';
import { OtherWork } from '../queue/other-work';
import type { Listener } from '../training/train-run';
import { FolderInUse, lockFolder } from './lock';
import { type Job, runJob, scoreFlips } from './run-job';

interface Shared {
  readonly threads: number;
  /** SHA-256 of the images that it is to be done on; left out: those that are here. */
  readonly data?: string;
}

export interface RunRequest extends Shared {
  readonly job: Job;
  /** To train the run, or to score a complete one once more, with flips. */
  readonly work: 'train' | 'score flips';
}

export interface PartRequest extends Shared {
  readonly part: Part;
  readonly work: 'predict';
}

export type Request = RunRequest | PartRequest;

export type Report =
  | { readonly kind: 'step'; readonly epoch: number; readonly step: number }
  | { readonly kind: 'notice'; readonly text: string }
  | { readonly kind: 'end'; readonly outcome: 'complete' }
  | { readonly kind: 'end'; readonly outcome: 'stopped' }
  /** Another process is at this run. */
  | { readonly kind: 'end'; readonly outcome: 'busy'; readonly error: string }
  /** The data or the model are others here than where the work was asked for. */
  | { readonly kind: 'end'; readonly outcome: 'refused'; readonly error: string }
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

/** Does the work; false where it was stopped on the way. */
async function doWork(request: Request, listener: Listener): Promise<boolean> {
  if (request.work === 'predict') return predictPart(request.part, request.threads, controller.signal, listener);
  const { job, threads, work } = request;
  if (request.data !== undefined) await checkRunData(job, request.data);
  await useBackend(job.backend, { threads, onNotice: console.warn });
  return work === 'train' ? runJob(job, controller.signal, listener) : scoreFlips(job);
}

function endOf(error: unknown): 'busy' | 'refused' | 'failed' {
  if (error instanceof FolderInUse) return 'busy';
  return error instanceof OtherWork ? 'refused' : 'failed';
}

process.once('message', async (request: Request) => {
  let told = 0;
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
  let unlock: (() => Promise<void>) | undefined;
  try {
    if (request.work !== 'predict') unlock = await lockFolder(request.job.folder);
    const complete = await doWork(request, listener);
    await unlock?.();
    await tell(complete ? { kind: 'end', outcome: 'complete' } : { kind: 'end', outcome: 'stopped' });
  } catch (error) {
    await unlock?.();
    console.error(error);
    await tell({ kind: 'end', outcome: endOf(error), error: (error as Error).message });
  }
  process.exit();
});
