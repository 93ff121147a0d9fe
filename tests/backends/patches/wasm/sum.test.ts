import '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-layers';
import { fill, grad, mean, memory, mul, setBackend, sum, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { registerWasmTrainingKernels } from '../../../../src/backends/index';
import { random } from '../../../../src/data/index';

beforeAll(async () => {
  registerWasmTrainingKernels();
  await setBackend('wasm');
});

const SHAPE = [3, 4, 1, 5, 2];
const SUBSETS = Array.from({ length: 2 ** SHAPE.length }, (_, bits) =>
  SHAPE.map((_size, i) => i).filter((i) => bits & (1 << i)),
);

/** The sums over some axes, in double precision, in the order of what is left. */
function oracle(values: Float32Array, axes: readonly number[]): number[] {
  const sums = new Map<string, number>();
  for (const [i, value] of values.entries()) {
    let rest = i;
    const at = SHAPE.map((_, axis) => {
      const below = SHAPE.slice(axis + 1).reduce((a, b) => a * b, 1);
      const place = Math.floor(rest / below);
      rest %= below;
      return axes.includes(axis) ? 0 : place;
    });
    sums.set(at.join(), (sums.get(at.join()) ?? 0) + value);
  }
  return [...sums.values()];
}

describe('sums on wasm', () => {
  it.each(SUBSETS)('are those of double precision over the axes %j', (...axes: number[]) => {
    const stream = random(1, 'sums');
    const values = Float32Array.from({ length: 120 }, () => 1e6 * stream.uniform());
    const expected = oracle(values, axes);
    const count = 120 / expected.length;
    const before = memory().numTensors;
    tidy(() => {
      const x = tensor(values, SHAPE);
      for (const keepDims of [true, false]) {
        // An empty list would mean all axes.
        const over = axes.length === 0 ? [2] : axes;
        const [total, average] = [sum(x, over, keepDims), mean(x, over, keepDims)];
        const left = SHAPE.flatMap((size, axis) => (over.includes(axis) ? (keepDims ? [1] : []) : [size]));
        expect(total.shape).toEqual(left);
        expect(average.shape).toEqual(left);
        expect(Array.from(total.dataSync())).toEqual(expected.map(Math.fround));
        for (const [i, value] of average.dataSync().entries()) {
          expect(Math.abs(value / (expected[i] / count) - 1)).toBeLessThan(1e-7);
        }
      }
    });
    expect(memory().numTensors).toBe(before);
  });

  it('go on past 2^24, over all values, rows and columns', () => {
    tidy(() => {
      const x = fill([4200, 2, 2100], 1);
      expect(sum(x).dataSync()[0]).toBe(17_640_000);
      expect(mean(x).dataSync()[0]).toBe(1);
      expect([...sum(x, [0, 2]).dataSync()]).toEqual([8_820_000, 8_820_000]);
    });
    const long = 2 ** 24 + 4;
    tidy(() => void expect([...sum(fill([long, 2], 1), 0).dataSync()]).toEqual([long, long]));
    tidy(() => void expect([...sum(fill([2, long], 1), 1).dataSync()]).toEqual([long, long]));
  });

  it('of integers and of nothing are as they were, and gradients flow', () => {
    tidy(() => {
      expect(sum(tensor([1, 2, 3], [3], 'int32')).dataSync()).toEqual(new Int32Array([6]));
      expect(mean(tensor([1, 2], [2], 'int32')).dataSync()[0]).toBe(1.5);
      expect([...sum(tensor([], [2, 0]), 1).dataSync()]).toEqual([0, 0]);
      const slope = grad((x: Tensor) => sum(mul(mean(x, 0), tensor([1, 2]))))(tensor([1, 2, 3, 4], [2, 2]));
      expect([...slope.dataSync()]).toEqual([0.5, 1, 0.5, 1]);
    });
  });
});
