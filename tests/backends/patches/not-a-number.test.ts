import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { registerCpuTrainingKernels, registerWasmTrainingKernels } from '../../../src/backends/index';

beforeAll(() => {
  registerCpuTrainingKernels();
  registerWasmTrainingKernels();
  registerWasmTrainingKernels(); // twice is once
});

type Op = (x: tf.Tensor4D) => tf.Tensor;
const kernel = () => tf.tensor4d([1, -2, 3, 0.5], [2, 2, 1, 1]);
const fused =
  (activation: 'linear' | 'relu' | 'relu6' | 'sigmoid' | 'leakyrelu'): Op =>
  (x) =>
    tf.fused.conv2d({
      x,
      filter: kernel(),
      strides: 1,
      pad: 'same',
      bias: tf.tensor1d([0.25]),
      activation,
      leakyreluAlpha: 0.3,
    });

/** Ops whose values depend on the pixels of a window from each place on, two high and wide or one. */
const OPS: Record<string, { readonly window: 1 | 2; readonly op: Op }> = {
  clipByValue: { window: 1, op: (x) => tf.clipByValue(x, -0.5, 0.5) },
  'clipByValue without an upper end': { window: 1, op: (x) => tf.clipByValue(x, 1e-7, Number.POSITIVE_INFINITY) },
  relu: { window: 1, op: tf.relu },
  relu6: { window: 1, op: tf.relu6 },
  'maximum, x first': { window: 1, op: (x) => tf.maximum(x, 0) },
  'maximum, x last': { window: 1, op: (x) => tf.maximum(0, x) },
  'minimum, x first': { window: 1, op: (x) => tf.minimum(x, 0) },
  'minimum, x last': { window: 1, op: (x) => tf.minimum(0, x) },
  maxPool: { window: 2, op: (x) => tf.maxPool(x, 2, 1, 'same') },
  avgPool: { window: 2, op: (x) => tf.avgPool(x, 2, 1, 'same') },
  maxPool3d: {
    window: 2,
    op: (x) => tf.maxPool3d(tf.reshape(x, [1, 1, 4, 5, 1]) as tf.Tensor5D, [1, 2, 2], 1, 'same'),
  },
  conv2d: { window: 2, op: (x) => tf.conv2d(x, kernel(), 1, 'same') },
  depthwiseConv2d: { window: 2, op: (x) => tf.depthwiseConv2d(x, kernel(), 1, 'same') },
  'fused linear': { window: 2, op: fused('linear') },
  'fused relu': { window: 2, op: fused('relu') },
  'fused relu6': { window: 2, op: fused('relu6') },
  'fused sigmoid': { window: 2, op: fused('sigmoid') },
  'fused leakyrelu': { window: 2, op: fused('leakyrelu') },
  'fused depthwise relu': {
    window: 2,
    op: (x) => tf.fused.depthwiseConv2d({ x, filter: kernel(), strides: 1, pad: 'same', activation: 'relu' }),
  },
};

/** A 4 x 5 image; NaN at (1, 2) where it is spoilt. */
const image = (spoilt: boolean) =>
  tf.tensor4d(
    [...Array(20).keys()].map((i) => (spoilt && i === 7 ? Number.NaN : Math.sin(3 * i))),
    [1, 4, 5, 1],
  );

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  it.each(Object.entries(OPS))('%s keeps NaN where it is, and nowhere else', async (_, { window, op }) => {
    await tf.setBackend(backend);
    const before = tf.memory().numTensors;
    const [found, whole] = tf.tidy(() => [op(image(true)).dataSync(), op(image(false)).dataSync()]);
    for (let i = 0; i < 20; i++) {
      const [row, column] = [Math.floor(i / 5), i % 5];
      const sees = row <= 1 && row + window > 1 && column <= 2 && column + window > 2;
      if (sees) expect(found[i], `${row}, ${column}`).toBeNaN();
      else expect(found[i], `${row}, ${column}`).toBeCloseTo(whole[i], 5);
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it('a convolution of finite numbers that overflows is infinite, not NaN', async () => {
    await tf.setBackend(backend);
    tf.tidy(() => {
      const x = tf.fill([1, 2, 2, 1], -3e38) as tf.Tensor4D;
      expect([...tf.conv2d(x, tf.fill([1, 1, 1, 1], 10) as tf.Tensor4D, 1, 'same').dataSync()]).toEqual(
        Array(4).fill(Number.NEGATIVE_INFINITY),
      );
    });
  });
});
