import { fill, memory, randomNormal, setBackend, type Tensor, tensor1d, tidy, zeros } from '@tensorflow/tfjs-core';
import { registerSimdBackend } from 'tfjs-backend-simd';
import { beforeAll, describe, expect, it } from 'vitest';
import { sumAll } from '../../../src/train/step/sum-all';
import '../../support/cpu';

describe.each(['cpu', 'simd'])('sumAll on %s', (backend) => {
  beforeAll(async () => {
    if (backend === 'simd') await registerSimdBackend({ threads: 2 });
    await setBackend(backend);
  });

  const read = (tensors: () => Tensor[], options?: { squares: boolean }): number =>
    tidy(() => sumAll(tensors(), options).dataSync()[0]);

  it('adds up all numbers of all tensors, or their squares', () => {
    const shapes = [[1], [3, 5], [16], [2, 3, 4, 7], [40_001], [0], []];
    const tensors = () => shapes.map((shape, i) => randomNormal(shape, 0.5, 1, 'float32', i + 1) as Tensor);
    const values = tidy(() => tensors().flatMap((tensor) => Array.from(tensor.dataSync())));
    const total = values.reduce((sum, value) => sum + value, 0);
    const squares = values.reduce((sum, value) => sum + value ** 2, 0);
    expect(read(tensors) / total).toBeCloseTo(1, 5);
    expect(read(tensors, { squares: true }) / squares).toBeCloseTo(1, 5);
  });

  it('is 0 of no tensor', () => {
    expect(read(() => [])).toBe(0);
    expect(read(() => [zeros([0])])).toBe(0);
  });

  it.each([1, 4, 17, 30_000])('shows NaN and infinity anywhere in %i numbers', (size) => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      for (const at of [0, size >> 1, size - 1]) {
        const values = new Float32Array(size).fill(1);
        values[at] = bad;
        const sum = read(() => [fill([5], 2), tensor1d(values), fill([7], 3)]);
        expect(sum).toBe(bad);
        expect(read(() => [tensor1d(values)], { squares: true })).toBe(bad ** 2);
      }
    }
  });

  it('leaves its result alone', () => {
    const x = tensor1d([1, 2, 3]);
    const before = memory().numTensors;
    const result = sumAll([x, x]);
    expect(memory().numTensors).toBe(before + 1);
    expect(result.shape).toEqual([]);
    result.dispose();
    x.dispose();
  });
});
