import { recordFailure } from '../runs/run-folder';
import { costsOf, type GridOutcome } from '../runs/run-grid';
import type { Job } from '../runs/run-job';
import { placeOf } from './connect';
import { codeDigest, dataDigest } from './digests';
import { runByWorkers } from './submit';
import { whatIsLeft } from './task';

/** Has workers do the runs of a grid; a run that was set aside is recorded as failed. */
export async function runGridByWorkers(
  url: URL,
  jobs: readonly Job[],
  out: string,
  signal: AbortSignal,
): Promise<Omit<GridOutcome, 'busy'>> {
  const started = new Date();
  const costs = await costsOf(jobs);
  const code = await codeDigest();
  const data = await dataDigest(jobs[0].data);
  console.log(
    `\n${jobs.length} runs on ${jobs[0].backend} by the workers at ${placeOf(url)}; everything goes to ${out}`,
  );
  const tasks = [];
  for (const job of jobs) {
    const request = { job, work: 'train', data, threads: 1 } as const;
    const left = await whatIsLeft(request);
    const work = left === 'score flips' ? left : 'train';
    tasks.push({ id: job.id, request: { ...request, work }, code, cost: costs.get(job.id)! } as const);
  }
  const { complete, failed, stopped } = await runByWorkers(url, tasks, signal);
  for (const { task, error } of failed)
    if (task.request.work === 'train') await recordFailure(task.request.job, started, error);
  console.log(`\n${complete} of ${jobs.length} runs are complete, ${failed.length} failed.`);
  return { complete, stopped, failed: failed.map(({ task, error }) => ({ id: task.id, error })) };
}
