import { dispose, gather, type Tensor, type TensorContainer, tidy } from '@tensorflow/tfjs-core';
import type { Batch, Source } from 'tfjs-multitask';
import { augment, batches, flipHorizontal, intensity, rotate, scale, selectTasks, shift } from 'tfjs-multitask/data';
import type { DemoData, DemoTask } from './data';
import type { RunOptions } from './options';

export interface Sources {
  readonly train: Source<DemoTask>;
  readonly validation: Source<DemoTask>;
}

/** Of each sample of a batch, whether it has a label of the task. */
async function labelled({ x, y, weight }: Batch<DemoTask>, task: DemoTask): Promise<boolean[]> {
  const samples = x.shape[0];
  if (y[task] === undefined) return new Array(samples).fill(false);
  const weights = weight?.[task];
  if (weights === undefined) return new Array(samples).fill(true);
  const values = await weights.data();
  const each = values.length / samples;
  return Array.from({ length: samples }, (_, i) =>
    values.subarray(i * each, (i + 1) * each).some((value) => value > 0),
  );
}

/** How many samples of a batch have a label of the task. */
export async function countLabelled(batch: Batch<DemoTask>, task: DemoTask): Promise<number> {
  return (await labelled(batch, task)).filter(Boolean).length;
}

/** The samples of the batch that have a label of one of the tasks, with the labels of these tasks; the caller disposes it. */
async function selectSamples(batch: Batch<DemoTask>, tasks: readonly DemoTask[]): Promise<Batch<DemoTask> | undefined> {
  const known = await Promise.all(tasks.map((task) => labelled(batch, task)));
  const rows = Array.from({ length: batch.x.shape[0] }, (_, i) => i).filter((i) => known.some((of) => of[i]));
  if (rows.length === 0) return undefined;
  return tidy(() => {
    const pick = (tensors: Batch<DemoTask>['y'] = {}) =>
      Object.fromEntries(
        tasks.flatMap((task) => (tensors[task] === undefined ? [] : [[task, gather(tensors[task] as Tensor, rows)]])),
      );
    const ids = batch.ids && rows.map((row) => (batch.ids as readonly string[])[row]);
    return { ids, x: gather(batch.x, rows), y: pick(batch.y), weight: pick(batch.weight) };
  });
}

/** The batches of a source without the samples that a model of these tasks learns nothing from. */
function onlyLabelled(source: Source<DemoTask>, tasks: readonly DemoTask[]): Source<DemoTask> {
  const select = async function* (epoch: number): AsyncGenerator<Batch<DemoTask>, void> {
    for await (const batch of source(epoch)) {
      const own = await selectSamples(batch, tasks);
      if (own === undefined) continue;
      try {
        yield own;
      } finally {
        dispose(own as unknown as TensorContainer);
      }
    }
  };
  return Object.assign(select, { steps: source.steps });
}

/**
 * What a model of these tasks is trained and validated on. The batches are the same for all models: half of each has a
 * mask, and each model takes the samples of it that it has a label for. So models make equally many steps, and those
 * that segment see the same masks, equally often, in the same order, turned alike.
 */
export function sourcesFor(data: DemoData, tasks: readonly DemoTask[], { batch, seed }: RunOptions): Sources {
  const { dataset, train, validation } = data;
  const masks = train.filter((i) => dataset.rows[i].tasks.includes('segmentation')).length;
  const pieces = [flipHorizontal(), rotate(10), shift(0.05), scale(0.1), intensity()];
  const all = batches(dataset, {
    indices: train,
    batchSize: batch,
    seed,
    balance: { segmentation: Math.min(masks, Math.floor(batch / 2)) },
    augment: augment<DemoTask>(pieces, { seed }),
  });
  const own = selectTasks(dataset, tasks);
  const known = validation.filter((i) => own.rows[i].tasks.length > 0);
  return {
    train: onlyLabelled(all, tasks),
    validation: batches(own, { indices: known, batchSize: 8, shuffle: false }),
  };
}
