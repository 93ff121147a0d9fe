import '@tensorflow/tfjs-backend-cpu';
import { backend, removeBackend, setBackend, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { registerSimdBackend } from '../src';
import type { SimdBackend } from '../src/backend';

/** What `body` gives on a `simd` backend of so many threads, made for it alone: any that is registered is removed first. */
export async function computeOn(threads: number, body: () => Tensor[]): Promise<number[][]> {
  await setBackend('cpu');
  removeBackend('simd');
  await registerSimdBackend({ threads });
  await setBackend('simd');
  expect((backend() as unknown as SimdBackend).runtime.threads).toBe(threads);
  const tensors = tidy(body);
  const values = await Promise.all(tensors.map(async (t) => Array.from(await t.data())));
  for (const t of tensors) t.dispose();
  return values;
}
