import { cast, grad, greater, max, mean, softmax, square, sum, type Tensor, tensor } from '@tensorflow/tfjs-core';
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

describe('Sum, Mean and Max', () => {
  it('reduce any axes of any shape as the cpu backend does', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 7 }), fc.boolean()), { minLength: 1, maxLength: 5 }),
        fc.boolean(),
        async (dims, keep) => {
          const shape = dims.map(([size]) => size);
          const axes = dims.flatMap(([, reduced], d) => (reduced ? [d] : []));
          await expectSame(() => [
            sum(filled(shape), axes, keep),
            mean(filled(shape), axes, keep),
            max(filled(shape), axes, keep),
          ]);
        },
      ),
      { numRuns: 80, seed: 1 },
    );
  });

  it('share long reductions among threads', async () => {
    for (const [shape, axes] of [
      [
        [4, 60, 60, 5],
        [0, 1, 2],
      ],
      [[2, 300, 90], [1]],
      [[3, 40_000], [1]],
      [[90_001], [0]],
    ] as const) {
      await expectSame(() => [sum(filled([...shape]), [...axes]), max(filled([...shape]), [...axes])], 2e-5);
    }
  });

  it('average a million numbers without drifting', async () => {
    await expectSame(() => mean(filled([1000, 1000])), 1e-6);
  });

  it('pass NaN on, and leave integers and booleans to the cpu backend', async () => {
    await expectSame(() => [
      max(tensor([1, Number.NaN, 3])),
      sum(tensor([1, Number.NaN])),
      max(tensor([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY])),
    ]);
    await expectSame(() => [
      sum(greater(filled([9]), 0)),
      sum(cast(tensor([1.5, 2.5]), 'int32')),
      mean(greater(filled([9]), 0)),
    ]);
  });

  it('give an alias that outlives its source where there is nothing to add', async () => {
    await expectSame(() => {
      const x: Tensor = square(filled([3, 1]));
      const s = sum(x, 1);
      x.dispose();
      return square(s);
    });
  });

  it('pass gradients', async () => {
    await expectSame(() => grad((x) => square(sum(x, [0, 2])))(filled([3, 4, 5])));
    await expectSame(() => grad((x) => square(mean(x, 1)))(filled([3, 4, 5])));
  });
});

describe('Softmax', () => {
  it('gives what the cpu backend gives, large logits too', async () => {
    for (const n of [1, 2, 5, 19]) await expectSame(() => softmax(filled([4, n])));
    await expectSame(() =>
      softmax(
        tensor([
          [1000, 1001, 999],
          [-1000, 0, -5],
        ]),
      ),
    );
  });
});
