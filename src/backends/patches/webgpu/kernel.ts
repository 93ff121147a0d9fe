import {
  getKernel,
  type KernelConfig,
  type KernelFunc,
  type NamedAttrMap,
  registerKernel,
  type TensorInfo,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
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

/** A kernel as it is registered, which remembers the one whose place it took. */
interface Replacement extends KernelConfig {
  readonly official?: KernelFunc;
}

/** Registers a kernel in the place of the official one. */
export function replaceOfficial({ kernelName, compute }: WebgpuKernel): void {
  const present = getKernel(kernelName, 'webgpu') as Replacement | undefined;
  const official = present && 'official' in present ? present.official : present?.kernelFunc;
  const kernelFunc: KernelFunc = (call) =>
    compute(call as unknown as KernelCall<string, unknown>, () => official!(call) as TensorInfo);
  if (present !== undefined) unregisterKernel(kernelName, 'webgpu');
  const replacement: Replacement = { kernelName, backendName: 'webgpu', kernelFunc, official };
  registerKernel(replacement);
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
