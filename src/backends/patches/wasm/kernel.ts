import {
  getKernel,
  type KernelBackend,
  type KernelConfig,
  type NamedAttrMap,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import type { Memory } from '../shared/plain-kernel';

/** What the wasm backend has beyond the interface of all backends. */
export interface WasmBackend extends KernelBackend {
  makeOutput(shape: number[], dtype: TensorInfo['dtype']): TensorInfo;
  typedArrayFromHeap(tensor: TensorInfo): Float32Array | Int32Array | Uint8Array;
}

interface KernelCall<I extends string, A> {
  readonly inputs: { readonly [K in I]: TensorInfo };
  readonly attrs: A;
  readonly backend: WasmBackend;
}

/** A kernel of the wasm backend with the names of its inputs and the type of its attributes. */
export function wasmKernel<I extends string, A>(
  kernelName: string,
  kernelFunc: (call: KernelCall<I, A>) => TensorInfo,
): KernelConfig {
  return { kernelName, backendName: 'wasm', kernelFunc: kernelFunc as unknown as KernelConfig['kernelFunc'] };
}

/** Runs one of the backend's own kernels. Outside the engine's book-keeping: the caller disposes the result. */
export function runWasmKernel(
  backend: WasmBackend,
  kernelName: string,
  inputs: { readonly [name: string]: TensorInfo },
  attrs: object,
): TensorInfo {
  const { kernelFunc } = getKernel(kernelName, 'wasm');
  return kernelFunc({ inputs: { ...inputs }, attrs: attrs as NamedAttrMap, backend }) as TensorInfo;
}

/** A float tensor whose values are whatever its memory held. */
export function allocate(backend: WasmBackend, shape: readonly number[]): TensorInfo {
  return backend.makeOutput([...shape], 'float32');
}

/** A float tensor of zeros. */
export function zeros(backend: WasmBackend, shape: readonly number[]): TensorInfo {
  const tensor = allocate(backend, shape);
  floats(backend, tensor).fill(0);
  return tensor;
}

/** The values of a float tensor, in place. An allocation may move the heap: take views after the last one. */
export function floats(backend: WasmBackend, tensor: TensorInfo): Float32Array {
  return backend.typedArrayFromHeap(tensor) as Float32Array;
}

/** The backend's memory, as plain kernels see it. */
export function wasmMemory(backend: WasmBackend): Memory {
  return { zeros: (shape) => zeros(backend, shape), floats: (tensor) => floats(backend, tensor) };
}
