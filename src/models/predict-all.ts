import { dispose } from '@tensorflow/tfjs-core';
import { checkModel } from '../internal/check-kinds';
import { mapTasks } from '../internal/map-tasks';
import { openSource } from '../internal/open-source';
import { eventLoopYielder } from '../internal/yield';
import type { ByTask, MultitaskModel, NDArray, SourceLike } from '../types';

/** What a model predicts for one sample. */
export interface Prediction<T extends string> {
  /** The sample's name where its batch says it, else its place in the source, counted from 0. */
  readonly id: string;
  /** Of each task, without the axis of the batch. */
  readonly outputs: ByTask<T, NDArray>;
}

/**
 * Predicts a source's samples one after the other, holding one batch at a time; labels are not looked at.
 *
 * Take `batches` with `shuffle: false` for the order of the dataset.
 *
 * @throws {TypeError} where `model` is not a multitask model, or `source` is not a source.
 * @throws {RangeError} for an array without batches.
 * @example
 * ```ts
 * import { batches } from 'tfjs-multitask/data';
 * import { predictAll } from 'tfjs-multitask/models';
 * import { cnn8, phantomDataset } from 'tfjs-multitask/paper';
 *
 * const model = cnn8({ inputShape: [64, 64, 1] });
 * const dataset = phantomDataset({ counts: { covid: 2, normal: 2 }, masks: 1 });
 * const source = batches(dataset, { shuffle: false });
 * for await (const { id, outputs } of predictAll(model, source)) console.log(id, outputs.classification.data[0]);
 * ```
 */
export async function* predictAll<T extends string, L extends string>(
  model: MultitaskModel<T>,
  source: SourceLike<L>,
): AsyncGenerator<Prediction<T>> {
  checkModel(model, 'predictAll: model');
  const pause = eventLoopYielder();
  let count = 0;
  for await (const { x, ids } of openSource(source, 0, 'predictAll')) {
    const predicted = model.predict(x);
    let outputs: ByTask<T, NDArray>;
    try {
      const read = model.tasks.map(async (task) => [task, (await predicted[task].data()) as NDArray['data']] as const);
      const values = Object.fromEntries(await Promise.all(read)) as Record<T, NDArray['data']>;
      outputs = mapTasks(model.tasks, (task) => ({ data: values[task], shape: predicted[task].shape }));
    } finally {
      dispose(predicted);
    }
    for (let i = 0; i < x.shape[0]; i++, count++) {
      yield { id: ids?.[i] ?? String(count), outputs: mapTasks(model.tasks, (task) => sampleOf(outputs[task], i)) };
    }
    await pause();
  }
}

/** Sample `i` of a batch. */
function sampleOf({ data, shape: [batch, ...shape] }: NDArray, i: number): NDArray {
  const size = data.length / batch;
  return { data: data.slice(i * size, (i + 1) * size), shape };
}
