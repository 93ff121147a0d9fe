import {
  avgPool3d,
  grad,
  maxPool3d,
  mul,
  relu,
  setBackend,
  square,
  sum,
  type Tensor,
  type Tensor5D,
  tensor,
} from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, it } from 'vitest';
import { registerSimdBackend } from '../src';
import { expectSame, numbers } from './compare';
import { expectSlope } from './slope';

beforeAll(() => registerSimdBackend({ threads: 2 }));

type Shape = [number, number, number, number, number];

const filled = (shape: Shape, seed = 1) =>
  tensor(
    numbers(
      shape.reduce((a, b) => a * b),
      seed,
    ),
    shape,
  ) as Tensor5D;

const side = (max: number) => fc.integer({ min: 1, max });

describe('pooling of volumes', () => {
  it('gives what the cpu backend gives, gradients too, for any window, stride, padding and number of channels', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 2 }),
        fc.tuple(fc.integer({ min: 3, max: 7 }), fc.integer({ min: 3, max: 7 }), fc.integer({ min: 3, max: 7 })),
        side(9),
        fc.tuple(side(3), side(3), side(3)),
        fc.tuple(side(3), side(3), side(3)),
        fc.constantFrom('same' as const, 'valid' as const),
        async (batch, size, channels, window, strides, pad) => {
          for (const pool of [maxPool3d, avgPool3d]) {
            await expectSame(() => {
              const x = filled([batch, ...size, channels]);
              const f = (v: Tensor) => pool(v as Tensor5D, window, strides, pad);
              return [f(x), grad((v) => square(f(v)))(x)];
            });
          }
        },
      ),
      { numRuns: 50, seed: 1 },
    );
  });

  it('rounds the number of windows and pads by a number as the cpu backend does', async () => {
    for (const rounding of ['floor', 'ceil', 'round'] as const) {
      for (const pool of [maxPool3d, avgPool3d]) {
        await expectSame(() => {
          const x = filled([1, 6, 5, 7, 3]);
          const f = (v: Tensor) => pool(v as Tensor5D, 3, 2, 1, rounding);
          return [f(x), grad((v) => square(f(v)))(x)];
        });
      }
    }
  });

  it('gives the gradient of equal maxima to the first, and passes over NaN', async () => {
    await expectSame(() => grad((v) => sum(maxPool3d(relu(v) as Tensor5D, 2, 2, 'same')))(filled([2, 4, 4, 4, 5])));
    await expectSame(() => {
      const values = numbers(64);
      values[9] = Number.NaN;
      values[33] = Number.POSITIVE_INFINITY;
      const x = tensor(values, [1, 4, 4, 4, 1]) as Tensor5D;
      return [maxPool3d(x, 2, 2, 'valid'), avgPool3d(x, 2, 1, 'same')];
    });
  });

  it('gives gradients that are slopes', async () => {
    await setBackend('simd');
    const x = filled([2, 4, 5, 4, 3]);
    for (const pool of [maxPool3d, avgPool3d]) {
      const f = (v: Tensor) => {
        const y = pool(v as Tensor5D, [2, 3, 2], [2, 1, 2], 'same');
        return sum(mul(y, filled(y.shape, 4)));
      };
      await expectSlope(f, x, () => grad(f)(x), 2e-2);
    }
    x.dispose();
  });
});
