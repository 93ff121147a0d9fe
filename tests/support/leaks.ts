import { memory } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';

/** Runs `body` and expects that it leaves as many tensors as it found, plus `kept`. */
export async function expectNoLeak(body: () => unknown, kept = 0): Promise<void> {
  const before = memory().numTensors;
  await body();
  expect(memory().numTensors - before).toBe(kept);
}
