import { conv2d, conv2dTranspose, fused, grads, square, type Tensor, tensor1d, tensor4d } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, it } from 'vitest';
import { registerSimdBackend } from '../src';
import { expectSame, numbers } from './compare';
import { fits, input, pads, windows } from './conv-inputs';

beforeAll(() => registerSimdBackend({ threads: 2 }));

const cases = fc
  .record({
    batch: fc.integer({ min: 1, max: 2 }),
    height: fc.integer({ min: 1, max: 11 }),
    width: fc.integer({ min: 1, max: 11 }),
    channels: fc.integer({ min: 1, max: 10 }),
    filters: fc.integer({ min: 1, max: 18 }),
    strideY: fc.integer({ min: 1, max: 3 }),
    strideX: fc.integer({ min: 1, max: 3 }),
    ...windows,
  })
  .filter(fits);

describe('Conv2D', () => {
  it('gives what the cpu backend gives, and the same gradients, for any shape, stride and padding', async () => {
    await fc.assert(
      fc.asyncProperty(
        cases,
        async ({ batch, height, width, channels, filters, tall, wide, strideY, strideX, pad }) => {
          const f = (x: Tensor, w: Tensor) => conv2d(x as never, w as never, [strideY, strideX], pad);
          await expectSame(() => {
            const x = input([batch, height, width, channels]);
            const w = input([tall, wide, channels, filters], 2);
            return [f(x, w), ...grads((a: Tensor, b: Tensor) => square(f(a, b)))([x, w])];
          });
        },
      ),
      { numRuns: 60, seed: 1 },
    );
  });

  it('gives what the cpu backend gives for any dilation', async () => {
    await fc.assert(
      fc.asyncProperty(
        cases,
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 3 }),
        async (c, down, across) => {
          fc.pre(c.pad === 'same' || (c.height > (c.tall - 1) * down && c.width > (c.wide - 1) * across));
          await expectSame(() =>
            conv2d(
              input([c.batch, c.height, c.width, c.channels]),
              input([c.tall, c.wide, c.channels, c.filters], 2),
              1,
              c.pad,
              'NHWC',
              [down, across],
            ),
          );
        },
      ),
      { numRuns: 30, seed: 2 },
    );
  });

  it('gives the gradients of the U-Net shapes: 3x3 and 2x2, many channels, several tiles a row', async () => {
    for (const [size, channels, filters, filter] of [
      [10, 16, 24, 3],
      [8, 24, 16, 3],
      [7, 32, 8, 2],
      [9, 40, 12, 3],
      [14, 1, 16, 3],
      [14, 8, 9, 3],
      [10, 16, 2, 3],
      [10, 2, 1, 1],
    ] as const) {
      const f = (x: Tensor, w: Tensor) => conv2d(x as never, w as never, 1, 'same');
      await expectSame(() => {
        const x = input([2, size, size, channels]);
        const w = input([filter, filter, channels, filters], 2);
        return [f(x, w), ...grads((a: Tensor, b: Tensor) => square(f(a, b)))([x, w])];
      }, 2e-5);
    }
  });

  it('gives the same by Winograd for 2x2 and 3x3 filters, odd sizes and every padding', async () => {
    const many = fc.constantFrom(8, 12, 16, 20);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 2 }),
        fc.integer({ min: 4, max: 9 }),
        fc.integer({ min: 4, max: 9 }),
        many,
        many,
        pads,
        fc.constantFrom(2, 3),
        async (batch, height, width, channels, filters, pad, side) => {
          const f = (x: Tensor, w: Tensor) => conv2d(x as never, w as never, 1, pad);
          await expectSame(() => {
            const x = input([batch, height, width, channels]);
            const w = input([side, side, channels, filters], 2);
            return [f(x, w), ...grads((a: Tensor, b: Tensor) => square(f(a, b)))([x, w])];
          });
          await expectSame(() =>
            fused.conv2d({
              x: input([batch, height, width, channels]),
              filter: input([side, side, channels, filters], 2),
              strides: 1,
              pad,
              bias: tensor1d(numbers(filters, 3)),
              activation: 'relu',
            }),
          );
        },
      ),
      { numRuns: 40, seed: 4 },
    );
  });

  it('adds the bias and applies each activation in the fused kernel', async () => {
    for (const activation of ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu'] as const) {
      await expectSame(() =>
        fused.conv2d({
          x: input([1, 7, 6, 5]),
          filter: input([3, 3, 5, 11], 2),
          strides: 1,
          pad: 'same',
          bias: tensor1d(numbers(11, 3)),
          activation,
          leakyreluAlpha: 0.3,
        }),
      );
    }
  });

  it('transposes: a strided input gradient is a forward pass', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 7 }),
        async (filter, stride, size) => {
          await expectSame(() =>
            conv2dTranspose(
              input([2, size, size, 5]),
              input([filter, filter, 3, 5], 2),
              [2, size * stride, size * stride, 3],
              stride,
              'same',
            ),
          );
        },
      ),
      { numRuns: 20, seed: 3 },
    );
  });

  it('reads the part of dy that the output of a transposed convolution reaches', async () => {
    await expectSame(() => conv2dTranspose(input([1, 8, 8, 5]), input([3, 3, 6, 5], 2), [1, 4, 4, 6], 1, 'same'));
  });

  it('keeps NaN and infinity where the input has them, off the border', async () => {
    await expectSame(() => {
      const values = numbers(9 * 9 * 4);
      values[4 * (9 * 4 + 4)] = Number.NaN;
      values[4 * (9 * 2 + 2)] = Number.POSITIVE_INFINITY;
      return conv2d(tensor4d(values, [1, 9, 9, 4]), input([3, 3, 4, 9], 2), 1, 'same');
    });
  });

  it('takes a batch of none', async () => {
    await expectSame(() => conv2d(input([0, 5, 5, 3]), input([3, 3, 3, 4], 2), 1, 'same'));
  });
});
