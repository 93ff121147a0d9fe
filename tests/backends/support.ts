import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-layers';
import { type DataType, engine, type NamedAttrMap, setBackend, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { random } from '../../src/internal/random';

/** `values` of `shape`, uniform in [low, high), a function of the seed alone. */
export function values(seed: number, shape: readonly number[], low = -2, high = 2): Float32Array {
  const { uniform } = random(seed);
  return Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => uniform(low, high));
}

/** What a kernel is run on. */
export interface Input {
  readonly data: Float32Array | Int32Array;
  readonly shape: number[];
  readonly dtype?: DataType;
}

/** Runs one kernel on one backend. */
export async function runOn(
  backend: 'cpu' | 'wasm',
  kernel: string,
  inputs: { readonly [name: string]: Input },
  attrs: object,
): Promise<Float32Array> {
  await setBackend(backend);
  const output = tidy(() => {
    const tensors = Object.entries(inputs).map(([name, { data, shape, dtype }]) => [name, tensor(data, shape, dtype)]);
    return engine().runKernel(kernel, Object.fromEntries(tensors), attrs as NamedAttrMap) as Tensor;
  });
  const data = (await output.data()) as Float32Array;
  output.dispose();
  return data;
}

/**
 * Expects `kernel`, bilinear in its inputs, to give the same on wasm and on cpu within the rounding that a float32 sum
 * of `terms` products in any order can have: `(terms + 2) * 2^-24` times the sum of their magnitudes (Higham, Accuracy
 * and Stability of Numerical Algorithms, 2002, section 3.1).
 */
export async function expectSameSums(
  kernel: string,
  inputs: { readonly [name: string]: Input },
  attrs: object,
  terms: number,
): Promise<void> {
  const magnitudes = Object.fromEntries(
    Object.entries(inputs).map(([name, input]) => [name, { ...input, data: input.data.map(Math.abs) }]),
  );
  const expected = await runOn('cpu', kernel, inputs, attrs);
  const scale = await runOn('cpu', kernel, magnitudes, attrs);
  const got = await runOn('wasm', kernel, inputs, attrs);
  expect(got.length).toBe(expected.length);
  const wrong = [...got].findIndex((value, i) => !(Math.abs(value - expected[i]) <= (terms + 2) * 2 ** -24 * scale[i]));
  expect(wrong < 0 ? 'same' : `[${wrong}]: wasm ${got[wrong]}, cpu ${expected[wrong]}`).toBe('same');
}

/** The largest difference of `gradient` from central finite differences of `f` at `x`, for a step small or exact. */
export function differenceFromSlopes(
  f: (x: Float32Array) => number,
  x: Float32Array,
  gradient: ArrayLike<number>,
  step: number,
): number {
  let worst = 0;
  for (let i = 0; i < x.length; i++) {
    const above = x.slice();
    const below = x.slice();
    above[i] += step;
    below[i] -= step;
    worst = Math.max(worst, Math.abs((f(above) - f(below)) / (above[i] - below[i]) - gradient[i]));
  }
  return worst;
}
