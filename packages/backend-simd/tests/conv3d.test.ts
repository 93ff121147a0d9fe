import {
  abs,
  addN,
  conv3d,
  conv3dTranspose,
  dispose,
  grads,
  matMul,
  mul,
  pad,
  reshape,
  setBackend,
  slice,
  square,
  sum,
  type Tensor,
  type Tensor5D,
  tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { registerSimdBackend } from '../src';
import { difference, expectSame, numbers } from './compare';
import { computeOn } from './on-threads';
import { expectSlope } from './slope';

beforeAll(() => registerSimdBackend({ threads: 2 }));

type Shape = [number, number, number, number, number];

const input = (shape: Shape, seed = 1) =>
  tensor(
    numbers(
      shape.reduce((a, b) => a * b),
      seed,
    ),
    shape,
  ) as Tensor5D;

const side = (max: number) => fc.integer({ min: 1, max });
const cases = fc
  .record({
    batch: fc.integer({ min: 0, max: 2 }),
    size: fc.tuple(side(6), side(7), side(7)),
    channels: side(6),
    filters: side(9),
    filter: fc.tuple(side(3), side(3), side(3)),
    strides: fc.tuple(side(3), side(3), side(3)),
    padding: fc.constantFrom('same' as const, 'valid' as const),
  })
  .filter(({ padding, size, filter }) => padding === 'same' || size.every((n, d) => n >= filter[d]));

describe('three-dimensional convolution', () => {
  it('gives what the cpu backend gives, and the same gradients, for any shape, stride and padding', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ batch, size, channels, filters, filter, strides, padding }) => {
        const f = (x: Tensor, w: Tensor) => conv3d(x as Tensor5D, w as Tensor5D, strides, padding);
        await expectSame(() => {
          const x = input([batch, ...size, channels]);
          const w = input([...filter, channels, filters], 2);
          return [f(x, w), ...grads((a: Tensor, b: Tensor) => square(f(a, b)))([x, w])];
        });
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it('gives what the cpu backend gives for any dilation', async () => {
    await fc.assert(
      fc.asyncProperty(cases, fc.tuple(side(3), side(2), side(2)), async (c, dilations) => {
        fc.pre(c.padding === 'same' || c.size.every((n, d) => n > (c.filter[d] - 1) * dilations[d]));
        await expectSame(() => {
          const x = input([c.batch, ...c.size, c.channels]);
          return conv3d(x, input([...c.filter, c.channels, c.filters], 2), 1, c.padding, 'NDHWC', dilations);
        });
      }),
      { numRuns: 30, seed: 2 },
    );
  });

  it('transposes: a strided gradient of the input is a forward pass', async () => {
    for (const [filter, stride, size] of [
      [2, 2, 3],
      [3, 2, 2],
      [1, 2, 3],
      [3, 1, 4],
    ] as const) {
      const to: Shape = [2, size * stride, size * stride, size * stride, 3];
      await expectSame(() =>
        conv3dTranspose(input([2, size, size, size, 5]), input([filter, filter, filter, 3, 5], 2), to, stride, 'same'),
      );
    }
  });

  it('gives gradients that are slopes', async () => {
    await setBackend('simd');
    const x = input([1, 5, 6, 5, 3]);
    const w = input([3, 3, 2, 3, 4], 2);
    const loss = (a: Tensor, b: Tensor) => {
      const y = conv3d(a as Tensor5D, b as Tensor5D, [2, 1, 1], 'same');
      return sum(mul(y, input(y.shape, 3)));
    };
    const gradient = (i: number) => () => grads(loss)([x, w])[i];
    await expectSlope((a) => loss(a, w), x, gradient(0));
    await expectSlope((b) => loss(x, b), w, gradient(1));
    x.dispose();
    w.dispose();
  });

  it('keeps NaN and infinity where the input has them, off the border', async () => {
    await expectSame(() => {
      const values = numbers(7 ** 3 * 2);
      values[2 * (49 * 3 + 7 * 3 + 3)] = Number.NaN;
      values[2 * (49 * 1 + 7 * 3 + 3)] = Number.POSITIVE_INFINITY;
      return conv3d(tensor(values, [1, 7, 7, 7, 2]) as Tensor5D, input([3, 3, 3, 2, 5], 2), 1, 'same');
    });
  });

  it('gives the sums over slices where the unfolded planes are so many that they are convolved in pieces', async () => {
    await setBackend('simd');
    const taps = 131; // of as many planes: 70 MiB unfolded
    const x = tidy(() => abs(input([1, taps, 16, 16, 4])));
    const w = tidy(() => abs(input([taps, 1, 1, 4, 2], 2)));
    const slices = (a: Tensor, b: Tensor) => {
      const padded = pad(a, [
        [0, 0],
        [65, 65],
        [0, 0],
        [0, 0],
        [0, 0],
      ]);
      return addN(
        Array.from({ length: taps }, (_, k) => {
          const rows = reshape(slice(padded, [0, k], [1, taps]), [-1, 4]);
          return reshape(matMul(rows, reshape(slice(b, k, 1), [4, 2])), [1, taps, 16, 16, 2]);
        }),
      );
    };
    const f = (a: Tensor, b: Tensor) => conv3d(a as Tensor5D, b as Tensor5D, 1, 'same');
    const actual = tidy(() => [f(x, w), ...grads(f)([x, w])]);
    const expected = tidy(() => [slices(x, w), ...grads(slices)([x, w])]);
    for (const [i, t] of actual.entries()) {
      expect(difference(await t.data(), await expected[i].data())).toBeLessThan(1e-5);
    }
    dispose([x, w, ...actual, ...expected]);
  });

  it('gives the same bits however many threads share it', async () => {
    const body = () => {
      const x = input([2, 9, 20, 20, 6]);
      const f = (a: Tensor, b: Tensor) => square(conv3d(a as Tensor5D, b as Tensor5D, 1, 'same'));
      const w = input([3, 3, 3, 6, 8], 2);
      return [f(x, w), ...grads(f)([x, w])];
    };
    const one = await computeOn(1, body);
    expect(await computeOn(2, body)).toEqual(one);
    expect(await computeOn(3, body)).toEqual(one);
  });
});
