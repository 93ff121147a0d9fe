import type { NamedAttrMap, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import type { SimdBackend } from '../backend';

/** What a kernel is given: tfjs names its inputs and attributes. */
export interface Call {
  readonly backend: SimdBackend;
  readonly inputs: NamedTensorInfoMap;
  readonly attrs: NamedAttrMap;
}

/** A kernel in WebAssembly; `undefined` hands the call to the cpu backend's kernel of the same name. */
export type Kernel = (call: Call) => TensorInfo | TensorInfo[] | undefined;

/** The number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const d of shape) size *= d;
  return size;
}

/** The least multiple of `step` that is not below `n`. */
export const roundUp = (n: number, step: number): number => Math.ceil(n / step) * step;

/** True where every tensor holds floats. */
export function allFloat(...tensors: readonly TensorInfo[]): boolean {
  return tensors.every((tensor) => tensor.dtype === 'float32');
}

/** Whether a tensor has the given shape. A dy that has not the forward pass's is the cpu backend's: it reads a part of it. */
export const shapeMatches = (tensor: TensorInfo, shape: readonly number[]): boolean =>
  shape.every((size, d) => size === tensor.shape[d]);
