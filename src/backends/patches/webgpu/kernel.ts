import { getKernel, type NamedAttrMap, type TensorInfo } from '@tensorflow/tfjs-core';
import { replaceOfficial as replaceOn } from '../shared/replace-official';
import type { OfficialBackend } from './backend';

/** What a kernel is called with: the names of its inputs and the type of its attributes. */
export interface KernelCall<I extends string, A> {
  readonly inputs: { readonly [K in I]: TensorInfo };
  readonly attrs: A;
  readonly backend: OfficialBackend;
}

/** A kernel of the webgpu backend; `official` is the one in whose place it is put, for the calls that it leaves to it. */
export interface WebgpuKernel {
  readonly kernelName: string;
  readonly compute: (call: KernelCall<string, unknown>, official: () => TensorInfo) => TensorInfo | TensorInfo[];
}

export function webgpuKernel<I extends string, A>(
  kernelName: string,
  compute: (call: KernelCall<I, A>, official: () => TensorInfo) => TensorInfo | TensorInfo[],
): WebgpuKernel {
  return { kernelName, compute: compute as WebgpuKernel['compute'] };
}

/** Registers a kernel in the place of the official one. */
export function replaceOfficial({ kernelName, compute }: WebgpuKernel): void {
  replaceOn('webgpu', kernelName, (call, official) =>
    compute(call as unknown as KernelCall<string, unknown>, () => official(call) as TensorInfo),
  );
}

/** Runs one of the backend's own kernels. Outside the engine's book-keeping: the caller disposes the result. */
export function runWebgpuKernel(
  backend: OfficialBackend,
  kernelName: string,
  inputs: { readonly [name: string]: TensorInfo },
  attrs: object = {},
): TensorInfo {
  const { kernelFunc } = getKernel(kernelName, 'webgpu');
  return kernelFunc({ inputs: { ...inputs }, attrs: attrs as NamedAttrMap, backend }) as TensorInfo;
}
