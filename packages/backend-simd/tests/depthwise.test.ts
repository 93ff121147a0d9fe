import {
  depthwiseConv2d,
  engine,
  fused,
  grads,
  mul,
  setBackend,
  square,
  sum,
  type Tensor,
  type Tensor4D,
  tensor1d,
  tensor4d,
  tidy,
} from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { registerSimdBackend } from '../src';
import { expectSame, numbers } from './compare';
import { fits, input, type Shape, windows } from './conv-inputs';
import { computeOn } from './on-threads';
import { expectSlope } from './slope';

beforeAll(() => registerSimdBackend({ threads: 2 }));

const cases = fc
  .record({
    batch: fc.integer({ min: 0, max: 2 }),
    height: fc.integer({ min: 1, max: 13 }),
    width: fc.integer({ min: 1, max: 13 }),
    channels: fc.integer({ min: 1, max: 11 }),
    times: fc.integer({ min: 1, max: 3 }),
    step: fc.integer({ min: 1, max: 3 }),
    ...windows,
  })
  .filter(fits);

describe('depthwise convolution', () => {
  it('gives what the cpu backend gives, and the same gradients, for any shape, stride, padding and number of filters a channel', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ batch, height, width, channels, times, tall, wide, step, pad }) => {
        const f = (x: Tensor, w: Tensor) => depthwiseConv2d(x as Tensor4D, w as Tensor4D, step, pad);
        await expectSame(() => {
          const x = input([batch, height, width, channels]);
          const w = input([tall, wide, channels, times], 2);
          return [f(x, w), ...grads((a: Tensor, b: Tensor) => square(f(a, b)))([x, w])];
        });
      }),
      { numRuns: 80, seed: 1 },
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
          await expectSame(() => {
            const x = input([c.batch, c.height, c.width, c.channels]);
            const w = input([c.tall, c.wide, c.channels, c.times], 2);
            return depthwiseConv2d(x, w, 1, c.pad, 'NHWC', [down, across]);
          });
        },
      ),
      { numRuns: 40, seed: 2 },
    );
  });

  it('gives gradients that are slopes, dilated filters too', async () => {
    await setBackend('simd');
    for (const [pad, dilations] of [
      ['same', 1],
      ['same', [2, 3]],
      ['valid', [1, 2]],
    ] as const) {
      const attrs = { strides: 1, pad, dilations, dataFormat: 'NHWC', dimRoundingMode: null };
      const x = input([2, 7, 6, 5]);
      const w = input([3, 2, 5, 2], 2);
      const run = (name: string, inputs: Record<string, Tensor>, more = {}) =>
        engine().runKernel(name, inputs, { ...attrs, ...more } as never) as Tensor;
      const forward = (a: Tensor, b: Tensor) => run('DepthwiseConv2dNative', { x: a, filter: b });
      const dy = tidy(() => {
        const { shape } = forward(x, w);
        return input(shape as Shape, 3);
      });
      const loss = (a: Tensor, b: Tensor) => sum(mul(forward(a, b), dy));
      await expectSlope(
        (a) => loss(a, w),
        x,
        () => run('DepthwiseConv2dNativeBackpropInput', { dy, filter: w }, { inputShape: x.shape }),
      );
      await expectSlope(
        (b) => loss(x, b),
        w,
        () => run('DepthwiseConv2dNativeBackpropFilter', { x, dy }, { filterShape: w.shape }),
      );
      for (const t of [x, w, dy]) t.dispose();
    }
  });

  it('adds the bias and applies each activation in the fused kernel', async () => {
    for (const activation of ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu'] as const) {
      for (const [channels, times] of [
        [5, 1],
        [3, 2],
        [8, 1],
      ] as const) {
        await expectSame(() =>
          fused.depthwiseConv2d({
            x: input([2, 7, 9, channels]),
            filter: input([3, 3, channels, times], 2),
            strides: 1,
            pad: 'same',
            bias: tensor1d(numbers(channels * times, 3)),
            activation,
            preluActivationWeights: activation === 'prelu' ? tensor1d(numbers(channels * times, 4)) : undefined,
            leakyreluAlpha: 0.3,
          }),
        );
      }
    }
  });

  it('keeps NaN and infinity to the channel and the windows that hold them, and never multiplies the padding', async () => {
    await expectSame(() => {
      const values = numbers(9 * 9 * 6);
      values[6 * (9 * 4 + 4) + 5] = Number.NaN;
      values[6 * (9 * 2 + 2) + 1] = Number.POSITIVE_INFINITY;
      const weights = numbers(9 * 6, 2);
      weights[2] = Number.NEGATIVE_INFINITY;
      const f = (x: Tensor, w: Tensor) => depthwiseConv2d(x as Tensor4D, w as Tensor4D, 1, 'same');
      const x = tensor4d(values, [1, 9, 9, 6]);
      const w = tensor4d(weights, [3, 3, 6, 1]);
      return [f(x, w), ...grads(f)([x, w])];
    });
  });

  it('gives the same bits however many threads share it', async () => {
    const shape: Shape = [2, 64, 64, 12];
    const body = () => {
      const x = input(shape);
      const w = input([3, 3, 12, 1], 2);
      const f = (a: Tensor, b: Tensor) => square(depthwiseConv2d(a as Tensor4D, b as Tensor4D, 1, 'same'));
      return [f(x, w), ...grads(f)([x, w])];
    };
    const one = await computeOn(1, body);
    expect(await computeOn(2, body)).toEqual(one);
    expect(await computeOn(3, body)).toEqual(one);
  });
});
