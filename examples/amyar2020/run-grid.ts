import { readFile } from 'node:fs/promises';
import { costOf, duration, gridProgress } from './progress';
import type { SplitRecord } from './records';
import { openRun, recordFailure } from './run-folder';
import type { Job } from './run-job';
import { spawnRun } from './spawn-run';

export interface GridOutcome {
  readonly complete: number;
  readonly failed: readonly { readonly id: string; readonly error: string }[];
  readonly stopped: boolean;
}

/**
 * Trains what is not done yet, so many runs at once. A run that fails is recorded and the others go on.
 *
 * @throws Error before anything is trained, where a folder holds another run.
 */
export async function runGrid(
  jobs: readonly Job[],
  { parallel, threads, signal }: { readonly parallel: number; readonly threads: number; readonly signal: AbortSignal },
): Promise<GridOutcome> {
  const waiting: Job[] = [];
  for (const job of jobs) if ((await openRun(job)) === 'to do') waiting.push(job);
  const skipped = jobs.length - waiting.length;
  if (skipped > 0) console.log(`${skipped} of ${jobs.length} runs are complete already.`);

  const costs = new Map<string, number>();
  for (const { id, config, splitFile } of waiting) {
    const { train } = JSON.parse(await readFile(splitFile, 'utf8')) as SplitRecord;
    costs.set(id, costOf(config, train.length));
  }
  const progress = gridProgress(costs);
  const failed: { id: string; error: string }[] = [];
  let complete = skipped;

  const runOne = async (job: Job): Promise<void> => {
    const { id, config } = job;
    const started = new Date();
    const outcome = await spawnRun({ job, threads }, signal, ({ epoch, step }) => {
      const within = Math.min(1, step / (config.stepsPerEpoch ?? Number.POSITIVE_INFINITY));
      progress.step(id, (epoch + within) / config.epochs, `epoch ${epoch + 1}/${config.epochs}`);
    });
    if (outcome.outcome === 'stopped') return;
    const time = duration((Date.now() - started.getTime()) / 1000);
    if (outcome.outcome === 'complete') {
      complete++;
      progress.end(id, `${id} complete in ${time}`);
      return;
    }
    failed.push({ id, error: outcome.error });
    await recordFailure(job, started, outcome.error);
    progress.end(id, `${id} FAILED: ${outcome.error}`);
  };
  const queue = waiting.values();
  const work = async (): Promise<void> => {
    for (const job of queue) {
      if (signal.aborted) return;
      await runOne(job);
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  progress.close();
  return { complete, failed, stopped: signal.aborted };
}
