import { getBackend, getKernel } from '@tensorflow/tfjs-core';

/** Whether the backend in use has a kernel of this name: some have kernels that only this library uses. */
export function hasKernel(name: string): boolean {
  return getKernel(name, getBackend()) != null;
}
