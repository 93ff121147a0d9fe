import { broadcastTo, fused, matMul, setBackend, tensor, tensor1d, tidy } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { registerSimdBackend } from '../src';
import { difference, expectSame, numbers } from './compare';

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
  });

  it('broadcasts batches that are not equal, which the cpu backend does only in part', async () => {
    for (const [a, b, both] of [
      [
        [2, 1],
        [1, 3],
        [2, 3],
      ],
      [
        [2, 1],
        [1, 2],
        [2, 2],
      ],
      [[2, 3], [3], [2, 3]],
      [
        [2, 3],
        [2, 1],
        [2, 3],
      ],
      [
        [3, 1, 2],
        [4, 1],
        [3, 4, 2],
      ],
    ] as const) {
      const product = (backend: string, broadcast: boolean) =>
        setBackend(backend).then(() => {
          const y = tidy(() => {
            const left = matrix([...a, 5, 7], 1);
            const right = matrix([...b, 7, 4], 2);
            return broadcast
              ? matMul(broadcastTo(left, [...both, 5, 7]), broadcastTo(right, [...both, 7, 4]))
              : matMul(left, right);
          });
          expect(y.shape).toEqual([...both, 5, 4]);
          return y.data().finally(() => y.dispose());
        });
      expect(difference(await product('simd', false), await product('cpu', true))).toBeLessThanOrEqual(1e-6);
    }
  });

  it('refuses a vector, as the cpu backend does', async () => {
    await setBackend('simd');
    for (const [a, b] of [
      [[2, 3], [3]],
      [[2], [2, 3]],
    ]) {
      expect(() => tidy(() => matMul(matrix(a, 1), matrix(b, 2)))).toThrow();
    }
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
