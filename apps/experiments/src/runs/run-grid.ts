import { readFile } from 'node:fs/promises';
import type { SplitRecord } from '../records';
import type { RunRequest } from './child';
import { costOf, duration, gridProgress, placeOf } from './progress';
import { openRun, recordFailure } from './run-folder';
import type { Job } from './run-job';
import { spawnRun } from './spawn-run';

export interface GridOutcome {
  readonly complete: number;
  /** Left to other processes, which are at them. */
  readonly busy: readonly string[];
  readonly failed: readonly { readonly id: string; readonly error: string }[];
  readonly stopped: boolean;
}

/** What each run costs, by its id. */
export async function costsOf(jobs: readonly Job[]): Promise<Map<string, number>> {
  const images = new Map<string, number>();
  for (const file of new Set(jobs.map(({ splitFile }) => splitFile))) {
    const { train } = JSON.parse(await readFile(file, 'utf8')) as SplitRecord;
    images.set(file, train.length);
  }
  return new Map(jobs.map(({ id, config, splitFile }) => [id, costOf(config, images.get(splitFile)!)]));
}

/**
 * Does what is left to do, so many runs at once. A run that fails is recorded and the others go on.
 *
 * @throws Error before anything is trained, where a folder holds another run.
 */
export async function runGrid(
  jobs: readonly Job[],
  { parallel, threads, signal }: { readonly parallel: number; readonly threads: number; readonly signal: AbortSignal },
): Promise<GridOutcome> {
  const requests: RunRequest[] = [];
  for (const job of jobs) {
    const work = await openRun(job);
    if (work !== 'nothing') requests.push({ job, threads, work });
  }
  let complete = jobs.length - requests.filter(({ work }) => work === 'train').length;
  if (complete > 0) console.log(`${complete} of ${jobs.length} runs are complete already.`);

  const costs = await costsOf(requests.map(({ job }) => job));
  for (const { job, work } of requests) {
    if (work !== 'train') costs.set(job.id, costs.get(job.id)! / job.config.epochs);
  }
  const progress = gridProgress(costs);
  const busy: string[] = [];
  const failed: { id: string; error: string }[] = [];

  const runOne = async (request: RunRequest): Promise<void> => {
    const { job, work } = request;
    const { id, config } = job;
    const started = new Date();
    const outcome = await spawnRun(request, signal, {
      onStep: (at) => progress.step(id, ...placeOf(config, at)),
      onNotice: (text) => progress.say(`${id}: ${text}`),
    });
    if (outcome.outcome === 'stopped') return;
    const time = duration((Date.now() - started.getTime()) / 1000);
    if (outcome.outcome === 'complete') {
      if (work === 'train') complete++;
      progress.end(id, `${id} ${work === 'train' ? 'complete' : 'scored with flips'} in ${time}`);
      return;
    }
    if (outcome.outcome === 'busy') {
      busy.push(id);
      progress.end(id, `${id} is left to others: ${outcome.error}`);
      return;
    }
    failed.push({ id, error: outcome.error });
    if (work === 'train') await recordFailure(job, started, outcome.error);
    progress.end(id, `${id} FAILED: ${outcome.error}`);
  };
  const queue = requests.values();
  const work = async (): Promise<void> => {
    for (const request of queue) {
      if (signal.aborted) return;
      await runOne(request);
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  progress.close();
  return { complete, busy, failed, stopped: signal.aborted };
}
