import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers';
import type { Tensor } from '@tensorflow/tfjs-core';
import { type BackendName, useBackend } from '../../src/backends';

/** The backend that the suites run on: scripts/test-backends.mjs names it. */
export const name = (process.env.TEST_BACKEND ?? 'cpu') as BackendName;

/** Makes it TensorFlow.js's own. A software renderer will do: results are compared here, not times. */
export const useNamedBackend = () => useBackend(name, { software: true });

/** The values of tensors, one after the other. Not every backend can read them at once, as `dataSync` does. */
export async function numbersOf(tensors: readonly Tensor[]): Promise<number[]> {
  return (await Promise.all(tensors.map((tensor) => tensor.data()))).flatMap((data) => [...data]);
}

/** The largest difference, relative to values above 1; infinite where there are other numbers than wanted. */
export function worstError(found: readonly number[], wanted: readonly number[]): number {
  if (found.length !== wanted.length) return Number.POSITIVE_INFINITY;
  return found.reduce(
    (worst, value, i) => Math.max(worst, Math.abs(value - wanted[i]) / Math.max(1, Math.abs(wanted[i]))),
    0,
  );
}
