import type { Tensor } from '@tensorflow/tfjs-core';
import type { NDArray, NestedNumbers, Values } from '../types';
import { checkNotDisposed, refuseKind } from './check-kinds';
import { refuse } from './refuse';

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

function readNested(nested: NestedNumbers, name: string): NDArray {
  const shape: number[] = [];
  for (let row: unknown = nested; Array.isArray(row); row = row[0]) shape.push(row.length);
  const data = new Float64Array(sizeOf(shape));
  let count = 0;
  const read = (rows: NestedNumbers, depth: number): void => {
    if (rows?.length !== shape[depth]) refuse(name, `have rows of length ${shape[depth]}`, rows?.length ?? rows);
    for (const value of rows) {
      if (depth + 1 < shape.length) read(value as NestedNumbers, depth + 1);
      else if (typeof value === 'number' || typeof value === 'boolean') data[count++] = Number(value);
      else refuseKind(value, name, 'numbers');
    }
  };
  read(nested, 0);
  return { data, shape };
}

/**
 * Reads a tensor, an N-D array, a typed array or nested arrays as plain numbers; `name` begins the messages of its errors.
 * A tensor is told by what it can do, not by its class: who has none need not load the library of tensors.
 */
export async function readArray(values: Values, name: string): Promise<NDArray> {
  if (ArrayBuffer.isView(values)) return { data: values as NDArray['data'], shape: [values.length] };
  if (Array.isArray(values)) return readNested(values, name);
  checkNotDisposed(values as Tensor, name);
  const { data: given, shape } = Object(values) as Partial<NDArray>;
  const data: unknown = typeof given === 'function' ? await (values as Tensor).data() : given;
  if (!ArrayBuffer.isView(data) || !Array.isArray(shape)) {
    refuseKind(values, name, 'numbers in a tensor, an array or { data, shape }');
  }
  const size = sizeOf(shape);
  if (size !== (data as NDArray['data']).length) {
    refuse(`${name}: data`, `hold ${size} values of shape [${shape}]`, (data as NDArray['data']).length);
  }
  return { data: data as NDArray['data'], shape };
}
