import {
  cast,
  concat,
  grad,
  mul,
  pad,
  reverse,
  slice,
  split,
  square,
  stack,
  tensor,
  tile,
  transpose,
} from '@tensorflow/tfjs-core';
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
const shapes = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 5 });

describe('copies between layouts', () => {
  it('transposes by any permutation', async () => {
    await fc.assert(
      fc.asyncProperty(
        shapes,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 5, maxLength: 5 }),
        async (shape, keys) => {
          const perm = shape.map((_, d) => d).sort((p, q) => keys[p] - keys[q]);
          await expectSame(() => transpose(filled(shape), perm));
        },
      ),
      { numRuns: 80, seed: 1 },
    );
    await expectSame(() => [
      transpose(filled([70, 90])),
      transpose(filled([3, 70, 90]), [0, 2, 1]),
      transpose(filled([33, 6, 50]), [2, 0, 1]),
    ]);
  });

  it('slices any box', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.nat(5), fc.nat(6)), { minLength: 1, maxLength: 4 }),
        async (dims) => {
          const shape = dims.map(([size]) => size);
          const begin = dims.map(([size, start]) => Math.min(start, size - 1));
          const size = dims.map(([n, , length], d) => Math.min(length, n - begin[d]));
          await expectSame(() => square(slice(filled(shape), begin, size)));
        },
      ),
      { numRuns: 60, seed: 2 },
    );
  });

  it('concatenates and splits along any axis', async () => {
    for (let axis = 0; axis < 3; axis++) {
      const shape = (n: number) => [4, 5, 6].map((size, d) => (d === axis ? n : size));
      await expectSame(() => concat([filled(shape(1)), filled(shape(3), 2), filled(shape(2), 3)], axis));
      await expectSame(() => split(filled(shape(6)), [1, 3, 2], axis));
      await expectSame(() => split(filled(shape(6)), 3, axis));
      await expectSame(() => grad((x) => square(concat([x, mul(x, 2)], axis)))(filled([4, 5, 6])));
    }
    await expectSame(() => concat([filled([300, 200]), filled([300, 8], 2)], 1));
    await expectSame(() => concat([cast(filled([3]), 'int32'), cast(filled([2]), 'int32')]));
    await expectSame(() => stack([filled([3, 2]), filled([3, 2], 2)], 1));
  });

  it('pads, tiles and reverses', async () => {
    await expectSame(() =>
      pad(
        filled([3, 4, 5]),
        [
          [1, 0],
          [0, 2],
          [3, 1],
        ],
        -1,
      ),
    );
    await expectSame(() => [
      tile(filled([3, 4]), [2, 3]),
      tile(filled([1, 4]), [5, 1]),
      tile(filled([2, 1, 3]), [1, 4, 2]),
    ]);
    await expectSame(() => [reverse(filled([3, 4, 5]), [0, 2]), reverse(filled([9]))]);
    await expectSame(() => grad((x) => square(tile(x, [2, 3])))(filled([3, 4])));
  });

  it('copies boxes of more rows than one thread takes at a time', async () => {
    await expectSame(() => {
      const x = filled([3, 29, 41, 5]);
      const y = filled([3, 29, 41, 9], 2);
      return [
        concat([x, y], 3),
        slice(y, [1, 3, 2, 1], [2, 25, 39, 7]),
        reverse(y, [1, 2]),
        reverse(y, 3),
        transpose(y, [0, 2, 1, 3]),
        tile(x, [1, 2, 1, 3]),
      ];
    });
  });
});
