import type { Tensor } from '@tensorflow/tfjs-core';
import type { Batch, ByTask, Loss, MultitaskModel } from '../../types';

const matches = (shape: readonly number[], expected: readonly (number | null)[]): boolean =>
  shape.length === expected.length && expected.every((n, i) => n === null || n === shape[i]);

const show = (shape: readonly (number | null)[]): string => `[${shape.map((n) => n ?? 'batch').join(', ')}]`;

function checkShapes<T extends string>(model: MultitaskModel<T>, batch: Batch<T>): void {
  const { net, tasks } = model;
  if (!matches(batch.x.shape, net.inputs[0].shape)) {
    throw new RangeError(`batch.x must have shape ${show(net.inputs[0].shape)}, got ${show(batch.x.shape)}.`);
  }
  const size = batch.x.shape[0];
  for (const [part, record] of [
    ['y', batch.y],
    ['weight', batch.weight ?? {}],
  ] as const) {
    for (const [task, value] of Object.entries(record) as [T, Tensor | undefined][]) {
      const index = tasks.indexOf(task);
      if (index < 0) {
        throw new RangeError(`batch.${part}: unknown task '${task}'; the model has ${tasks.join(', ')}.`);
      }
      if (value === undefined) continue;
      const expected = part === 'weight' ? [size] : [size, ...net.outputs[index].shape.slice(1)];
      if (!matches(value.shape, expected)) {
        throw new RangeError(`batch.${part}.${task} must have shape ${show(expected)}, got ${show(value.shape)}.`);
      }
    }
  }
}

/** The rounding error that resizing may add to a label. */
const ROUNDING = 1e-6;

function checkValues(
  values: ArrayLike<number>,
  name: string,
  shape: readonly number[],
  { skip, range }: { readonly skip?: ArrayLike<number>; readonly range?: Loss['labels'] } = {},
): void {
  const [low, high] = range ?? [-Infinity, Infinity];
  const perSample = values.length / (shape[0] || 1);
  for (let sample = 0; sample < shape[0]; sample++) {
    if (skip !== undefined && skip[sample] === 0) continue;
    for (let i = sample * perSample; i < (sample + 1) * perSample; i++) {
      const value = values[i];
      if (Number.isFinite(value) && value >= low - ROUNDING && value <= high + ROUNDING) continue;
      const where = `${name} holds ${value} in sample ${sample} (value ${i - sample * perSample}); `;
      throw new RangeError(
        Number.isFinite(value)
          ? `${where}the task's loss wants labels in [${low}, ${high}].`
          : `${where}clean the data, or give the sample weight 0 where its label is unknown.`,
      );
    }
  }
}

/**
 * Checks a batch against its model and returns how much label it holds.
 *
 * @returns for each task with labels the sum of its samples' weights, a positive number; others are left out.
 * @throws RangeError for a wrong shape, an unknown task, a negative weight, NaN or infinity in `x` or in a label that
 * counts, and such a label outside the range of the task's loss.
 */
export async function checkBatch<T extends string>(
  model: MultitaskModel<T>,
  batch: Batch<T>,
  losses: ByTask<T, Loss>,
): Promise<Map<T, number>> {
  checkShapes(model, batch);
  // Tensors made from arrays and not used yet return their data without touching the device.
  checkValues(await batch.x.data(), 'batch.x', batch.x.shape);
  const amounts = new Map<T, number>();
  for (const task of model.tasks) {
    const labels = batch.y[task];
    if (labels === undefined) continue;
    const weights = await batch.weight?.[task]?.data<'float32'>();
    let amount = labels.shape[0];
    if (weights !== undefined) {
      checkValues(weights, `batch.weight.${task}`, [weights.length]);
      if (weights.some((weight) => weight < 0)) throw new RangeError(`batch.weight.${task} must not be negative.`);
      amount = weights.reduce((sum, weight) => sum + weight, 0);
    }
    const range = losses[task].labels;
    checkValues(await labels.data(), `batch.y.${task}`, labels.shape, { skip: weights, range });
    if (amount > 0) amounts.set(task, amount);
  }
  return amounts;
}
