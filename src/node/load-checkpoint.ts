import type { PlainData } from '../types';
import { readArchive } from './archive';
import { checkPath } from './check-path';
import { listCheckpoints } from './checkpoint-files';

/** What {@link loadCheckpoint} read. */
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
 *
 * Truncated or changed files are skipped and named in `skipped`.
 *
 * @throws {Error} that names every checkpoint and what is wrong with it, if none of them is intact.
 * @throws {RangeError} for an empty path.
 * @throws {TypeError} for a path that is not a text.
 * @example
 * ```ts
 * import { train } from '@tensorflow/tfjs-core';
 * import { batches } from 'tfjs-multitask/data';
 * import { bce, mse, softDice } from 'tfjs-multitask/losses';
 * import { checkpoint, loadCheckpoint } from 'tfjs-multitask/node';
 * import { amyar2020, phantomDataset } from 'tfjs-multitask/paper';
 * import { createTrainer } from 'tfjs-multitask/train';
 *
 * const model = amyar2020({ inputShape: [16, 16, 1], filters: 2 });
 * const losses = { reconstruction: mse(), segmentation: softDice(), classification: bce() };
 * const trainer = createTrainer(model, { optimizer: train.adam(1e-4), losses });
 * const dataset = phantomDataset({ counts: { covid: 2, normal: 2 }, size: 16, masks: 1 });
 * const last = await loadCheckpoint('runs/resumed');
 * const resume = last && { resume: last.state };
 * await trainer.fit(batches(dataset), { epochs: 2, ...resume, callbacks: [checkpoint('runs/resumed')] });
 * ```
 */
export async function loadCheckpoint(directory: string): Promise<LoadedCheckpoint | undefined> {
  checkPath(directory, 'loadCheckpoint: directory');
  const newest = await readNewest(directory, readArchive);
  return newest && { state: newest.value, file: newest.file, skipped: newest.skipped };
}
