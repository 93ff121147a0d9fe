import {
  mean,
  memory,
  profile,
  square,
  sub,
  type Tensor1D,
  tensor2d,
  tensor4d,
  tidy,
  train,
} from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { frozenFrontier } from '../../../src/internal/frozen-frontier';
import { MLPHead, MobileNetV2Encoder, ResNetEncoder, UNetDecoder, UNetEncoder } from '../../../src/layers/index';
import { freeze, multitask, unfreeze } from '../../../src/models/index';
import { createTrainer, sumGradient } from '../../../src/train/index';
import type { Encoder, Loss, MultitaskModel } from '../../../src/types';
import { useCpu } from '../../support/cpu';

// A frozen beginning of a net costs a forward pass, and keeps nothing of it.

useCpu();

const SIDE = 32;
const squares: Loss = (yTrue, yPred) => tidy(() => mean(square(sub(yPred, yTrue)), 1) as Tensor1D);

const build = (encoder: Encoder) =>
  multitask({
    inputShape: [SIDE, SIDE, 1],
    encoder,
    heads: { grade: MLPHead({ filters: 0, units: [3], dropout: 0, activation: 'linear' }) },
    seed: 2,
  });

const batch = () => ({
  x: tensor4d(
    Float32Array.from({ length: 2 * SIDE * SIDE }, (_, i) => Math.sin(i * 1.7)),
    [2, SIDE, SIDE, 1],
  ),
  y: { grade: tensor2d([[1], [-1]]) },
});

async function stepOnce<T extends string>(model: MultitaskModel<T>, options: object, loss: Loss = squares) {
  const trainer = createTrainer(model, {
    optimizer: train.sgd(0.05),
    losses: Object.fromEntries(model.tasks.map((task) => [task, loss])) as never,
    ...options,
  });
  const { x, y } = batch();
  await trainer.step({ x, y } as never);
  trainer.dispose();
  x.dispose();
  y.grade.dispose();
}

const weights = ({ net }: MultitaskModel<string>) =>
  new Map(net.weights.map((weight) => [weight.originalName, Array.from(weight.read().dataSync())]));

it('trains what is behind it as if the frozen part made steps of no length', async () => {
  const encoder = UNetEncoder({ filters: [2, 3, 4], norm: 'instance' });
  const [frozen, still] = [build(encoder), build(encoder)];
  freeze(frozen, { until: 2 });
  await stepOnce(frozen, {});
  await stepOnce(still, { learningRates: { 'encoder/level1': 0, 'encoder/level2': 0 } });
  const expected = weights(still);
  for (const [name, values] of weights(frozen)) {
    for (const [i, value] of values.entries()) expect(value, name).toBeCloseTo(expected.get(name)![i], 6);
  }
  frozen.dispose();
  still.dispose();
});

it.each([
  ['a U-Net', () => UNetEncoder({ filters: [2, 3, 4] }), () => UNetEncoder({ filters: [2, 3, 4, 5, 6] })],
  [
    'a published encoder with batch normalizations',
    () => MobileNetV2Encoder({ width: 0.35, stages: 1 }),
    () => MobileNetV2Encoder({ width: 0.35 }),
  ],
])('keeps as many tensors however deep it is: %s', async (_, shallow, deep) => {
  const kept = async (encoder: Encoder, isFrozen: boolean) => {
    const model = build(encoder);
    if (isFrozen) freeze(model);
    let count = 0;
    const before = memory().numTensors;
    await stepOnce(model, {}, (yTrue, yPred) => {
      // What a step could have to undo is held as clones, which take no memory.
      count = memory().numTensors - before - model.net.nonTrainableWeights.length;
      return squares(yTrue, yPred);
    });
    expect(memory().numTensors).toBe(before);
    model.dispose();
    return count;
  };
  expect(await kept(deep(), true)).toBe(await kept(shallow(), true));
  expect(await kept(deep(), false)).toBeGreaterThan(await kept(shallow(), false));
});

it('runs its convolutions once, forward, and no gradient of them', async () => {
  const model = build(MobileNetV2Encoder({ width: 0.35, stages: 2, frozen: 'all' }));
  const { kernelNames } = await profile(async () => {
    await stepOnce(model, {});
    return [];
  });
  expect(kernelNames.filter((name) => name.includes('Backprop'))).toEqual([]);
  const { kernels } = await profile(() => {
    const { x } = batch();
    const y = model.predict(x);
    x.dispose();
    return y.grade;
  });
  const forward = kernels.filter(({ name }) => name.includes('Conv2D')).length;
  const stepped = await profile(async () => {
    await stepOnce(model, {});
    return [];
  });
  expect(stepped.kernels.filter(({ name }) => name.includes('Conv2D'))).toHaveLength(forward);
  model.dispose();
});

it('ends where something trains, drops or is not known, and begins again nowhere', () => {
  const model = multitask({
    inputShape: [SIDE, SIDE, 1],
    encoder: UNetEncoder({ filters: [2, 3, 4], dropout: 0.5 }),
    heads: { mask: UNetDecoder(), grade: MLPHead({ filters: 0, units: [3] }) },
  });
  const names = () => frozenFrontier(model.net.outputs).map(({ sourceLayer }) => sourceLayer.name);
  expect(names()).toEqual([]);
  freeze(model);
  // The first dropout: behind it each pass sees other values.
  expect(names()).toEqual(['encoder/level1/conv2']);
  unfreeze(model, { part: 'encoder/stage1' });
  expect(names()).toEqual([]);
  model.dispose();
  const resnet = build(ResNetEncoder({ depth: 18, stages: 3, frozen: 2 }));
  // Not what is padded for the next stage, which is larger.
  expect(frozenFrontier(resnet.net.outputs).map(({ sourceLayer }) => sourceLayer.name)).toEqual(['encoder/stage2']);
  resnet.dispose();
});

it('leaves moving statistics of frozen normalizations, and moves those of others', async () => {
  const model = build(UNetEncoder({ filters: [2, 3], norm: 'batch' }));
  freeze(model, { until: 1 });
  const before = weights(model);
  await stepOnce(model, {});
  for (const [name, values] of weights(model)) {
    if (name.startsWith('encoder/level1')) expect(values, name).toEqual(before.get(name));
    else if (name.includes('moving')) expect(values, name).not.toEqual(before.get(name));
  }
  model.dispose();
});

it.each(['parameters', 'representation'] as const)('serves an aggregator too, at the %s', async (gradientsAt) => {
  const make = () => {
    const model = multitask({
      inputShape: [SIDE, SIDE, 1],
      encoder: UNetEncoder({ filters: [2, 3, 4] }),
      heads: {
        grade: MLPHead({ filters: 0, units: [3], dropout: 0, activation: 'linear' }),
        other: MLPHead({ filters: 0, units: [2], dropout: 0, activation: 'linear' }),
      },
      seed: 2,
    });
    freeze(model, { until: 2 });
    return model;
  };
  const step = async (options: object) => {
    const model = make();
    const { x, y } = batch();
    const trainer = createTrainer(model, {
      optimizer: train.sgd(0.05),
      losses: { grade: squares, other: squares },
      ...options,
    });
    await trainer.step({ x, y: { grade: y.grade, other: y.grade } });
    const after = weights(model);
    trainer.dispose();
    model.dispose();
    x.dispose();
    y.grade.dispose();
    return after;
  };
  const expected = await step({});
  for (const [name, values] of await step({ aggregator: sumGradient(), gradientsAt })) {
    for (const [i, value] of values.entries()) expect(value, name).toBeCloseTo(expected.get(name)![i], 6);
  }
});
