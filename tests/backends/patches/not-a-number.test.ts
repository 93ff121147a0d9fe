import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { registerCpuTrainingKernels, registerWasmTrainingKernels, useBackend } from '../../../src/backends/index';
import { amyar2020, cnn8 } from '../../../src/models/index';

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
  avgPool: { window: 2, op: (x) => tf.avgPool(x, 2, 1, 'same') },
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

  const POOLS: Record<string, Op> = {
    maxPool: (x) => tf.maxPool(x, 2, 1, 'same'),
    maxPool3d: (x) => tf.maxPool3d(tf.reshape(x, [1, 1, 4, 5, 1]) as tf.Tensor5D, [1, 2, 2], 1, 'same'),
  };

  it.each(Object.entries(POOLS))('%s leaves out NaN beside numbers, and is NaN of NaN alone', async (_, op) => {
    await tf.setBackend(backend);
    tf.tidy(() => {
      const low = tf.where(tf.isNaN(image(true)), -1e9, image(true)) as tf.Tensor4D;
      expect(op(image(true)).dataSync()).toEqual(op(low).dataSync());
      expect([...op(tf.fill([1, 4, 5, 1], Number.NaN)).dataSync()]).toEqual(Array(20).fill(Number.NaN));
    });
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

describe.each(['cpu', 'wasm', 'simd'] as const)('on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
  });

  it.each([
    ['amyar2020', () => amyar2020({ inputShape: [16, 16, 1], filters: [4, 8], norm: 'instance', seed: 1 })],
    ['amyar2020 without norm', () => amyar2020({ inputShape: [16, 16, 1], filters: [4, 8], seed: 1 })],
    ['cnn8', () => cnn8({ inputShape: [16, 16, 1], filters: [2, 4, 4, 4, 4, 4], seed: 1 })],
  ] as const)('%s predicts NaN where its weights are NaN', async (_, build) => {
    const before = tf.memory().numTensors;
    const model = build();
    const [first] = model.net.layers.filter((layer) => layer.weights.length > 0);
    tf.tidy(() => first.setWeights(first.getWeights().map((weight) => tf.fill(weight.shape, Number.NaN))));
    const x = tf.ones([2, 16, 16, 1]);
    const outputs = Object.values(model.predict(x)) as tf.Tensor[];
    for (const y of outputs) expect((await y.data()).every(Number.isNaN)).toBe(true);
    tf.dispose([x, ...outputs]);
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('a pixel that is NaN spoils the predictions of its own image alone', async () => {
    const model = amyar2020({ inputShape: [16, 16, 1], filters: [4, 8], norm: 'group', seed: 1 });
    const values = new Float32Array(2 * 256).fill(0.5);
    values[77] = Number.NaN;
    const x = tf.tensor(values, [2, 16, 16, 1]);
    const outputs = Object.values(model.predict(x)) as tf.Tensor[];
    for (const y of outputs) {
      const [spoilt, whole] = tf.tidy(() => [tf.slice(y, 0, 1), tf.slice(y, 1, 1)]);
      expect((await spoilt.data()).every(Number.isNaN)).toBe(true);
      expect((await whole.data()).every(Number.isFinite)).toBe(true);
      tf.dispose([spoilt, whole]);
    }
    tf.dispose([x, ...outputs]);
    model.dispose();
  });
});
