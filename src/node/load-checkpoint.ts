import type { PlainData } from '../types';
import { readArchive } from './archive';
import { listCheckpoints } from './checkpoint-files';

export interface LoadedCheckpoint {
  /** Pass it to `fit` as `resume`. */
  readonly state: PlainData;
  readonly file: string;
  /** Newer checkpoints that could not be read, and why. */
  readonly skipped: readonly { readonly file: string; readonly reason: string }[];
}

/**
 * Reads the newest whole checkpoint that {@link checkpoint} wrote to a directory; undefined where there is none yet.
 * Torn or changed files are passed over and named in `skipped`.
 *
 * @throws Error that names every checkpoint and what is wrong with it, if none of them is whole.
 * @example
 * const last = await loadCheckpoint('runs/paper');
 * await trainer.fit(trainSet, { epochs: 500, resume: last?.state, callbacks: [checkpoint('runs/paper')] });
 */
export async function loadCheckpoint(directory: string): Promise<LoadedCheckpoint | undefined> {
  const skipped: { file: string; reason: string }[] = [];
  for (const { path } of await listCheckpoints(directory)) {
    try {
      return { state: await readArchive(path), file: path, skipped };
    } catch (error) {
      skipped.push({ file: path, reason: (error as Error).message });
    }
  }
  if (skipped.length === 0) return undefined;
  throw new Error(
    `${directory}: expected a whole checkpoint, found none: ${skipped.map(({ reason }) => reason).join(' ')}`,
  );
}
