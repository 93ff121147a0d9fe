import {
  avgPool,
  concat,
  dispose,
  grad,
  image,
  maxPool,
  relu,
  setBackend,
  split,
  square,
  sum,
  type Tensor,
  type Tensor4D,
  tensor4d,
  tidy,
} from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { registerSimdBackend } from '../src';
import { expectSame, numbers } from './compare';
import { pads } from './conv-inputs';

beforeAll(() => registerSimdBackend({ threads: 2 }));

const filled = (shape: [number, number, number, number]) => tensor4d(numbers(shape.reduce((a, b) => a * b)), shape);

describe('pooling', () => {
  it('leaves an image as it is under windows of one pixel that keep its size', async () => {
    for (const pool of [maxPool, avgPool]) {
      for (const [size, step, pad] of [
        [2, 2, 1],
        [5, 1, 0],
      ] as const) {
        await expectSame(() => pool(filled([2, size, size, 3]), 1, step, pad));
      }
    }
  });

  it('gives what the cpu backend gives, gradients too, windows apart or overlapping', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          h: fc.integer({ min: 3, max: 9 }),
          w: fc.integer({ min: 3, max: 9 }),
          c: fc.integer({ min: 1, max: 9 }),
          size: fc.integer({ min: 1, max: 3 }),
          step: fc.integer({ min: 1, max: 3 }),
        }),
        fc.constantFrom('same' as const, 'valid' as const),
        async ({ h, w, c, size, step }, pad) => {
          for (const pool of [maxPool, avgPool]) {
            await expectSame(() => {
              const x = filled([2, h, w, c]);
              return [pool(x, size, step, pad), grad((v) => square(pool(v as Tensor4D, size, step, pad)))(x)];
            });
          }
        },
      ),
      { numRuns: 40, seed: 1 },
    );
  });

  it('does so for maxima of 2x2 pixels, four channels at a time, where numbers are equal or missing', async () => {
    const side = fc.integer({ min: 2, max: 9 });
    const size = fc.record({ h: side, w: side, c: fc.constantFrom(4, 8), step: fc.constantFrom(1, 2, 3), pad: pads });
    const values = fc.infiniteStream(fc.constantFrom(0, 1, 1, 2, -3));
    const missing = fc.constantFrom(Number.NaN, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
    await fc.assert(
      fc.asyncProperty(size, values, missing, async ({ h, w, c, step, pad }, from, odd) => {
        const x = Float32Array.from({ length: 2 * h * w * c }, () => from.next().value);
        const pool = (v: Tensor) => maxPool(v as Tensor4D, 2, step, pad, typeof pad === 'string' ? undefined : 'floor');
        await expectSame(() => {
          const image = tensor4d(x, [2, h, w, c]);
          const y = pool(image);
          return [y, grad(pool)(image, tensor4d(numbers(y.size), y.shape as [number, number, number, number]))];
        });
        const holed = x.map((value) => (value === 1 ? odd : value));
        await expectSame(() => pool(tensor4d(holed, [2, h, w, c])));
      }),
      { numRuns: 150, seed: 1 },
    );
  });

  it('gives the gradient of equal maxima to the first', async () => {
    await expectSame(() =>
      grad((v) => sum(maxPool(relu(v) as Tensor4D, 2, 2, 'same')))(
        tensor4d(new Float32Array(2 * 4 * 4 * 5).fill(1), [2, 4, 4, 5]),
      ),
    );
  });

  it('passes over NaN as the cpu backend does', async () => {
    await expectSame(() => maxPool(tensor4d([1, Number.NaN, 3, 2], [1, 2, 2, 1]), 2, 2, 'valid'));
  });
});

describe('resize', () => {
  it('interpolates as the cpu backend does, with gradients', async () => {
    for (const [corners, centers] of [
      [false, false],
      [true, false],
      [false, true],
    ] as const) {
      for (const size of [
        [10, 10],
        [5, 5],
        [3, 7],
        [1, 1],
        [13, 9],
      ] as [number, number][]) {
        await expectSame(() => {
          const x = filled([2, 5, 4, 6]);
          const f = (v: Tensor4D) => image.resizeBilinear(v, size, corners, centers);
          return [f(x), grad((v) => square(f(v as Tensor4D)))(x)];
        });
      }
    }
  });

  it('picks pixels as the cpu backend does', async () => {
    for (const size of [
      [8, 10],
      [12, 5],
      [4, 5],
      [7, 3],
      [1, 1],
      [9, 13],
    ] as [number, number][]) {
      await expectSame(() => {
        const x = filled([2, 4, 5, 6]);
        return [
          image.resizeNearestNeighbor(x, size),
          image.resizeNearestNeighbor(x, size, true),
          image.resizeNearestNeighbor(x, size, false, true),
        ];
      });
    }
  });

  it('sums the gradient over the places a pixel was picked for', async () => {
    for (const size of [
      [8, 10],
      [12, 15],
      [4, 5],
      [7, 9],
      [3, 2],
    ] as [number, number][]) {
      for (const corners of [false, true]) {
        await expectSame(() =>
          grad((v) => square(image.resizeNearestNeighbor(v as Tensor4D, size, corners)))(filled([1, 4, 5, 6])),
        );
      }
    }
  });

  it('gives each image of a batch the gradient that it has alone', async () => {
    await setBackend('simd');
    for (const size of [
      [8, 10],
      [7, 9],
    ] as [number, number][]) {
      const gradient = grad((v) => square(image.resizeNearestNeighbor(v as Tensor4D, size)));
      const [both, apart] = tidy(() => {
        const x = filled([2, 4, 5, 6]);
        return [gradient(x), concat(split(x, 2).map((one) => gradient(one)))];
      });
      expect([...(await both.data())]).toEqual([...(await apart.data())]);
      dispose([both, apart]);
    }
  });
});
