import { open, readdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { joinBytes } from '../../internal/join-bytes';
import { makeFolder } from '../make-folder';
import { startEvent, versionEvent } from './event';
import { toRecord } from './record';

/** A file that TensorBoard reads while it grows. */
export interface EventFile {
  readonly path: string;
  /** Appends an event. It is in the file when this returns, whole or not at all. */
  append(event: Uint8Array): Promise<void>;
  /** Flushes the file to the disk, and closes it. */
  close(): Promise<void>;
}

const NAME = /^events\.out\.tfevents\.(\d{10})\./;

/** A name behind those of all event files there: TensorBoard reads them in the order of their names. */
async function nextName(directory: string, seconds: number): Promise<string> {
  const times = (await readdir(directory)).map((name) => Number(NAME.exec(name)?.[1] ?? 0));
  const time = times.reduce((latest, one) => Math.max(latest, one + 1), Math.floor(seconds));
  return `events.out.tfevents.${String(time).padStart(10, '0')}.${hostname()}.${process.pid}`;
}

/**
 * Begins an event file in a directory, and creates that. What earlier files there hold of the step `from` and later ones is
 * no longer shown.
 *
 * @throws {Error} with the path, where it cannot be written.
 */
export async function createEventFile(directory: string, from: number): Promise<EventFile> {
  const now = Date.now() / 1000;
  let path = directory;
  const attempt = async <R>(what: string, work: () => Promise<R>): Promise<R> => {
    try {
      return await work();
    } catch (error) {
      throw new Error(`${path}: could not ${what}: ${(error as Error).message}.`, { cause: error });
    }
  };
  const handle = await attempt('begin an event file', async () => {
    await makeFolder(directory);
    path = join(directory, await nextName(directory, now));
    return open(path, 'wx');
  });
  let length = 0;
  const write = (content: Uint8Array): Promise<void> =>
    attempt(`write ${content.length} bytes`, async () => {
      try {
        for (let at = 0; at < content.length; ) {
          const { bytesWritten } = await handle.write(content, at, content.length - at, length + at);
          at += bytesWritten;
        }
      } catch (error) {
        // A full disk takes a part of it, behind which a reader would find nothing more.
        await handle.truncate(length).catch(() => undefined);
        throw error;
      }
      length += content.length;
    });
  const close = (): Promise<void> =>
    attempt('close it', async () => {
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
    });
  try {
    await write(joinBytes([versionEvent(now), startEvent({ wallTime: now, step: from })].map(toRecord)));
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
  return { path, append: (event) => write(toRecord(event)), close };
}
