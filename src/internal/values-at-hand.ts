import { getBackend, type Tensor } from '@tensorflow/tfjs-core';

/** Backends that compute in memory which this thread can read. */
const IN_MEMORY: readonly string[] = ['cpu', 'wasm', 'simd'];

/** The values of a tensor where they can be read without waiting for a device; undefined elsewhere. */
export function valuesAtHand(tensor: Tensor): ArrayLike<number> | undefined {
  return IN_MEMORY.includes(getBackend()) ? tensor.dataSync() : undefined;
}
