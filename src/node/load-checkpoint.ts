import type { PlainData } from '../types';
import { readArchive } from './archive';
import { checkPath } from './check-path';
import { listCheckpoints } from './checkpoint-files';

export interface LoadedCheckpoint {
  /** Pass it to `fit` as `resume`. */
  readonly state: PlainData;
  readonly file: string;
  /** Newer checkpoints that could not be read, and why. */
  readonly skipped: readonly { readonly file: string; readonly reason: string }[];
}

interface Newest<V> {
  readonly value: V;
  readonly file: string;
  readonly skipped: LoadedCheckpoint['skipped'];
}

/**
 * The result of `read` for the newest checkpoint for which it does not throw; undefined where there is no checkpoint.
 */
export async function readNewest<V>(
  directory: string,
  read: (path: string) => Promise<V>,
): Promise<Newest<V> | undefined> {
  const skipped: { file: string; reason: string }[] = [];
  for (const { path } of await listCheckpoints(directory)) {
    try {
      return { value: await read(path), file: path, skipped };
    } catch (error) {
      skipped.push({ file: path, reason: (error as Error).message });
    }
  }
  if (skipped.length === 0) return undefined;
  throw new Error(
    `${directory}: expected a whole checkpoint, found none: ${skipped.map(({ reason }) => reason).join(' ')}`,
  );
}

/**
 * Reads the newest intact checkpoint that {@link checkpoint} wrote to a directory; undefined if there is none yet.
 * Truncated or changed files are skipped and named in `skipped`.
 *
 * @throws Error that names every checkpoint and what is wrong with it, if none of them is intact.
 * @example
 * const last = await loadCheckpoint('runs/paper');
 * await trainer.fit(trainSet, { epochs: 500, resume: last?.state, callbacks: [checkpoint('runs/paper')] });
 */
export async function loadCheckpoint(directory: string): Promise<LoadedCheckpoint | undefined> {
  checkPath(directory, 'loadCheckpoint: directory');
  const newest = await readNewest(directory, readArchive);
  return newest && { state: newest.value, file: newest.file, skipped: newest.skipped };
}
