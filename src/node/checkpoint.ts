import { rm } from 'node:fs/promises';
import { checkInteger } from '../internal/check';
import { checkBoolean } from '../internal/check-kinds';
import { checkOptions } from '../internal/check-options';
import type { Callback, Run } from '../train/callbacks/callback';
import type { AnyTask } from '../types';
import { readArchive, readArchiveOutline, writeArchive } from './archive';
import { checkPath } from './check-path';
import { checkpointPath, listCheckpoints } from './checkpoint-files';
import { removeLeftovers } from './leftovers';
import { readNewest } from './load-checkpoint';

/** Options of {@link checkpoint}. */
export interface CheckpointOptions {
  /** After every so many epochs, steps or both. Default: `{ epochs: 1 }`. */
  readonly every?: { readonly epochs?: number | undefined; readonly steps?: number | undefined } | undefined;
  /** How many of the newest files to keep. Default: 2, in case the newest is damaged. */
  readonly keep?: number | undefined;
  /** Where the directory holds checkpoints of another run: remove them, or throw. Default: false. */
  readonly overwrite?: boolean | undefined;
}

/**
 * Whether the newest checkpoint in a directory is of the run, as far as it says. Its weights are not read, unless it
 * names another run: on that hangs whether files are removed, so its checksum must hold, or the one before it is asked.
 */
async function isOf({ id }: { readonly id: string }, directory: string): Promise<boolean> {
  for (const read of [readArchiveOutline, readArchive]) {
    const newest = await readNewest(directory, read);
    const outline = newest?.value as { readonly id?: string | undefined } | null | undefined;
    if (outline?.id === undefined || outline.id === id) return true;
  }
  return false;
}

/**
 * A callback that saves the whole run (weights, optimizer, epoch, history, random state) as files
 * `checkpoint-000001.tfmt`, ... in a directory, for {@link loadCheckpoint} and `fit({ resume })`.
 *
 * Besides `every`, the end of the fit is saved: the last epoch, a stop by a callback, an abort at whatever moment. A fit that
 * ends with an error does not save: what came after the last file is lost. Each file is written beside the others and
 * renamed when it is whole, so that a crash or a full disk leaves the earlier ones as they were. One run writes to a
 * directory.
 *
 * @throws {RangeError} for an empty path, and for an option out of its range.
 * @throws {Error} with the path, during the fit, if a file cannot be written, if the directory holds checkpoints of a run that the fit
 * does not continue, or if another process writes to it.
 * @example
 * ```ts
 * import { train } from '@tensorflow/tfjs-core';
 * import { batches } from 'tfjs-multitask/data';
 * import { bce, mse, softDice } from 'tfjs-multitask/losses';
 * import { checkpoint } from 'tfjs-multitask/node';
 * import { amyar2020, phantomDataset } from 'tfjs-multitask/paper';
 * import { createTrainer } from 'tfjs-multitask/train';
 *
 * const model = amyar2020({ inputShape: [16, 16, 1], filters: 2 });
 * const losses = { reconstruction: mse(), segmentation: softDice(), classification: bce() };
 * const trainer = createTrainer(model, { optimizer: train.adam(1e-4), losses });
 * const dataset = phantomDataset({ counts: { covid: 2, normal: 2 }, size: 16, masks: 1 });
 * await trainer.fit(batches(dataset), { epochs: 2, callbacks: [checkpoint('runs/paper', { every: { epochs: 5 } })] });
 * ```
 */
export function checkpoint<T extends string = AnyTask>(
  directory: string,
  options: CheckpointOptions = {},
): Callback<T> {
  checkOptions(options, ['every', 'keep', 'overwrite'], 'checkpoint');
  checkPath(directory, 'checkpoint: directory');
  const { every = { epochs: 1 }, keep = 2, overwrite = false } = options;
  checkOptions(every, ['epochs', 'steps'], 'checkpoint: every');
  if (every.epochs !== undefined) checkInteger(every.epochs, 1, 'checkpoint: every.epochs');
  if (every.steps !== undefined) checkInteger(every.steps, 1, 'checkpoint: every.steps');
  checkInteger(keep, 1, 'checkpoint: keep');
  checkBoolean(overwrite, 'checkpoint: overwrite');
  let steps = 0;
  let last: number | undefined;

  const save = async (run: Run<T>): Promise<void> => {
    const files = await listCheckpoints(directory);
    const newest = files[0]?.number ?? 0;
    if (last !== undefined && newest > last) {
      throw new Error(`${files[0].path}: another process writes to this directory; give each run its own.`);
    }
    last = Math.max(newest, last ?? 0) + 1;
    await writeArchive(checkpointPath(directory, last), await run.snapshot());
    for (const old of files.slice(keep - 1)) await rm(old.path, { force: true });
  };

  return {
    async onFitBegin(run) {
      steps = 0;
      last = undefined;
      await removeLeftovers(directory);
      const files = await listCheckpoints(directory);
      if (files.length === 0 || (run.resumed && (await isOf(run, directory)))) return;
      if (!overwrite) {
        throw new Error(
          `${directory}: expected no checkpoints of another run, found ${files.length}, the newest ${files[0].path}; ` +
            'resume from it (loadCheckpoint), choose another directory or set overwrite.',
        );
      }
      for (const { path } of files) await rm(path);
    },
    async onSafePoint(run, at) {
      if (at === 'step') steps++;
      const done = run.history.length;
      const due = {
        step: (every.steps !== undefined && steps % every.steps === 0) || run.stopped !== undefined,
        epoch:
          (every.epochs !== undefined && done % every.epochs === 0) || done >= run.epochs || run.stopped !== undefined,
        abort: true,
      };
      if (due[at]) await save(run);
    },
  };
}
