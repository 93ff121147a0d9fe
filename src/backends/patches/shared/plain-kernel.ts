import {
  getKernel,
  type KernelBackend,
  type KernelConfig,
  registerKernel,
  type TensorInfo,
  unregisterKernel,
} from '@tensorflow/tfjs-core';

export type Shape4D = [number, number, number, number];
export type Shape5D = [number, number, number, number, number];

/** The float tensors of a backend whose memory JavaScript reads and writes in place. */
export interface Memory {
  zeros(shape: readonly number[]): TensorInfo;
  /** The values of a tensor. An allocation may move them: take views after the last one. */
  floats(tensor: TensorInfo): Float32Array;
}

/** A kernel as a plain loop over memory: the same for every backend that has such memory. */
export interface PlainKernel {
  readonly kernelName: string;
  readonly compute: (memory: Memory, inputs: { readonly [name: string]: TensorInfo }, attrs: unknown) => TensorInfo;
}

/** A plain kernel with the names of its inputs and the type of its attributes. */
export function plainKernel<I extends string, A>(
  kernelName: string,
  compute: (memory: Memory, inputs: { readonly [K in I]: TensorInfo }, attrs: A) => TensorInfo,
): PlainKernel {
  return { kernelName, compute: compute as PlainKernel['compute'] };
}

/** The kernel for one backend, given the memory of that backend. */
export function kernelFor<B extends KernelBackend>(
  backendName: string,
  memoryOf: (backend: B) => Memory,
  { kernelName, compute }: PlainKernel,
): KernelConfig {
  return {
    kernelName,
    backendName,
    kernelFunc: ({ inputs, attrs, backend }) =>
      compute(memoryOf(backend as B), inputs as Record<string, TensorInfo>, attrs),
  };
}

/** Registers a kernel, in the place of the one that the backend has, if any. */
export function replaceKernel(kernel: KernelConfig): void {
  const { kernelName, backendName } = kernel;
  if (getKernel(kernelName, backendName) != null) unregisterKernel(kernelName, backendName);
  registerKernel(kernel);
}
