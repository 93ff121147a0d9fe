import type { KernelBackend, TensorInfo } from '@tensorflow/tfjs-core';
import type { Memory, PlainKernel } from './plain-kernel';
import { replaceOfficial } from './replace-official';

/** Whether NaN is among the values. */
export function hasNaN(values: Float32Array): boolean {
  for (const value of values) if (Number.isNaN(value)) return true;
  return false;
}

/** Whether NaN or an infinity is among the values. */
export function hasNonFinite(values: Float32Array): boolean {
  for (const value of values) if (value - value !== 0) return true;
  return false;
}

/** Registers a plain kernel in the place of the official one where NaN is among the input, which the official one loses. */
export function replaceWhereNaN<B extends KernelBackend>(
  backendName: string,
  memoryOf: (backend: B) => Memory,
  { kernelName, compute }: PlainKernel,
): void {
  replaceOfficial(backendName, kernelName, (call, official) => {
    const memory = memoryOf(call.backend as B);
    const { x } = call.inputs as { readonly x: TensorInfo };
    if (x.dtype !== 'float32' || !hasNaN(memory.floats(x))) return official(call);
    return compute(memory, { x }, call.attrs);
  });
}
