import { setTimeout } from 'node:timers/promises';
import type { Queue } from 'bullmq';
import { gridProgress } from '../runs/progress';
import { openQueue, watchOutages } from './connect';
import { type Task, type TaskProgress, taskKey, whatIsLeft } from './task';

/** Work for the queue, with what it costs. */
export interface CostedTask extends Task {
  readonly cost: number;
}

export interface QueueOutcome {
  readonly complete: number;
  readonly failed: readonly { readonly task: Task; readonly error: string }[];
  /** The command was told to stop; what is in the queue stays there. */
  readonly stopped: boolean;
}

/** A job that fails is tried so often, then set aside. */
const ATTEMPTS = 3;
const BACKOFF_MS = 1000;
/** What is done is on the disk; the server keeps it for those who look at the queue. */
const KEPT_SECONDS = 24 * 60 * 60;
const LOOK_MS = 1000;

/** Puts a task into the queue, unless it is there; one that ended there without its results on the disk is done anew. */
async function put(queue: Queue, task: Task): Promise<void> {
  const jobId = taskKey(task);
  const before = await queue.getJob(jobId);
  if (before !== undefined && ['completed', 'failed'].includes(await before.getState())) {
    await before.remove().catch(() => undefined); // somebody else was faster, and has put it there again
  }
  const { id, request, code } = task;
  await queue.add(id, { id, request, code } satisfies Task, {
    jobId,
    attempts: ATTEMPTS,
    backoff: { type: 'exponential', delay: BACKOFF_MS },
    removeOnComplete: { age: KEPT_SECONDS },
  });
}

/**
 * Has workers do what is left of the tasks, and shows how far they are. What lies on the disk says what is done; the queue
 * only says who does what, and may lose it: it is then put there again.
 *
 * @throws Error where there is no BullMQ, or no server.
 */
export async function runByWorkers(
  url: URL,
  tasks: readonly CostedTask[],
  signal: AbortSignal,
  what = 'runs',
): Promise<QueueOutcome> {
  const open = new Map<string, CostedTask>();
  for (const task of tasks) if ((await whatIsLeft(task.request)) !== 'nothing') open.set(taskKey(task), task);
  const done = tasks.length - open.size;
  if (done > 0) console.log(`${done} of ${tasks.length} ${what} are complete already.`);
  const failed: { task: Task; error: string }[] = [];
  if (open.size === 0) return { complete: done, failed, stopped: false };

  const { queue, close } = await openQueue(url);
  const costs = new Map([...open.values()].map(({ id, cost }) => [id, cost]));
  const progress = gridProgress(costs, process.stderr, what);
  const outages = watchOutages(url, progress.say);
  queue.on('error', outages.away);
  const told = new Set<string>();

  const look = async (): Promise<void> => {
    for (const job of await queue.getActive()) {
      const task = open.get(job.id ?? '');
      const { share = 0, place = 'begins' } = job.progress as Partial<TaskProgress>;
      if (task !== undefined) progress.step(task.id, share, place);
    }
    for (const [key, task] of open) {
      const state = await queue.getJobState(key);
      if (state === 'active') continue;
      const job = state === 'unknown' ? undefined : await queue.getJob(key);
      const { notice } = (job?.progress ?? {}) as Partial<TaskProgress>;
      if (notice !== undefined && !told.has(notice)) {
        told.add(notice);
        progress.say(`${task.id}: ${notice}`);
      }
      if (state === 'failed') {
        const error = job?.failedReason ?? 'no reason given';
        failed.push({ task, error });
        progress.end(task.id, `${task.id} FAILED ${job?.attemptsMade ?? ATTEMPTS} times and is set aside: ${error}`);
        open.delete(key);
      } else if (state === 'completed' || state === 'unknown') {
        if ((await whatIsLeft(task.request)) === 'nothing') {
          progress.end(task.id, `${task.id} complete`);
          open.delete(key);
        } else await put(queue, task);
      }
    }
    outages.back();
  };
  const work = async (): Promise<void> => {
    for (const task of open.values()) await put(queue, task);
    while (open.size > 0 && !signal.aborted) {
      await look();
      await setTimeout(LOOK_MS, undefined, { signal }).catch(() => undefined);
    }
  };
  // While the server is away, nothing that was asked of it returns.
  const stop = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  try {
    await Promise.race([work(), stop]);
  } finally {
    progress.close();
    await close();
  }
  return { complete: tasks.length - open.size - failed.length, failed, stopped: signal.aborted };
}
