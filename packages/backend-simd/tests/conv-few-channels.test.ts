import { conv2d, fused, grad, grads, square, sum, type Tensor, tensor1d, tensor4d, tidy } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { registerSimdBackend } from '../src';
import { expectSame, numbers } from './compare';
import { fits, input, windows } from './conv-inputs';
import { computeOn } from './on-threads';
import { expectSlope } from './slope';

beforeAll(() => registerSimdBackend({ threads: 2 }));

const few = fc.integer({ min: 1, max: 5 });
const many = fc.constantFrom(1, 2, 4, 7, 8, 12, 17);

/** Wide enough for the kernels, few channels or few filters or both. */
const cases = fc
  .record({
    batch: fc.integer({ min: 1, max: 2 }),
    height: fc.integer({ min: 1, max: 7 }),
    width: fc.integer({ min: 16, max: 41 }),
    pair: fc.oneof(fc.tuple(few, many), fc.tuple(many, few)),
    ...windows,
  })
  .filter(fits);

describe('Conv2D with few channels or few filters', () => {
  it('gives what the cpu backend gives, and the same gradients, for any shape, stride and padding', async () => {
    await fc.assert(
      fc.asyncProperty(
        cases,
        fc.constantFrom(1, 1, 2, 3),
        fc.constantFrom(1, 1, 2),
        async ({ batch, height, width, pair: [channels, filters], tall, wide, pad }, strideY, strideX) => {
          const f = (x: Tensor, w: Tensor) => conv2d(x as never, w as never, [strideY, strideX], pad);
          await expectSame(() => {
            const x = input([batch, height, width, channels]);
            const w = input([tall, wide, channels, filters], 2);
            return [f(x, w), ...grads((a: Tensor, b: Tensor) => square(f(a, b)))([x, w])];
          });
        },
      ),
      { numRuns: 100, seed: 1 },
    );
  });

  it('gives what the cpu backend gives for any dilation, bias and activation', async () => {
    await fc.assert(
      fc.asyncProperty(
        cases,
        fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
        fc.constantFrom('linear' as const, 'relu' as const, 'relu6' as const, 'sigmoid' as const),
        async ({ batch, height, width, pair: [channels, filters], tall, wide, pad }, dilations, activation) => {
          fc.pre(pad === 'same' || height > (tall - 1) * dilations[0]);
          await expectSame(() =>
            fused.conv2d({
              x: input([batch, height, width, channels]),
              filter: input([tall, wide, channels, filters], 2),
              strides: 1,
              pad,
              dilations,
              bias: tensor1d(numbers(filters, 3)),
              activation,
            }),
          );
        },
      ),
      { numRuns: 60, seed: 2 },
    );
  });

  it('gives what the cpu backend gives for one tap a pixel, up to where each thread stops, and keeps NaN and infinity to their pixel', async () => {
    const count = fc.integer({ min: 1, max: 4 });
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(count, count),
        fc.constantFrom(1, 3, 1027, 8191, 26_003),
        fc.boolean(),
        fc.constantFrom('linear' as const, 'relu' as const, 'sigmoid' as const),
        async ([channels, filters], pixels, biased, activation) => {
          const values = numbers(pixels * channels);
          values[Math.floor(pixels / 2) * channels] = Number.NaN;
          values[(pixels - 1) * channels] = Number.POSITIVE_INFINITY;
          const bias = () => (biased ? tensor1d(numbers(filters, 3)) : undefined);
          const filter = () => input([1, 1, channels, filters], 2);
          await expectSame(() => {
            const x = tensor4d(values, [1, 1, pixels, channels]);
            return fused.conv2d({ x, filter: filter(), strides: 1, pad: 'same', bias: bias(), activation });
          });
          await expectSame(() =>
            grad((x: Tensor) => square(conv2d(x as never, filter(), 1, 'valid')))(input([1, pixels, 1, channels])),
          );
        },
      ),
      { numRuns: 60, seed: 3 },
    );
  });

  it('sums the gradient of the filter over long rows and over many channels', async () => {
    for (const [width, channels, filters, side] of [
      [300, 1, 9, 3],
      [150, 16, 2, 3],
      [33, 16, 8, 2],
      [16, 36, 3, 3],
    ] as const) {
      const f = (w: Tensor) => sum(square(conv2d(input([1, 5, width, channels]), w as never, 1, 'same')));
      await expectSame(() => grad(f)(input([side, side, channels, filters], 2)));
    }
  });

  it('has slopes for gradients', async () => {
    for (const [channels, filters] of [
      [1, 9],
      [8, 2],
    ] as const) {
      const x = input([2, 5, 19, channels]);
      const w = input([3, 3, channels, filters], 2);
      const f = (a: Tensor, b: Tensor) => sum(square(conv2d(a as never, b as never, 1, 'same')));
      const g = () => grads(f)([x, w]) as [Tensor, Tensor];
      await expectSlope(
        (a) => f(a, w),
        x,
        () => tidy(() => g()[0]),
      );
      await expectSlope(
        (b) => f(x, b),
        w,
        () => tidy(() => g()[1]),
      );
    }
  });

  it('keeps NaN and infinity to the outputs whose taps read them', async () => {
    for (const [channels, filters] of [
      [1, 8],
      [3, 5],
      [4, 2],
      [8, 3],
    ] as const) {
      await expectSame(() => {
        const values = numbers(9 * 20 * channels);
        values[(4 * 20 + 7) * channels] = Number.NaN;
        values[(2 * 20 + 15) * channels + channels - 1] = Number.POSITIVE_INFINITY;
        const x = tensor4d(values, [1, 9, 20, channels]);
        const w = input([3, 3, channels, filters], 2);
        return [conv2d(x, w, 1, 'same'), grad((b: Tensor) => conv2d(x, b as never, 1, 'same'))(w)];
      });
    }
  });

  it('gives the same bits with one, two and three threads', async () => {
    const body = () => {
      const tensors: Tensor[] = [];
      tensors.push(conv2d(input([1, 130, 130, 2]), input([1, 1, 2, 3], 2), 1, 'same'));
      for (const [channels, filters] of [
        [1, 16],
        [16, 2],
        [2, 1],
      ] as const) {
        const x = input([2, 65, 67, channels]);
        const w = input([3, 3, channels, filters], 2);
        const f = (a: Tensor, b: Tensor) => square(conv2d(a as never, b as never, 1, 'same'));
        tensors.push(f(x, w), ...grads(f)([x, w]));
      }
      return tensors;
    };
    const alone = await computeOn(1, body);
    expect(await computeOn(2, body)).toEqual(alone);
    expect(await computeOn(3, body)).toEqual(alone);
  });
});
