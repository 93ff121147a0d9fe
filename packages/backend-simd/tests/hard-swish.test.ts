import '@tensorflow/tfjs-backend-cpu';
import {
  engine,
  memory,
  mul,
  removeBackend,
  setBackend,
  sum,
  type Tensor,
  tensor,
  tensor1d,
  tidy,
} from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerSimdBackend } from '../src';
import { numbers } from './compare';
import { computeOn } from './on-threads';
import { expectSlope } from './slope';

const hardSwish = (x: Tensor): Tensor => engine().runKernel('HardSwish', { x }) as Tensor;
const gradient = (x: Tensor, dy: Tensor): Tensor => engine().runKernel('HardSwishGrad', { x, dy }) as Tensor;

/** x relu6(x + 3) / 6 and its slope, in double precision. */
const value = (x: number): number => (x * Math.min(Math.max(x + 3, 0), 6)) / 6;
const slope = (x: number): number => (x <= -3 ? 0 : x >= 3 ? 1 : (2 * x + 3) / 6);

async function valuesOf(body: () => Tensor): Promise<number[]> {
  const result = tidy(body);
  const values = Array.from(await result.data());
  result.dispose();
  return values;
}

describe.each([true, false])('hard-swish (fused products: %s)', (fused) => {
  beforeAll(async () => {
    await setBackend('cpu');
    await registerSimdBackend({ threads: 1, fused });
    await setBackend('simd');
  });
  afterAll(async () => {
    await setBackend('cpu');
    removeBackend('simd');
  });

  it('is x relu6(x + 3) / 6, and its gradient dy times the slope, at any size', async () => {
    for (const size of [0, 1, 3, 4, 7, 1001, 40_003]) {
      const x = Float32Array.from(numbers(size, 3), (v) => 5 * v);
      const dy = numbers(size, 4);
      const y = await valuesOf(() => hardSwish(tensor1d(x)));
      const dx = await valuesOf(() => gradient(tensor1d(x), tensor1d(dy)));
      expect(y).toHaveLength(size);
      expect(dx).toHaveLength(size);
      x.forEach((v, i) => {
        expect(Math.abs(y[i]! - value(v))).toBeLessThanOrEqual(4e-7 * Math.max(1, Math.abs(v)));
        expect(Math.abs(dx[i]! - dy[i]! * slope(v))).toBeLessThanOrEqual(4e-7);
      });
    }
  });

  it('has a corner at -3 and at 3, is 0 before and x behind, and passes a NaN on', async () => {
    const x = [Number.NaN, -Infinity, -1e30, -3.5, -3, -1.5, 0, 1.5, 3, 3.5, 1e30, Infinity];
    const dy = x.map(() => 2);
    expect(await valuesOf(() => hardSwish(tensor1d(x)))).toEqual([
      Number.NaN,
      0,
      0,
      0,
      0,
      -0.375,
      0,
      1.125,
      3,
      3.5,
      Math.fround(1e30),
      Infinity,
    ]);
    expect(await valuesOf(() => gradient(tensor1d(x), tensor1d(dy)))).toEqual([
      Number.NaN,
      0,
      0,
      0,
      0,
      0,
      1,
      2,
      2,
      2,
      2,
      2,
    ]);
    // what comes back where the slope is 0 does not count
    expect(await valuesOf(() => gradient(tensor1d([-4, 4]), tensor1d([Number.NaN, Infinity])))).toEqual([0, Infinity]);
  });

  it('has the slope of its values as its gradient', async () => {
    const x = tensor(
      Float32Array.from(numbers(60, 5), (v) => 4 * v),
      [3, 4, 5],
    );
    const dy = tensor(numbers(60, 6), [3, 4, 5]);
    await expectSlope(
      (v) => sum(mul(hardSwish(v), dy)),
      x,
      () => gradient(x, dy),
    );
    x.dispose();
    dy.dispose();
  });

  it('says what it does not take, and keeps no memory of it', () => {
    const [x, ints, longer] = [tensor1d([1]), tensor1d([1], 'int32'), tensor1d([1, 2])];
    const before = memory().numTensors;
    expect(() => hardSwish(ints)).toThrow(new TypeError('HardSwish: x must be float32, got int32.'));
    expect(() => gradient(x, ints)).toThrow(
      new TypeError('HardSwishGrad: x and dy must be float32, got float32 and int32.'),
    );
    expect(() => gradient(x, longer)).toThrow(
      new RangeError('HardSwishGrad: dy must have the shape of x, [1], got [2].'),
    );
    expect(memory().numTensors).toBe(before);
    for (const t of [x, ints, longer]) t.dispose();
  });
});

describe('hard-swish on threads', () => {
  it('gives the same bits on one, two and three', async () => {
    await registerSimdBackend();
    const work = () => {
      const x = tensor1d(Float32Array.from(numbers(100_003, 7), (v) => 5 * v));
      return [hardSwish(x), gradient(x, tensor1d(numbers(100_003, 8)))];
    };
    const one = await computeOn(1, work);
    for (const threads of [2, 3]) expect(await computeOn(threads, work)).toEqual(one);
  });
});
