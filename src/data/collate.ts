import { type Tensor, type Tensor1D, tensor, tensor1d } from '@tensorflow/tfjs-core';
import type { Batch, NDArray, Row, Sample, SomeTasks } from '../types';

function stack(arrays: readonly (NDArray | undefined)[], ids: readonly string[], what: string): NDArray {
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
      throw new RangeError(`batches: ${what} of sample '${ids[i]}' must be finite, got ${array.data[bad]} at ${bad}.`);
    }
    data.set(array.data, i * size);
  });
  return { data, shape: [arrays.length, ...shape] };
}

/** Plain data of one batch: what {@link collate} makes from its samples. */
export interface PlainBatch<T extends string> {
  readonly x: NDArray;
  readonly y: SomeTasks<T, NDArray>;
  /** Left out for a task that all samples have. */
  readonly weight: SomeTasks<T, Float32Array>;
}

/** Stacks samples. The tasks that a row names decide which labels are used; the rest is 0 with weight 0. */
export function collate<T extends string>(rows: readonly Row<T>[], samples: readonly Sample<T>[]): PlainBatch<T> {
  const ids = rows.map(({ id }) => id);
  const x = stack(
    samples.map((sample) => sample.x),
    ids,
    'x',
  );
  const y: { [K in T]?: NDArray } = {};
  const weight: { [K in T]?: Float32Array } = {};
  for (const task of new Set(rows.flatMap(({ tasks }) => tasks))) {
    const labels = samples.map((sample, i) => {
      const label = sample.y[task];
      if (!rows[i].tasks.includes(task)) return undefined;
      if (!label)
        throw new RangeError(`batches: the row of sample '${ids[i]}' names '${task}', but it has no such label.`);
      return label;
    });
    y[task] = stack(labels, ids, `'${task}'`);
    if (labels.includes(undefined)) weight[task] = Float32Array.from(labels, (label) => (label ? 1 : 0));
  }
  return { x, y, weight };
}

/** Makes the tensors of a batch; the caller disposes them. */
export function toTensors<T extends string>(plain: PlainBatch<T>): Batch<T> {
  const y: { [K in T]?: Tensor } = {};
  const weight: { [K in T]?: Tensor1D } = {};
  for (const task of Object.keys(plain.y) as T[]) {
    const { data, shape } = plain.y[task] as NDArray;
    y[task] = tensor(data, [...shape], 'float32');
    if (plain.weight[task]) weight[task] = tensor1d(plain.weight[task] as Float32Array, 'float32');
  }
  const x = tensor(plain.x.data, [...plain.x.shape], 'float32');
  return Object.keys(weight).length > 0 ? { x, y, weight } : { x, y };
}
