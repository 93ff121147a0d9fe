import type { Tensor } from '@tensorflow/tfjs-core';
import type { NDArray, NestedNumbers, Values } from '../types';
import { checkNotDisposed, checkText } from './check-kinds';

/** Told by what it can do, not by its class: who has no tensors need not load the library of tensors. */
function isTensor(values: unknown): values is Tensor {
  const tensor = values as Partial<Tensor> | null | undefined;
  return typeof tensor?.data === 'function' && typeof tensor.dtype === 'string' && Array.isArray(tensor.shape);
}

function flatten(values: NestedNumbers, shape: number[], depth: number, out: number[], name: string): void {
  if (values.length !== shape[depth]) {
    throw new RangeError(`${name}: rows differ in length, got ${values.length} beside ${shape[depth]}.`);
  }
  for (const value of values) {
    if (Array.isArray(value) !== depth < shape.length - 1) throw new RangeError(`${name}: rows differ in depth.`);
    if (Array.isArray(value)) flatten(value, shape, depth + 1, out, name);
    else if (typeof value === 'number' || typeof value === 'boolean') out.push(Number(value));
    else throw new TypeError(`${name}: expected numbers, got ${typeof value}.`);
  }
}

/**
 * Reads a tensor, an N-D array, a typed array or nested arrays as plain numbers: what `update` of a metric of your own
 * begins with.
 *
 * Any shape -> the same. `name` begins the messages of its errors.
 *
 * @throws {RangeError} for rows that differ in length or depth, and for data of another length than its shape.
 * @throws {TypeError} for what holds no numbers.
 * @example
 * ```ts
 * import { readValues } from 'tfjs-multitask/metrics';
 *
 * const values = await readValues([[1, 2], [3, 4]], 'within: yPred');
 * values.data; // [1, 2, 3, 4]
 * values.shape; // [2, 2]
 * ```
 */
export async function readValues(values: Values, name: string): Promise<NDArray> {
  checkText(name, 'readValues: name');
  if (isTensor(values)) {
    checkNotDisposed(values, name);
    return { data: (await values.data()) as NDArray['data'], shape: values.shape };
  }
  if (ArrayBuffer.isView(values)) return { data: values as NDArray['data'], shape: [values.length] };
  if (Array.isArray(values)) {
    const shape: number[] = [];
    for (let row: unknown = values; Array.isArray(row); row = row[0]) shape.push(row.length);
    const out: number[] = [];
    flatten(values, shape, 0, out, name);
    return { data: Float64Array.from(out), shape };
  }
  const array = values as NDArray;
  if (array !== null && typeof array === 'object' && ArrayBuffer.isView(array.data) && Array.isArray(array.shape)) {
    const size = array.shape.reduce((product, n) => product * n, 1);
    if (size !== array.data.length) {
      throw new RangeError(`${name}: shape [${array.shape}] needs ${size} values, got ${array.data.length}.`);
    }
    return array;
  }
  throw new TypeError(`${name}: expected a tensor, a typed array, nested arrays or { data, shape }, got ${values}.`);
}
