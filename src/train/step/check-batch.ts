import { dispose, type Tensor } from '@tensorflow/tfjs-core';
import { checkRecord, checkTensor } from '../../internal/check-kinds';
import { type Allowed, findOutside } from '../../internal/find-outside';
import type { Batch, ByTask, Loss, MultitaskModel, SomeTasks } from '../../types';
import { markUnknown } from './mark-unknown';
import type { LabelledBatch } from './step-batches';

const matches = (shape: readonly number[], expected: readonly (number | null)[]): boolean =>
  shape.length === expected.length && expected.every((n, i) => n === null || n === shape[i]);

const show = (shape: readonly (number | null)[]): string => `[${shape.map((n) => n ?? 'batch').join(', ')}]`;

/** The shape of a task's labels: that of its output, or for numbers of classes 1 in place of the classes. */
function labelShape(output: readonly (number | null)[], loss: Loss): readonly (number | null)[] {
  return loss.classNumbers ? [...output.slice(0, -1), 1] : output;
}

function checkShapes<T extends string>(model: MultitaskModel<T>, batch: Batch<T>, losses: ByTask<T, Loss>): void {
  const { net, tasks } = model;
  checkRecord(batch, 'batch');
  checkTensor(batch.x, 'batch.x');
  if (!matches(batch.x.shape, net.inputs[0].shape)) {
    throw new RangeError(`batch.x must have shape ${show(net.inputs[0].shape)}, got ${show(batch.x.shape)}.`);
  }
  const size = batch.x.shape[0];
  for (const [part, record] of [
    ['y', batch.y],
    ['weight', batch.weight ?? {}],
  ] as const) {
    checkRecord(record, `batch.${part}`);
    for (const [task, value] of Object.entries(record) as [T, Tensor | undefined][]) {
      const index = tasks.indexOf(task);
      if (index < 0) {
        throw new RangeError(`batch.${part}: unknown task '${task}'; the model has ${tasks.join(', ')}.`);
      }
      if (value === undefined) continue;
      checkTensor(value, `batch.${part}.${task}`);
      const label = labelShape([size, ...net.outputs[index].shape.slice(1)], losses[task]);
      const allowed = part === 'weight' ? [[size], label, [...label.slice(0, -1), 1]] : [label];
      if (!allowed.some((shape) => matches(value.shape, shape))) {
        const shapes = [...new Set(allowed.map(show))].join(' or ');
        const { width } = model.outputs[task];
        const areNumbers = part === 'y' && width > 1 && (value.rank < label.length || value.shape.at(-1) === 1);
        const hint = areNumbers
          ? ` Numbers of classes are made one-hot (oneHot(labels, ${width})), or taken by sparseCrossEntropy.`
          : '';
        throw new RangeError(`batch.${part}.${task} must have shape ${shapes}, got ${show(value.shape)}.${hint}`);
      }
      if (part === 'weight' && value.rank > 1 && losses[task].length < 3) {
        throw new RangeError(
          `batch.weight.${task} holds a weight for each element, shape ${show(value.shape)}, and the loss of '${task}' ` +
            'takes no third argument `weight`: give it one, or give one weight for each sample.',
        );
      }
    }
  }
}

function checkValues(
  values: ArrayLike<number>,
  name: string,
  samples: number,
  { ids, ...allowed }: Allowed & { readonly ids?: readonly string[] | undefined } = {},
): void {
  const at = findOutside(values, allowed);
  if (at < 0) return;
  const { range: [low, high] = [], whole } = allowed;
  const value = values[at];
  const perSample = values.length / (samples || 1);
  const sample = Math.floor(at / perSample);
  const id = ids?.[sample];
  const named = id === undefined ? `${sample}` : `${sample}, '${id}'`;
  const where = `${name} holds ${value} in sample ${named} (value ${at - sample * perSample}); `;
  if (!Number.isFinite(value)) {
    throw new RangeError(`${where}clean the data, or give the sample weight 0 where its label is unknown.`);
  }
  const wanted = whole ? `the numbers of classes, ${low} to ${high}` : `labels in [${low}, ${high}]`;
  const hint = value === 255 && !whole && high === 1 ? ' Divide masks of 0 and 255 by 255.' : '';
  throw new RangeError(`${where}the task's loss wants ${wanted}.${hint}`);
}

/** The weights of a task's labels, checked. */
async function readWeight(weight: Tensor, name: string): Promise<ArrayLike<number>> {
  const weights = await weight.data<'float32'>();
  checkValues(weights, name, weight.shape[0]);
  if (weights.some((each) => each < 0)) throw new RangeError(`${name} must not be negative.`);
  return weights;
}

/** How much label some samples hold: the sum over them of their weights, or of the means of their elements'. */
const amountOf = (weights: ArrayLike<number>, samples: number): number =>
  (Array.from(weights).reduce((sum, each) => sum + each, 0) * samples) / weights.length;

/** A checked batch. The caller disposes it, which leaves the tensors of the batch that it was made from. */
export interface CheckedBatch<T extends string> extends LabelledBatch<T> {
  dispose(): void;
}

/**
 * Checks a batch against its model, gives what holds the `ignoreIndex` of its task's loss the weight 0, and finds how much
 * label there is of each task: the sum of its samples' weights. Tasks without any are left out.
 *
 * @throws {RangeError} for a wrong shape, an unknown task, a negative weight, NaN or infinity in `x` or in a label that
 * counts, and such a label outside the range of the task's loss.
 */
export async function checkBatch<T extends string>(
  model: MultitaskModel<T>,
  batch: Batch<T>,
  losses: ByTask<T, Loss>,
): Promise<CheckedBatch<T>> {
  checkShapes(model, batch, losses);
  // Tensors made from arrays and not used yet return their data without touching the device.
  checkValues(await batch.x.data(), 'batch.x', batch.x.shape[0], { ids: batch.ids });
  const amounts = new Map<T, number>();
  const marked = new Map<T, Tensor>();
  const disposeAll = (): void => dispose([...marked.values()]);
  try {
    for (const task of model.tasks) {
      const labels = batch.y[task];
      if (labels === undefined) continue;
      const given = batch.weight?.[task];
      const [samples] = labels.shape;
      let weights = given && (await readWeight(given, `batch.weight.${task}`));
      const { labels: range, classNumbers: whole = false, ignoreIndex: also } = losses[task];
      const allowed = whole ? ([0, model.outputs[task].width - 1] as const) : range;
      const rules = { weights, whole, also, ids: batch.ids, ...(allowed && { range: allowed }) };
      const data = await labels.data();
      checkValues(data, `batch.y.${task}`, samples, rules);
      const before = given && weights && { data: weights, shape: given.shape };
      const own = markUnknown({ data, shape: labels.shape }, before, losses[task], model.outputs[task]);
      if (own !== undefined) {
        marked.set(task, own);
        weights = await own.data<'float32'>();
      }
      const amount = weights === undefined ? samples : amountOf(weights, samples);
      if (amount > 0) amounts.set(task, amount);
    }
  } catch (error) {
    disposeAll();
    throw error;
  }
  const weight = { ...batch.weight, ...Object.fromEntries(marked) } as SomeTasks<T, Tensor>;
  return { batch: { ...batch, weight }, amounts, dispose: disposeAll };
}
