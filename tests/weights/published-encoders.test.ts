import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { io, Tensor } from '@tensorflow/tfjs-core';
import { input, type LayersModel, model as toModel } from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { type PublishedEncoderOptions, ResNetEncoder, VGG16Encoder } from '../../src/layers/index';
import type { Encoder } from '../../src/types';
import { loadWeights, torchResNet, torchVgg16 } from '../../src/weights/index';
import { image } from '../golden/encoders/formula';
import { expectLevel, type GoldenNet } from '../golden/encoders/golden';
import { useCpu } from '../support/cpu';
import { expectNoLeak } from '../support/leaks';

// The first stages of encoders, by files that Keras and torchvision wrote (make_weight_files.py).

useCpu();

const SIZE = [49, 75] as const;
const at = (file: string) => new URL(`../golden/encoders/${file}`, import.meta.url);
const golden = (file: string, net: string): GoldenNet => JSON.parse(readFileSync(at(file), 'utf8')).nets[net];

function build(make: (options: PublishedEncoderOptions) => Encoder, options: PublishedEncoderOptions): LayersModel {
  const x = input({ shape: [...SIZE, 3] });
  const { skips, bottleneck } = make(options)(x, 'encoder', 1);
  return toModel({ inputs: x, outputs: [...skips, bottleneck] });
}

/** Compares the feature maps of the first stages with those of the whole golden net. */
function expectLevels(net: LayersModel, { images }: GoldenNet): void {
  const { levels } = images.find(({ size }) => size.join() === SIZE.join())!;
  const pixels = image(...SIZE);
  const found = [net.predict(pixels) as Tensor | Tensor[]].flat();
  for (const [i, tensor] of found.entries()) expectLevel(tensor, levels[i], i + 1);
  for (const tensor of [pixels, ...found]) tensor.dispose();
}

it.each(['vgg16-block1.h5', 'vgg16-block1.weights.h5', 'vgg16-block1.keras'])(
  'fills VGG16Encoder by the names of %s, and leaves its preprocessing alone',
  async (file) => {
    await expectNoLeak(async () => {
      const prepared = build(VGG16Encoder, { stages: 1, preprocess: true, frozen: 'all' });
      const { filled } = await loadWeights(prepared, fileURLToPath(at(file)), { prefix: 'encoder/' });
      expect(filled).toHaveLength(4);
      const constants = prepared.getLayer('encoder/preprocess').getWeights()[1];
      for (const [i, mean] of [103.939, 116.779, 123.68].entries()) {
        expect(constants.dataSync()[i]).toBeCloseTo(-mean, 4);
      }
      prepared.dispose();
      const plain = build(VGG16Encoder, { stages: 1 });
      await loadWeights(plain, fileURLToPath(at(file)), { prefix: 'encoder/' });
      expectLevels(plain, golden('encoders.json', 'VGG16'));
      plain.dispose();
    });
  },
);

it.each(['vgg16-block1.pth', 'vgg16-block1.safetensors', 'vgg16-block1.onnx'])(
  "fills VGG16Encoder by torchvision's names in %s",
  async (file) => {
    const net = build(VGG16Encoder, { stages: 1 });
    await loadWeights(net, fileURLToPath(at(file)), { prefix: 'encoder/', from: torchVgg16 });
    expectLevels(net, golden('encoders.json', 'VGG16'));
    net.dispose();
  },
);

it('fills VGG16Encoder from what TensorFlow.js saved', async () => {
  const [whole, net] = [build(VGG16Encoder, { stages: 1 }), build(VGG16Encoder, { stages: 1 })];
  await loadWeights(whole, fileURLToPath(at('vgg16-block1.h5')), { prefix: 'encoder/' });
  let saved: io.ModelArtifacts = {};
  await whole.save({
    save: async (artifacts) => {
      saved = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    },
  });
  await loadWeights(net, { load: async () => saved });
  expectLevels(net, golden('encoders.json', 'VGG16'));
  for (const one of [whole, net]) one.dispose();
});

it('fills ResNetEncoder by the names of torchvision', async () => {
  const net = build((options) => ResNetEncoder({ depth: 18, ...options }), { stages: 2 });
  await loadWeights(net, fileURLToPath(at('resnet18-layer1.pth')), { prefix: 'encoder/', from: torchResNet });
  expectLevels(net, golden('torch-encoders.json', 'resnet18'));
  net.dispose();
});
