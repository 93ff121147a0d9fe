import { setTimeout } from 'node:timers/promises';
import type { Queue, QueueBaseOptions } from 'bullmq';

/** All jobs go through one queue of the server; that of another experiment is another database: redis://host:6379/1. */
export const QUEUE = 'tfjs-multitask-experiments';

const CONNECT_MS = 5000;
const RETRY_MS = 2000;
const CLOSE_MS = 2000;

/** BullMQ is loaded where a queue is asked for, and nowhere else. */
export async function loadBullmq(): Promise<typeof import('bullmq')> {
  try {
    await import('ioredis');
    return await import('bullmq');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new Error('--queue needs BullMQ and its client of Redis: npm install bullmq ioredis', { cause: error });
  }
}

/** Reads `--queue`; undefined where it was not given. */
export function parseQueue(text: string | undefined): URL | undefined {
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['redis:', 'rediss:'].includes(url.protocol) || url.hostname === '') {
    throw new RangeError(`--queue must be the address of a Redis server, as redis://host:6379; got '${text}'.`);
  }
  return url;
}

/** The address without user and password. */
export const placeOf = ({ protocol, hostname, port, pathname }: URL): string =>
  `${protocol}//${hostname}:${port || 6379}${pathname === '/' ? '' : pathname}`;

/** How to reach a server: what is asked of it while it is away waits until it is back, or until this gives up. */
export interface Reach {
  readonly options: Pick<QueueBaseOptions, 'connection'>;
  giveUp(): void;
}

export function reach(url: URL): Reach {
  let tries = true;
  const retryStrategy = (times: number): number | null => (tries ? Math.min(100 * times, RETRY_MS) : null);
  return {
    options: { connection: { url: url.href, maxRetriesPerRequest: null, retryStrategy } },
    giveUp() {
      tries = false;
    },
  };
}

/**
 * Opens the queue; `close` ends the connection, also while the server is away.
 *
 * @throws Error where no server answers within some seconds.
 */
export async function openQueue(url: URL): Promise<{ readonly queue: Queue; close(): Promise<void> }> {
  const { Queue } = await loadBullmq();
  const { options, giveUp } = reach(url);
  const queue = new Queue(QUEUE, options);
  const close = async (): Promise<void> => {
    giveUp();
    await Promise.race([queue.close(), setTimeout(CLOSE_MS, undefined, { ref: false })]);
  };
  const slow = new AbortController();
  try {
    await new Promise<void>((resolve, reject) => {
      queue.once('error', reject);
      queue.waitUntilReady().then(resolve, reject);
      setTimeout(CONNECT_MS, undefined, { signal: slow.signal }).then(
        () => reject(new Error(`no answer within ${CONNECT_MS / 1000} s`)),
        () => undefined,
      );
    });
    return { queue, close };
  } catch (error) {
    queue.on('error', () => undefined);
    giveUp();
    void queue.disconnect().catch(() => undefined);
    const { message, code = '' } = error as NodeJS.ErrnoException;
    throw new Error(
      `--queue: no Redis to work with at ${placeOf(url)}: ${message || code}. Start one, as by ` +
        '"redis-server --appendonly yes", or name another.',
      { cause: error },
    );
  } finally {
    slow.abort();
  }
}

/** Says once that the server is away, and once that it is back, however often it is tried in between. */
export function watchOutages(url: URL, say: (line: string) => void): { away(error: Error): void; back(): void } {
  let since: number | undefined;
  return {
    away({ message }) {
      if (since === undefined) say(`Redis at ${placeOf(url)} is away (${message || 'no connection'}); waiting for it.`);
      since ??= Date.now();
    },
    back() {
      if (since !== undefined) say(`Redis is back after ${Math.round((Date.now() - since) / 1000)} s.`);
      since = undefined;
    },
  };
}
