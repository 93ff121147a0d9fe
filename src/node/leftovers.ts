import { createHash, randomBytes } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { checkBoolean } from '../internal/check-kinds';
import { checkOptions } from '../internal/check-options';
import { checkPath } from './check-path';

/** A name of a temporary file says who writes it: computer, process, and when that began. */
const NAME = /^\.(?:([0-9a-f]{8})-(\d+)-(\d+)-)?[0-9a-f]{16}\.tfmt-tmp$/;
const STALE_MS = 60 * 60 * 1000;

const thisHost = (): string => createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
const began = (): number => Math.round(performance.timeOrigin);

/** A name for a file that has yet to be written. */
export function temporaryName(): string {
  return `.${thisHost()}-${process.pid}-${began()}-${randomBytes(8).toString('hex')}.tfmt-tmp`;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Whether the writer of a temporary file may be at work: one of another computer has an hour. */
async function isWritten(path: string, [, host, pid, since]: RegExpExecArray): Promise<boolean> {
  if (host === thisHost()) {
    // After a restart of a container, this process may have the number of the one that was killed.
    return Number(pid) === process.pid ? Number(since) === began() : isRunning(Number(pid));
  }
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: 0 })); // another process was faster
  return Date.now() - mtimeMs < STALE_MS;
}

/** Removes the temporary files of writers that are gone from a directory; returns how many others are at work. */
export async function sweep(directory: string): Promise<number> {
  let writers = 0;
  for (const name of await readdir(directory)) {
    const match = NAME.exec(name);
    if (match === null) continue;
    const path = join(directory, name);
    if (await isWritten(path, match)) writers++;
    else await rm(path, { force: true, recursive: true }); // `predict` fills a folder under such a name
  }
  return writers;
}

/** Options of {@link removeLeftovers}. */
export interface RemoveLeftoversOptions {
  /** Whether the directories below it are cleared as well. Default: false. */
  readonly recursive?: boolean | undefined;
}

/**
 * Removes the temporary files that writers of this library left in a directory, and with `recursive` in those below it,
 * when they were killed: of {@link writeJson}, {@link writePng}, {@link writeArchive}, {@link csvLog},
 * {@link checkpoint} and {@link fileSystem}.
 *
 * Files that a living process writes stay; those of other computers stay for an hour. What is killed leaves the file of
 * before or the new one beside them, whole. Symbolic links are not followed.
 *
 * {@link checkpoint} and {@link csvLog} do so themselves where a fit begins, {@link fileSystem} where a model is saved.
 *
 * Where there is no such directory, nothing happens.
 *
 * @throws {Error} with the path if a directory cannot be read or a file cannot be removed.
 * @throws {RangeError} for an unknown option or an empty path.
 * @throws {TypeError} for a path that is not a text, or a `recursive` that is not true or false.
 * @example
 * ```ts
 * import { removeLeftovers } from 'tfjs-multitask/node';
 *
 * await removeLeftovers('runs/own', { recursive: true }); // before a run that goes on there
 * ```
 */
export async function removeLeftovers(directory: string, options: RemoveLeftoversOptions = {}): Promise<void> {
  checkOptions(options, ['recursive'], 'removeLeftovers');
  const { recursive = false } = options;
  checkBoolean(recursive, 'removeLeftovers: recursive');
  checkPath(directory, 'removeLeftovers: directory');
  try {
    await sweep(directory);
    if (!recursive) return;
    for (const entry of await readdir(directory, { withFileTypes: true })) {
      if (entry.isDirectory()) await removeLeftovers(join(directory, entry.name), { recursive });
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
