import { checkArray, checkTensor, checkText } from '../internal/check-kinds';
import { checkSource, openSource, stepsOf } from '../internal/open-source';
import type { Batch, SomeTasks, Source, SourceLike } from '../types';

async function hasLabels<T extends string>({ y, weight }: Batch<T>, task: T): Promise<boolean> {
  if (y[task] === undefined) return false;
  const given = weight?.[task];
  if (given !== undefined) checkTensor(given, `alternate: batch.weight.${task}`);
  const weights = await given?.data<'float32'>();
  return weights === undefined || weights.some((value) => value > 0);
}

function only<T extends string>(batch: Batch<T>, task: T | undefined): Batch<T> {
  const pick = <V>(from: SomeTasks<T, V> | undefined) =>
    (task === undefined || from?.[task] === undefined ? {} : { [task]: from[task] }) as SomeTasks<T, V>;
  return { ...batch, y: pick(batch.y), weight: pick(batch.weight) };
}

/**
 * A source that trains one task per step: the tasks take turns in the given order, and a batch keeps the labels of the
 * task whose turn it is.
 *
 * A task named twice gets twice the turns.
 *
 * Step `s` of epoch `e` is the turn of `order[(s + e) mod n]`, so that no task always begins an epoch. Where the batch
 * has no label of that task, the next one in the order that it has labels of takes its place; a batch without labels of
 * any of them keeps none. The turn depends on nothing else, so a resumed run continues with the same one.
 *
 * @throws {RangeError} for an empty order, and for an array without batches as the source.
 * @throws {TypeError} where the source is none, and where the order is no list of names.
 * @example
 * ```ts
 * import { train } from '@tensorflow/tfjs-core';
 * import { batches } from 'tfjs-multitask/data';
 * import { bce, mse, softDice } from 'tfjs-multitask/losses';
 * import { amyar2020, phantomDataset } from 'tfjs-multitask/paper';
 * import { alternate, createTrainer } from 'tfjs-multitask/train';
 *
 * const model = amyar2020({ inputShape: [16, 16, 1], filters: 2 });
 * const losses = { reconstruction: mse(), segmentation: softDice(), classification: bce() };
 * const trainer = createTrainer(model, { optimizer: train.adam(1e-4), losses });
 * const dataset = phantomDataset({ counts: { covid: 2, normal: 2 }, size: 16, masks: 1 });
 * const trainSet = batches(dataset, { batchSize: 4, seed: 1 });
 * await trainer.fit(alternate(trainSet, ['segmentation', 'classification']), { epochs: 2 });
 * ```
 */
export function alternate<T extends string>(source: SourceLike<T>, order: readonly NoInfer<T>[]): Source<T> {
  checkSource(source, 'alternate: source');
  checkArray(order, 'alternate: order');
  for (const task of order) checkText(task, 'alternate: a task of order');
  if (order.length === 0) throw new RangeError('alternate: order must name at least 1 task, got none.');
  const turns = async function* (epoch: number): AsyncGenerator<Batch<T>> {
    let step = 0;
    for await (const batch of openSource(source, epoch, 'alternate')) {
      const first = (step++ + epoch) % order.length;
      let chosen: T | undefined;
      for (let i = 0; i < order.length && chosen === undefined; i++) {
        const task = order[(first + i) % order.length];
        if (await hasLabels(batch, task)) chosen = task;
      }
      yield only(batch, chosen);
    }
  };
  const steps = stepsOf(source);
  return steps === undefined ? turns : Object.assign(turns, { steps });
}
