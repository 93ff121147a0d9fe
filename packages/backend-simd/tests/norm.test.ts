import { batchNorm, grads, type Tensor, type Tensor1D, type Tensor4D, tensor, tensor1d } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, it } from 'vitest';
import { registerSimdBackend } from '../src';
import { expectSame, numbers } from './compare';

beforeAll(() => registerSimdBackend({ threads: 2 }));

const filled = (shape: number[], seed = 1) =>
  tensor(
    numbers(
      shape.reduce((a, b) => a * b, 1),
      seed,
    ),
    shape,
  );

describe('the inference of batch normalization', () => {
  it('gives what the cpu backend gives, and its gradients, with or without scale and offset', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 3, maxLength: 3 }),
        fc.integer({ min: 1, max: 21 }),
        fc.boolean(),
        fc.boolean(),
        async (outer, channels, scaled, shifted) => {
          await expectSame(() => {
            const x = filled([...outer, channels]) as Tensor4D;
            const mean = filled([channels], 2) as Tensor1D;
            const variance = tensor1d(numbers(channels, 3).map((v) => v * v + 0.1));
            const scale = scaled ? (filled([channels], 4) as Tensor1D) : undefined;
            const offset = shifted ? (filled([channels], 5) as Tensor1D) : undefined;
            return batchNorm(x, mean, variance, offset, scale, 1e-3);
          });
        },
      ),
      { numRuns: 40, seed: 1 },
    );
    await expectSame(() => {
      const f = (x: Tensor, m: Tensor, v: Tensor, o: Tensor, s: Tensor) =>
        batchNorm(x as Tensor4D, m as Tensor1D, v as Tensor1D, o as Tensor1D, s as Tensor1D);
      const variance = tensor1d(numbers(7, 3).map((v) => v * v + 0.1));
      return grads(f)([filled([2, 3, 5, 7]), filled([7], 2), variance, filled([7], 4), filled([7], 5)]);
    });
  });

  it('takes moments that are not one a channel, and passes on NaN and infinity', async () => {
    await expectSame(() => {
      const values = numbers(2 * 3 * 4 * 5);
      values[7] = Number.NaN;
      values[23] = Number.POSITIVE_INFINITY;
      const x = tensor(values, [2, 3, 4, 5]) as Tensor4D;
      const variance = tensor(
        numbers(120, 3).map((v) => v * v + 0.1),
        [2, 3, 4, 5],
      ) as Tensor4D;
      return [
        batchNorm(x, filled([5], 2) as Tensor1D, tensor1d(numbers(5, 3).map((v) => v * v + 0.1))),
        batchNorm(x, filled([2, 3, 4, 5], 2) as Tensor4D, variance),
      ];
    });
  });
});
