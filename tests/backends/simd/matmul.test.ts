import { fused, matMul, tensor, tensor1d } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, it } from 'vitest';
import { registerSimdBackend } from '../../../src/backends/simd';
import { expectSame, numbers } from './compare';

beforeAll(() => registerSimdBackend({ threads: 2 }));

const matrix = (shape: number[], seed: number) =>
  tensor(
    numbers(
      shape.reduce((a, b) => a * b, 1),
      seed,
    ),
    shape,
  );
const size = fc.integer({ min: 1, max: 40 });

describe('BatchMatMul', () => {
  it('gives what the cpu backend gives for any shape, each factor transposed or not', async () => {
    await fc.assert(
      fc.asyncProperty(size, size, size, fc.boolean(), fc.boolean(), async (m, k, n, ta, tb) => {
        await expectSame(() => matMul(matrix(ta ? [k, m] : [m, k], 1), matrix(tb ? [n, k] : [k, n], 2), ta, tb));
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it('multiplies batches, and one matrix with a batch', async () => {
    for (const [a, b] of [
      [3, 3],
      [1, 3],
      [3, 1],
    ] as const) {
      for (const t of [false, true])
        await expectSame(() => matMul(matrix([a, 5, 7], 1), matrix(t ? [b, 4, 7] : [b, 7, 4], 2), false, t));
    }
    await expectSame(() => matMul(matrix([2, 3, 5, 7], 1), matrix([2, 1, 7, 4], 2)));
  });

  it('adds the bias and applies the activation in the fused kernel', async () => {
    for (const activation of ['linear', 'relu', 'elu', 'sigmoid'] as const) {
      await expectSame(() =>
        fused.matMul({
          a: matrix([4, 300], 1) as never,
          b: matrix([300, 13], 2) as never,
          bias: tensor1d(numbers(13, 3)),
          activation,
        }),
      );
    }
  });
});
