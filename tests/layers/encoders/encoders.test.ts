import { memory, sum, type Tensor, type Tensor4D, tensor, tensor4d, tidy, tile } from '@tensorflow/tfjs-core';
import { input, type LayersModel, model as toModel } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import {
  DenseNetEncoder,
  EfficientNetEncoder,
  InceptionResNetV2Encoder,
  InceptionV3Encoder,
  MobileNetV2Encoder,
  type PublishedEncoderOptions,
  preprocessImages,
  ResNetEncoder,
  VGG16Encoder,
} from '../../../src/layers/index';
import type { Encoder } from '../../../src/types';
import { useCpu } from '../../support/cpu';

useCpu();

const ENCODERS: Record<string, (options?: PublishedEncoderOptions) => Encoder> = {
  VGG16Encoder,
  ResNetEncoder: (options) => ResNetEncoder({ depth: 18, ...options }),
  DenseNetEncoder,
  InceptionV3Encoder,
  InceptionResNetV2Encoder,
  MobileNetV2Encoder,
  EfficientNetEncoder,
};

/** A net of the first stages of an encoder. */
function build(encoder: Encoder, [height, width, channels]: readonly number[]): LayersModel {
  const x = input({ shape: [height, width, channels] });
  const { skips, bottleneck } = encoder(x, 'encoder', 1);
  return toModel({ inputs: x, outputs: [...skips, bottleneck] });
}

/** The largest difference, relative to the largest number. */
function worstError(found: readonly number[], expected: readonly number[]): number {
  const scale = expected.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  return expected.reduce((worst, value, i) => Math.max(worst, Math.abs(value - found[i]) / scale), 0);
}

const trained = (net: LayersModel) => net.layers.filter((layer) => layer.trainableWeights.length > 0);

describe.each(Object.entries(ENCODERS))('%s', (name, make) => {
  const side = name.startsWith('Inception') ? 76 : 32;
  const colours = [side, side, 3];
  const greys = [side, side, 1];

  it('stops at the stage that is asked for, and leaves no tensor', () => {
    const before = memory().numTensors;
    const net = build(make({ stages: 2 }), colours);
    expect(net.outputs).toHaveLength(2);
    expect(net.outputs.map(({ sourceLayer }) => sourceLayer.name)).toEqual(['encoder/stage1', 'encoder/stage2']);
    net.dispose();
    expect(memory().numTensors).toBe(before);
  });

  it('has the same weights for the same seed, and others for another layer', () => {
    const nets = [build(make({ stages: 2 }), colours), build(make({ stages: 2 }), colours)];
    const [first, second] = nets.map((net) => net.getWeights().map((weight) => weight.dataSync()[0]));
    expect(second).toEqual(first);
    const kernels = nets[0].getWeights().filter(({ rank }) => rank === 4);
    expect(new Set(kernels.map((kernel) => kernel.dataSync()[0])).size).toBe(kernels.length);
    for (const net of nets) net.dispose();
  });

  it('freezes the stages that are asked for', () => {
    const net = build(make({ stages: 2, frozen: 1 }), colours);
    const all = build(make({ stages: 2, frozen: 'all' }), colours);
    expect(trained(all)).toHaveLength(0);
    const still = net.layers.filter((layer) => layer.weights.length > 0 && layer.trainableWeights.length === 0);
    const first = build(make({ stages: 1 }), colours);
    expect(still.map((layer) => layer.name)).toEqual(trained(first).map((layer) => layer.name));
    expect(trained(net).length).toBeGreaterThan(0);
    for (const each of [net, all, first]) each.dispose();
  });

  it('takes grey as three equal channels, or by a kernel that was summed', () => {
    const grey = build(make({ stages: 1 }), greys);
    const colour = build(make({ stages: 1 }), colours);
    const summed = build(make({ stages: 1, grey: 'sum' }), greys);
    colour.setWeights(grey.getWeights());
    tidy(() => {
      const [kernel, ...rest] = grey.getWeights();
      summed.setWeights([sum(kernel, 2, true), ...rest]);
      const x = tensor4d(
        Float32Array.from({ length: side * side }, (_, i) => (i % 17) / 17),
        [1, ...greys] as [number, number, number, number],
      );
      const run = (net: LayersModel, images: Tensor) => Array.from((net.predict(images) as Tensor).dataSync());
      const found = run(grey, x);
      expect(worstError(found, run(colour, tile(x, [1, 1, 1, 3])))).toBe(0);
      const other = run(summed, x);
      expect(worstError(other, found)).toBeLessThan(1e-5);
    });
    for (const net of [grey, colour, summed]) net.dispose();
  });

  it('makes a first convolution of any other number of channels', () => {
    const net = build(make({ stages: 1 }), [side, side, 5]);
    expect(net.getWeights()[0].shape[2]).toBe(5);
    net.dispose();
  });

  it('computes inside the net what preprocessImages computes outside', () => {
    const kind = {
      VGG16Encoder: 'caffe',
      ResNetEncoder: 'torch',
      DenseNetEncoder: 'torch',
      EfficientNetEncoder: 'torch',
    };
    for (const channels of [1, 3]) {
      const inside = build(make({ stages: 1, preprocess: true }), [side, side, channels]);
      const outside = build(make({ stages: 1 }), colours);
      tidy(() => {
        const size = side * side * channels;
        const values = Float32Array.from({ length: size }, (_, i) => ((i * 7) % 31) / 31);
        const x = tensor4d(values, [1, side, side, channels]);
        const prepared = preprocessImages(x, (kind[name as keyof typeof kind] ?? 'tf') as 'tf');
        const found = Array.from((inside.predict(x) as Tensor).dataSync());
        const expected = Array.from((outside.predict(prepared) as Tensor).dataSync());
        expect(worstError(found, expected)).toBeLessThan(1e-5);
      });
      expect(inside.countParams() - outside.countParams()).toBeLessThanOrEqual(12);
      expect(trained(inside).map((layer) => layer.name)).toEqual(trained(outside).map((layer) => layer.name));
      inside.dispose();
      outside.dispose();
    }
  });

  it('refuses what it cannot do, and says what it can', () => {
    expect(() => make({ stages: 9 })).toThrow(new RegExp(`^${name}: stages must be at most [56], got 9.$`));
    expect(() => make({ stages: 0 })).toThrow(`${name}: stages must be an integer of at least 1, got 0.`);
    expect(() => make({ stages: 2, frozen: 3 })).toThrow(`${name}: frozen must be at most the 2 stages, got 3.`);
    expect(() => make({ frozen: 'some' as 'all' })).toThrow(
      `${name}: frozen must be 'all' or a number of stages, got 'some'.`,
    );
    expect(() => make({ grey: 'mean' as 'sum' })).toThrow(`${name}: grey must be one of 'repeat', 'sum'; got 'mean'.`);
    expect(() => make({ stage: 2 } as object)).toThrow(`${name}: unknown option 'stage'. Did you mean 'stages'?`);
    expect(() => build(make({ stages: 1 }), [80, 24, 3])).toThrow(
      new RegExp(`^${name}: the sides of the input must be at least (32|75), got 80 x 24.$`),
    );
    expect(() => make({ stages: 1 })(input({ shape: [null, 80, 3] }), 'encoder')).toThrow(
      `${name}: height and width of the input must be known, got null x 80.`,
    );
    expect(() => build(make({ stages: 1, preprocess: true }), [side, side, 2])).toThrow(
      `${name}: preprocess is for images of 1 or 3 channels, got 2.`,
    );
  });
});

