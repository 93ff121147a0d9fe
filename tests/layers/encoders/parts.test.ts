import { memory, type Tensor, tensor2d, tensor4d, train } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import {
  DenseNetEncoder,
  EfficientNetEncoder,
  InceptionResNetV2Encoder,
  InceptionV3Encoder,
  MLPHead,
  MobileNetV2Encoder,
  ResNetEncoder,
  SegmentationHead,
  UNetDecoder,
  VGG16Encoder,
  withDecoder,
} from '../../../src/layers/index';
import { bce, softDice } from '../../../src/losses/index';
import { crossStitch, deepSupervision, film, gradCam, mtan, multitask, type Sharing } from '../../../src/models/index';
import { createTrainer } from '../../../src/train/index';
import type { Encoder } from '../../../src/types';
import { useCpu } from '../../support/cpu';

// Every encoder with decoders, heads and ways of sharing.

useCpu();

/** Each with sides that its stages do not divide. */
const ENCODERS: Record<string, [Encoder, number[]]> = {
  VGG16Encoder: [VGG16Encoder({ stages: 4 }), [33, 50]],
  ResNetEncoder: [ResNetEncoder({ depth: 18 }), [33, 50]],
  DenseNetEncoder: [DenseNetEncoder({ stages: 3 }), [33, 50]],
  InceptionV3Encoder: [InceptionV3Encoder({ stages: 4 }), [79, 90]],
  InceptionResNetV2Encoder: [InceptionResNetV2Encoder({ stages: 3 }), [79, 90]],
  MobileNetV2Encoder: [MobileNetV2Encoder({ width: 0.35 }), [33, 50]],
  EfficientNetEncoder: [EfficientNetEncoder(), [33, 50]],
};

const SHARING: Record<string, Sharing | undefined> = { hardSharing: undefined, mtan: mtan(), film: film() };

describe.each(Object.entries(ENCODERS))('%s', (_, [encoder, size]) => {
  it.each(Object.entries(SHARING))('has masks of the size of the image and grades, %s', (_way, sharing) => {
    const before = memory().numTensors;
    const model = multitask({
      inputShape: [...size, 1],
      encoder,
      heads: { mask: UNetDecoder({ channels: 2 }), grade: MLPHead({ filters: 0, units: [3] }) },
      sharing,
    });
    expect(model.net.outputs.map(({ shape }) => shape)).toEqual([
      [null, ...size, 2],
      [null, 1],
    ]);
    model.dispose();
    expect(memory().numTensors).toBe(before);
  });
});

const small = MobileNetV2Encoder({ width: 0.35, stages: 3, preprocess: true });

describe('MobileNetV2Encoder', () => {
  const batch = () => {
    const values = Float32Array.from({ length: 2 * 32 * 32 }, (_, i) => ((i * 13) % 29) / 29);
    const x = tensor4d(values, [2, 32, 32, 1]);
    const mask = tensor4d(
      values.map((value) => (value > 0.5 ? 1 : 0)),
      [2, 32, 32, 1],
    );
    return { x, y: { mask, grade: tensor2d([[1], [0]]) } };
  };
  const build = (sharing?: Sharing) =>
    multitask({
      inputShape: [32, 32, 1],
      encoder: small,
      heads: { mask: UNetDecoder(), grade: MLPHead({ filters: 0, units: [3] }) },
      sharing,
      seed: 1,
    });

  it('trains with a decoder and a head, and its tasks share it in other ways', async () => {
    for (const sharing of [undefined, crossStitch()]) {
      const before = memory().numTensors;
      const model = build(sharing);
      const trainer = createTrainer(model, { optimizer: train.adam(1e-3), losses: { mask: softDice(), grade: bce() } });
      const { x, y } = batch();
      const weights = () => model.net.trainableWeights.map((weight) => weight.read().dataSync()[0]);
      const first = weights();
      await trainer.step({ x, y });
      expect(weights().filter((value, i) => value !== first[i]).length).toBeGreaterThan(0.9 * first.length);
      trainer.dispose();
      model.dispose();
      for (const tensor of [x, y.mask, y.grade] as Tensor[]) tensor.dispose();
      expect(memory().numTensors).toBe(before);
    }
  });

  it('shows where a head sees evidence', () => {
    const model = build();
    const { x, y } = batch();
    const heat = gradCam(model, x, { task: 'grade' });
    expect(heat.shape).toEqual([2, 32, 32]);
    model.dispose();
    for (const tensor of [heat, x, y.mask, y.grade]) tensor.dispose();
  });

  it('is supervised deeply from the size of the image on', () => {
    const supervised = deepSupervision('mask', SegmentationHead(), 3);
    const model = multitask({ inputShape: [32, 32, 1], encoder: withDecoder(small), heads: supervised.heads });
    expect(model.net.outputs.map(({ shape }) => shape)).toEqual([
      [null, 32, 32, 1],
      [null, 16, 16, 1],
      [null, 8, 8, 1],
    ]);
    model.dispose();
  });
});

it('shows where a head behind normalizations without factors sees evidence', () => {
  const model = multitask({
    inputShape: [75, 75, 1],
    encoder: InceptionV3Encoder({ stages: 2 }),
    heads: { grade: MLPHead({ filters: 0, units: [] }) },
    seed: 1,
  });
  const values = Float32Array.from({ length: 75 * 75 }, (_, i) => ((i * 13) % 29) / 29);
  const x = tensor4d(values, [1, 75, 75, 1]);
  const heat = gradCam(model, x, { task: 'grade', layer: 'encoder/stage1' });
  expect(Math.max(...heat.dataSync())).toBeCloseTo(1, 5);
  model.dispose();
  for (const tensor of [heat, x]) tensor.dispose();
});
