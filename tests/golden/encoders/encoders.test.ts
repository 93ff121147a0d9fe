import { readFileSync } from 'node:fs';
import '@tensorflow/tfjs-layers';
import { setBackend } from '@tensorflow/tfjs-core';
import { registerSimdBackend } from 'tfjs-backend-simd';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  DenseNetEncoder,
  EfficientNetEncoder,
  InceptionResNetV2Encoder,
  InceptionV3Encoder,
  MobileNetV2Encoder,
  ResNetEncoder,
  VGG16Encoder,
} from '../../../src/layers/index';
import type { Encoder } from '../../../src/types';
import { expectGolden, type GoldenNet } from './golden';

beforeAll(async () => {
  await registerSimdBackend({ threads: 1 });
  await setBackend('simd');
});

const read = (file: string): Record<string, GoldenNet> =>
  JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')).nets;

/** The encoders by the names of Keras. */
const KERAS: Record<string, () => Encoder> = {
  VGG16: VGG16Encoder,
  ResNet50: ResNetEncoder,
  ResNet101: () => ResNetEncoder({ depth: 101 }),
  ResNet152: () => ResNetEncoder({ depth: 152 }),
  DenseNet121: DenseNetEncoder,
  DenseNet169: () => DenseNetEncoder({ depth: 169 }),
  DenseNet201: () => DenseNetEncoder({ depth: 201 }),
  InceptionV3: InceptionV3Encoder,
  InceptionResNetV2: InceptionResNetV2Encoder,
  MobileNetV2: MobileNetV2Encoder,
  'MobileNetV2 alpha 0.35': () => MobileNetV2Encoder({ width: 0.35 }),
  EfficientNetB0: EfficientNetEncoder,
  EfficientNetB1: () => EfficientNetEncoder({ variant: 'b1' }),
  EfficientNetB2: () => EfficientNetEncoder({ variant: 'b2' }),
  EfficientNetB3: () => EfficientNetEncoder({ variant: 'b3' }),
};

/** And of torchvision, whose deeper ones repeat the blocks of resnet50. */
const TORCH: Record<string, () => Encoder> = {
  resnet18: () => ResNetEncoder({ depth: 18 }),
  resnet34: () => ResNetEncoder({ depth: 34 }),
  resnet50: () => ResNetEncoder({ depth: 50, variant: 'torch' }),
};

/** And of Google's lite networks, which Keras has not. */
const LITE: Record<string, () => Encoder> = Object.fromEntries(
  (['lite0', 'lite1', 'lite2', 'lite3', 'lite4'] as const).map((variant) => [
    variant,
    () => EfficientNetEncoder({ variant }),
  ]),
);

describe.each([
  ['keras.applications', './encoders.json', KERAS],
  ['torchvision', './torch-encoders.json', TORCH],
  ['efficientnet_lite_pytorch', './efficientnet-lite.json', LITE],
])('like %s', (_, file, encoders) => {
  const nets = read(file);

  it('knows all golden nets', () => {
    expect(Object.keys(nets).sort()).toEqual(Object.keys(encoders).sort());
  });

  it.each(Object.entries(encoders))(
    '%s has their feature maps and number of parameters',
    (name, make) => {
      expectGolden(make(), nets[name]);
    },
    300_000,
  );
});