it('refuses kernels that are summed behind a preprocessing that differs between channels', () => {
  expect(() => build(VGG16Encoder({ stages: 1, preprocess: true, grey: 'sum' }), [64, 64, 1])).toThrow(
    "VGG16Encoder: with preprocess, which differs between channels, grey must be 'repeat', got 'sum': zeros are padded " +
      'after the means are subtracted, so that no kernel of one channel is the same at the border.',
  );
  build(MobileNetV2Encoder({ stages: 1, preprocess: true, grey: 'sum' }), [64, 64, 1]).dispose();
});

it('refuses depths and variants that there are not', () => {
  expect(() => ResNetEncoder({ depth: 20 as 18 })).toThrow(
    'ResNetEncoder: depth must be one of 18, 34, 50, 101, 152; got 20.',
  );
  expect(() => ResNetEncoder({ depth: 18, variant: 'keras' })).toThrow(
    "ResNetEncoder: Keras has no ResNet18; take variant: 'torch', or depth 50, 101 or 152.",
  );
  expect(() => DenseNetEncoder({ depth: 120 as 121 })).toThrow('DenseNetEncoder: depth must be one of 121, 169, 201');
  expect(() => EfficientNetEncoder({ variant: 'b9' as 'b0' })).toThrow(
    "EfficientNetEncoder: variant must be one of 'b0'",
  );
  expect(() => MobileNetV2Encoder({ width: 0 })).toThrow('MobileNetV2Encoder: width must lie in [0.05, 10], got 0.');
});

describe('preprocessImages', () => {
  /** One pixel of red 0.2, green 0.5 and blue 1. */
  const pixel = () => tensor4d([0.2, 0.5, 1], [1, 1, 1, 3]);

  // By the formulas of keras.applications.imagenet_utils, of 51, 127.5 and 255.
  it.each([
    ['caffe', [255 - 103.939, 127.5 - 116.779, 51 - 123.68]],
    ['torch', [(0.2 - 0.485) / 0.229, (0.5 - 0.456) / 0.224, (1 - 0.406) / 0.225]],
    ['tf', [-0.6, 0, 1]],
    ['lite', [(51 - 127) / 128, (127.5 - 127) / 128, 1]],
  ] as const)('%s', (kind, expected) => {
    const x = pixel();
    const y = preprocessImages(x, kind);
    expect(y.shape).toEqual([1, 1, 1, 3]);
    for (const [i, value] of Array.from(y.dataSync()).entries()) expect(value).toBeCloseTo(expected[i], 4);
    x.dispose();
    y.dispose();
  });

  it('leaves its result alone, and takes grey for three equal channels', () => {
    const before = memory().numTensors;
    const x = tensor4d([0.5], [1, 1, 1, 1]);
    const y = preprocessImages(x, 'tf');
    expect(Array.from(y.dataSync())).toEqual([0, 0, 0]);
    expect(memory().numTensors).toBe(before + 2);
    x.dispose();
    y.dispose();
  });

  it('refuses other kinds and shapes', () => {
    const x = tensor([1, 2]);
    expect(() => preprocessImages(x as Tensor4D, 'tf')).toThrow(
      'preprocessImages: x must have the shape [batch, height, width, 1 or 3], got [2].',
    );
    expect(() => preprocessImages(x as Tensor4D, 'keras' as 'tf')).toThrow(
      "preprocessImages: kind must be one of 'caffe', 'torch', 'tf', 'lite'; got 'keras'.",
    );
    x.dispose();
  });
});
