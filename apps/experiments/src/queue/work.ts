import { availableParallelism, hostname } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import type { Job, Worker } from 'bullmq';
import { placeOf as placeOfRun } from '../runs/progress';
import { spawnRun } from '../runs/spawn-run';
import { loadBullmq, openQueue, placeOf, QUEUE, reach, watchOutages } from './connect';
import { codeDigest } from './digests';
import type { WorkerOptions } from './options';
import { OtherWork } from './other-work';
import { checkFolder, movePaths, type Task, type TaskProgress, whatIsLeft } from './task';

const TELL_MS = 1000;
/** So long a job waits that another process is at. */
const BUSY_MS = 5000;
/** So long one waits for another worker that this one refuses. */
const REFUSED_MS = 1000;
/** A job whose worker went away is taken over so often: machines do fail, but one job may be what makes them. */
const TAKEN_OVER = 10;
const CLOSE_MS = 5000;

/** Tells at most once a second how far a job is, and never waits for the server. */
function teller(job: Job<Task>): (progress: TaskProgress) => Promise<void> {
  let [told, busy] = [0, false];
  return async (progress) => {
    if (progress.notice === undefined && (busy || Date.now() - told < TELL_MS)) return;
    [told, busy] = [Date.now(), true];
    await job.updateProgress(progress).catch(() => undefined);
    busy = false;
  };
}

/**
 * Works on the queue until `signal` is aborted or, with `idle`, nothing has been left for so long.
 *
 * @throws OtherWork where code, images or model are others here than where the work was asked for; the job stays in the queue.
 * @throws Error where there is no BullMQ, or no server.
 */
export async function workOn(options: WorkerOptions, signal: AbortSignal): Promise<void> {
  const { queue: url, jobs, paths, stalledAfter, idle } = options;
  const code = await codeDigest();
  await (await openQueue(url)).close();
  const server = reach(url);
  const { Worker, DelayedError } = await loadBullmq();
  const threads = Math.max(1, Math.floor(availableParallelism() / jobs));
  const say = (line: string): void => console.log(`${new Date().toISOString()}  ${line}`);
  const outages = watchOutages(url, say);
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  signal.addEventListener('abort', stop, { once: true });
  let refused: OtherWork | undefined;
  let active = 0;
  let idleSince = Date.now();

  const doTask = async ({ id, request, code: asked }: Task, tell: (progress: TaskProgress) => Promise<void>) => {
    if (asked !== code) {
      const [there, here] = [asked, code].map((digest) => digest.slice(0, 12));
      throw new OtherWork(
        `the code here (${here}) is not that of which the work was made (${there}); bring it to the same version.`,
      );
    }
    const here = { ...(paths === undefined ? request : movePaths(request, paths)), threads };
    await checkFolder(here);
    const work = await whatIsLeft(here);
    if (work === 'nothing') return { outcome: 'complete already' } as const;
    const by = `on ${hostname()} (${process.pid})`;
    say(`${id} begins`);
    await tell({ share: 0, place: `begins ${by}` });
    return spawnRun({ ...here, work } as typeof here, stopping.signal, {
      onStep(at) {
        if (here.work === 'predict') {
          const images = here.part.chunk.to - here.part.chunk.from;
          void tell({ share: at.step / images, place: `${at.step}/${images} images ${by}` });
        } else {
          const [share, place] = placeOfRun(here.job.config, at);
          void tell({ share, place: `${place} ${by}` });
        }
      },
      onNotice: (text) => say(`${id}: ${text}`),
    });
  };

  const doJob = async (job: Job<Task>, token?: string): Promise<void> => {
    const tell = teller(job);
    const { id } = job.data;
    /** Back into the queue, without a try being counted. */
    const putBack = async (ms: number): Promise<never> => {
      await job.moveToDelayed(Date.now() + ms, token);
      throw new DelayedError();
    };
    const refuse = async (error: OtherWork): Promise<never> => {
      refused ??= error;
      await tell({ share: 0, place: '', notice: `refused by ${hostname()} (${process.pid}): ${error.message}` });
      stop();
      return putBack(REFUSED_MS);
    };
    if (stopping.signal.aborted) return putBack(0);
    const result = await doTask(job.data, tell).catch((error: Error) => {
      if (error instanceof OtherWork) return { outcome: 'refused', error: error.message } as const;
      throw error;
    });
    say(`${id} ${result.outcome}${'error' in result ? `: ${result.error}` : ''}`);
    if (result.outcome === 'stopped') return putBack(0);
    if (result.outcome === 'busy') return putBack(BUSY_MS);
    if (result.outcome === 'refused') return refuse(new OtherWork(result.error));
    if (result.outcome === 'failed') throw new Error(result.error);
  };

  const worker: Worker<Task> = new Worker<Task>(
    QUEUE,
    async (job, token) => {
      active++;
      outages.back();
      try {
        await doJob(job, token);
      } finally {
        active--;
        idleSince = Date.now();
      }
    },
    {
      ...server.options,
      concurrency: jobs,
      lockDuration: 1000 * stalledAfter,
      stalledInterval: 500 * stalledAfter,
      maxStalledCount: TAKEN_OVER,
    },
  );
  worker.on('error', (error) => {
    // A job that ended while the server was away belongs to another worker by now, which finds it done.
    if (!/lock/i.test(error.message)) outages.away(error);
  });
  worker.on('locksRenewed', outages.back);
  worker.on('stalled', (job) => say(`${job}: its worker is gone, others take it over`));
  say(`works on ${placeOf(url)}, ${jobs} at once with ${threads} ${threads === 1 ? 'thread' : 'threads'} each`);

  while (!stopping.signal.aborted) {
    await setTimeout(TELL_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    if (idle !== undefined && active === 0 && Date.now() - idleSince > 1000 * idle) {
      say(`nothing to do for ${idle} s`);
      stop();
    }
  }
  // Takes no more jobs and waits for those under way, which save themselves; not for a server that is away.
  const closing = worker.close();
  while (active > 0 && (await Promise.race([closing.then(() => false), setTimeout(TELL_MS, true)])));
  await Promise.race([closing, setTimeout(CLOSE_MS)]);
  server.giveUp();
  if (refused !== undefined) throw refused;
}
