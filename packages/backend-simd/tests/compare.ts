import '@tensorflow/tfjs-layers'; // registers the gradients
import { memory, setBackend, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { registerRightGradients } from './right-gradients';

registerRightGradients(); // what simd is compared with must be right

type Body = () => Tensor | Tensor[];

async function valuesOn(backend: string, body: Body): Promise<{ shape: number[]; values: ArrayLike<number> }[]> {
  await setBackend(backend);
  const result = tidy(body);
  const tensors = Array.isArray(result) ? result : [result];
  const read = await Promise.all(tensors.map(async (t) => ({ shape: t.shape, values: await t.data() })));
  for (const t of tensors) t.dispose();
  return read;
}

/** The worst difference of two arrays over the largest finite magnitude (at least 1); infinite where they differ in NaN or infinity. */
export function difference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let worst = 0;
  let scale = 1;
  for (let i = 0; i < expected.length; i++) {
    const e = expected[i];
    const a = actual[i];
    if (Object.is(a, e) || a === e) continue;
    if (!Number.isFinite(e) || !Number.isFinite(a)) return Number.POSITIVE_INFINITY;
    worst = Math.max(worst, Math.abs(a - e));
  }
  for (let i = 0; i < expected.length; i++)
    if (Number.isFinite(expected[i])) scale = Math.max(scale, Math.abs(expected[i]));
  return worst / scale;
}

/** Expects that `body` gives on `simd` what it gives on `cpu` (with right gradients), within `tolerance` of the largest number, and leaks nothing. */
export async function expectSame(body: Body, tolerance = 1e-5): Promise<void> {
  const expected = await valuesOn('cpu', body);
  await setBackend('simd');
  const before = memory().numTensors;
  const actual = await valuesOn('simd', body);
  expect(memory().numTensors).toBe(before);
  expect(actual.map((t) => t.shape)).toEqual(expected.map((t) => t.shape));
  actual.forEach((t, i) => {
    expect(difference(t.values, expected[i].values)).toBeLessThanOrEqual(tolerance);
  });
}

/** A repeatable spread of numbers over about [-1, 1]. */
export function numbers(size: number, seed = 1): Float32Array {
  return Float32Array.from(
    { length: size },
    (_, i) => Math.sin(12.9898 * (i + 1) + 78.233 * seed) * Math.cos(0.37 * i + seed),
  );
}
