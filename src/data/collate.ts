import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import { checkNDArray } from '../internal/check-kinds';
import type { Batch, NDArray, Row, Sample, SomeTasks } from '../types';
import { stackWeights } from './stack-weights';

function stack(arrays: readonly (NDArray | undefined)[], ids: readonly string[], what: string): NDArray {
  arrays.forEach((array, i) => {
    if (array !== undefined) checkNDArray(array, `batches: ${what} of sample '${ids[i]}'`);
  });
  const first = arrays.findIndex((array) => array !== undefined);
  const shape = (arrays[first] as NDArray).shape;
  const size = shape.reduce((product, n) => product * n, 1);
  const data = new Float32Array(arrays.length * size);
  arrays.forEach((array, i) => {
    if (!array) return;
    if (array.shape.length !== shape.length || array.shape.some((n, axis) => n !== shape[axis])) {
      throw new RangeError(
        `batches: ${what} of sample '${ids[i]}' has shape [${array.shape}], beside [${shape}] of '${ids[first]}'; ` +
          'all samples of a batch need one shape.',
      );
    }
    if (array.data.length !== size) {
      throw new RangeError(
        `batches: ${what} of sample '${ids[i]}': shape [${shape}] needs ${size} values, got ${array.data.length}.`,
      );
    }
    const bad = array.data.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) {
      const hint = what === 'x' ? '' : ' An unknown label is left out, an unknown element has weight 0.';
      throw new RangeError(
        `batches: ${what} of sample '${ids[i]}' must be finite, got ${array.data[bad]} at ${bad}.${hint}`,
      );
    }
    data.set(array.data, i * size);
  });
  return { data, shape: [arrays.length, ...shape] };
}

/** Plain data of one batch: what {@link collate} makes from its samples. */
export interface PlainBatch<T extends string> {
  readonly ids: readonly string[];
  readonly x: NDArray;
  readonly y: SomeTasks<T, NDArray>;
  /** `[batch]` or a weight for each element; left out for a task where all weigh 1. */
  readonly weight: SomeTasks<T, NDArray>;
}

/** Throws unless a sample has a label for exactly the tasks that its row names, and weighs no other. */
function checkTasks<T extends string>({ id, tasks }: Row<T>, sample: Sample<T>): void {
  if (sample === null || typeof sample !== 'object' || sample.y === null || typeof sample.y !== 'object') {
    throw new TypeError(`batches: sample '${id}' must be { x, y }, got ${sample && `{ x, y: ${sample.y} }`}.`);
  }
  const { y, weight = {} as SomeTasks<T, unknown> } = sample;
  const isThere = (value: unknown): boolean => value !== undefined && value !== null;
  for (const task of tasks) {
    if (!isThere(y[task])) {
      throw new RangeError(`batches: the row of sample '${id}' names '${task}', but it has no such label.`);
    }
  }
  for (const [part, record] of [
    ['label', y],
    ['weight', weight],
  ] as const) {
    for (const task of Object.keys(record) as T[]) {
      if (!isThere(record[task]) || tasks.includes(task)) continue;
      throw new RangeError(
        `batches: sample '${id}' has a ${part} for '${task}', but its row names ${tasks.join(', ') || 'no task'}; ` +
          'name the task in the row, or leave it out of the sample.',
      );
    }
  }
}

/**
 * Stacks samples. A label that a sample lacks is 0 with weight 0.
 *
 * @throws {RangeError} where the tasks of a sample are not those of its row, and where samples do not fit together.
 */
export function collate<T extends string>(rows: readonly Row<T>[], samples: readonly Sample<T>[]): PlainBatch<T> {
  for (const [i, row] of rows.entries()) checkTasks(row, samples[i]);
  const ids = rows.map(({ id }) => id);
  const x = stack(
    samples.map((sample) => sample.x),
    ids,
    'x',
  );
  const y: { [K in T]?: NDArray | undefined } = {};
  const weight: { [K in T]?: NDArray | undefined } = {};
  for (const task of new Set(rows.flatMap(({ tasks }) => tasks))) {
    const has = rows.map(({ tasks }) => tasks.includes(task));
    const stacked = stack(
      samples.map((sample, i) => (has[i] ? sample.y[task] : undefined)),
      ids,
      `'${task}'`,
    );
    const weights = stackWeights(
      samples.map((sample, i) => (has[i] ? (sample.weight?.[task] ?? 1) : 0)),
      stacked.shape.slice(1),
      (i) => `batches: weight of '${task}' of sample '${ids[i]}'`,
    );
    y[task] = stacked;
    if (weights) weight[task] = weights;
  }
  return { ids, x, y, weight };
}

const toTensor = ({ data, shape }: NDArray): Tensor => tensor(data, [...shape], 'float32');

/** Makes the tensors of a batch; the caller disposes them. */
export function toTensors<T extends string>(plain: PlainBatch<T>): Batch<T> {
  const y: { [K in T]?: Tensor | undefined } = {};
  const weight: { [K in T]?: Tensor | undefined } = {};
  for (const task of Object.keys(plain.y) as T[]) {
    y[task] = toTensor(plain.y[task] as NDArray);
    if (plain.weight[task]) weight[task] = toTensor(plain.weight[task] as NDArray);
  }
  const x = toTensor(plain.x);
  return { ids: plain.ids, x, y, ...(Object.keys(weight).length > 0 ? { weight } : {}) };
}
