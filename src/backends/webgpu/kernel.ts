import { getKernel, type KernelConfig, type NamedAttrMap, type TensorInfo } from '@tensorflow/tfjs-core';
import type { OfficialBackend } from './backend';

interface KernelCall<I extends string, A> {
  readonly inputs: { readonly [K in I]: TensorInfo };
  readonly attrs: A;
  readonly backend: OfficialBackend;
}

/** A kernel of the webgpu backend with the names of its inputs and the type of its attributes. */
export function webgpuKernel<I extends string, A>(
  kernelName: string,
  kernelFunc: (call: KernelCall<I, A>) => TensorInfo,
): KernelConfig {
  return { kernelName, backendName: 'webgpu', kernelFunc: kernelFunc as unknown as KernelConfig['kernelFunc'] };
}

/** Runs one of the backend's own kernels. Outside the engine's book-keeping: the caller disposes what it gives. */
export function runKernel(
  backend: OfficialBackend,
  kernelName: string,
  inputs: { readonly [name: string]: TensorInfo },
  attrs: object = {},
): TensorInfo {
  const { kernelFunc } = getKernel(kernelName, 'webgpu');
  return kernelFunc({ inputs: { ...inputs }, attrs: attrs as NamedAttrMap, backend }) as TensorInfo;
}
