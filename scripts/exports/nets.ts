import { abs, add, max, randomNormal, randomUniform, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { input, type LayersModel, layers, type SymbolicTensor, model as toModel } from '@tensorflow/tfjs-layers';
import {
  DenseNetEncoder,
  EfficientNetEncoder,
  GroupNorm,
  InceptionResNetV2Encoder,
  InceptionV3Encoder,
  MobileNetV2Encoder,
  ResNetEncoder,
  VGG16Encoder,
} from 'tfjs-multitask/layers';
import type { Encoder, MultitaskModel } from '../../src/types';
import { LAYER_NETS, PUBLISHED_NETS } from '../../tests/contracts/layers';
import { MODELS } from '../../tests/contracts/models';
import { REFUSED } from '../../tests/export/refused';

export type Exported = MultitaskModel<string> | LayersModel;

const whole =
  (encoder: Encoder, side: number, channels = 3) =>
  (): LayersModel => {
    const image = input({ shape: [side, side, channels], name: 'image' });
    return toModel({ inputs: image, outputs: encoder(image, 'encoder', 1).bottleneck });
  };

/** Published networks with all their stages. */
const WHOLE: Record<string, () => LayersModel> = {
  VGG16: whole(VGG16Encoder({ preprocess: true }), 32),
  ResNet50: whole(ResNetEncoder(), 32),
  'ResNet50, torchvision': whole(ResNetEncoder({ variant: 'torch', preprocess: true }), 33, 1),
  DenseNet121: whole(DenseNetEncoder({ preprocess: true }), 32),
  InceptionV3: whole(InceptionV3Encoder(), 76),
  MobileNetV2: whole(MobileNetV2Encoder({ preprocess: true }), 33),
  'EfficientNet-B0': whole(EfficientNetEncoder(), 37),
  'EfficientNet-Lite0': whole(EfficientNetEncoder({ variant: 'lite0' }), 32),
  InceptionResNetV2: whole(InceptionResNetV2Encoder(), 75),
};

type Apply = (x: SymbolicTensor) => SymbolicTensor;
const chain = (shape: (number | null)[], ...steps: readonly layers.Layer[]) => {
  const x = input({ shape, name: 'image' });
  return toModel({ inputs: x, outputs: steps.reduce<SymbolicTensor>((y, step) => step.apply(y) as SymbolicTensor, x) });
};
const odd = { kernelSize: [3, 4] as [number, number], strides: [2, 3] as [number, number] };

/** What the builders do not make of layers that have a form everywhere. */
const OTHERS: Record<string, () => LayersModel> = {
  'convolutions, odd sizes': () =>
    chain(
      [9, 11, 3],
      layers.conv2d({ ...odd, filters: 4, padding: 'same' }),
      layers.batchNormalization({}),
      layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, padding: 'same', activation: 'tanh' }),
      layers.conv2dTranspose({ filters: 3, kernelSize: 3, strides: 2, padding: 'same' }),
      layers.batchNormalization({}),
      layers.conv2dTranspose({ filters: 2, kernelSize: [2, 5], strides: [3, 2], padding: 'same', activation: 'elu' }),
      layers.conv2dTranspose({ filters: 2, kernelSize: 2, strides: 3, padding: 'valid' }),
      layers.conv2d({ filters: 3, kernelSize: 3, dilationRate: 2, padding: 'same', activation: 'relu6' }),
    ),
  'images of any size': () =>
    chain(
      [null, null, 4],
      layers.conv2d({ filters: 4, kernelSize: 3, strides: 2, padding: 'same', activation: 'swish' }),
      new GroupNorm({ groups: 2 }),
      layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }),
      layers.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' }),
      layers.globalMaxPooling2d({}),
    ),
  'dense on pixels, axes in other orders': () =>
    chain(
      [4, 3, 2],
      layers.dense({ units: 3, activation: 'softplus' }),
      layers.layerNormalization({ axis: [1, 3] }),
      layers.permute({ dims: [2, 3, 1] }),
      layers.reshape({ targetShape: [6, 6] }),
      layers.conv1d({ filters: 4, kernelSize: 3, padding: 'same', activation: 'softsign' }),
      layers.maxPooling1d({ poolSize: 2 }),
      layers.batchNormalization({ scale: false }),
      layers.globalAveragePooling1d({}),
      layers.dense({ units: 3, activation: 'selu' }),
      layers.batchNormalization({ center: false }),
      layers.softmax({}),
    ),
  'activations as layers': () =>
    chain(
      [3, 4, 2],
      layers.leakyReLU({ alpha: 0.1 }),
      layers.prelu({ alphaInitializer: 'ones', sharedAxes: [1, 2] }),
      layers.elu({}),
      layers.zeroPadding2d({
        padding: [
          [1, 0],
          [2, 3],
        ],
      }),
      layers.cropping2D({
        cropping: [
          [0, 1],
          [1, 0],
        ],
      }),
      layers.upSampling2d({ size: [2, 3] }),
      layers.reLU({ maxValue: 0.5 }),
      layers.flatten({}),
    ),
  'a net within a net, shared': () => {
    const inner = chain([4, 4, 2], layers.conv2d({ filters: 2, kernelSize: 3, padding: 'same', name: 'conv' }));
    const x = input({ shape: [4, 4, 2], name: 'image' });
    const twice = inner.apply(inner.apply(x)) as SymbolicTensor;
    const conv: Apply = (y) => layers.conv2d({ filters: 2, kernelSize: 1, name: 'last' }).apply(y) as SymbolicTensor;
    const both = [conv(twice), x];
    return toModel({
      inputs: x,
      outputs: [layers.average().apply(both), layers.maximum().apply(both)] as SymbolicTensor[],
    });
  },
};

/** Weights as of a net that was trained: moving statistics, factors and offsets of their own, and no zeros. */
export function randomize({ layers: inner }: { readonly layers: readonly layers.Layer[] }): void {
  let seed = 1;
  const changed = (name: string, value: Tensor): Tensor => {
    const noise = (scale: number) => randomNormal(value.shape, 0, scale, 'float32', seed++);
    if (/variance$/.test(name)) return randomUniform(value.shape, 0.5, 1.5, 'float32', seed++);
    const isKernel = value.rank > 1 && max(abs(value)).dataSync()[0] > 0;
    return add(value, noise(isKernel ? 0.01 : 0.2));
  };
  for (const layer of inner) {
    if ('layers' in layer) randomize(layer as LayersModel);
    else
      tidy(() => {
        const values = layer.getWeights();
        layer.setWeights(values.map((value, i) => changed(layer.weights[i].originalName, value)));
      });
  }
}

/** All that is exported in the check, by name; `full`: published networks with all their stages too. */
export function exportedNets(full: boolean): Record<string, () => Exported> {
  const nets = Object.entries({ ...LAYER_NETS, ...PUBLISHED_NETS }).filter(([name]) => !REFUSED.includes(name));
  return {
    ...Object.fromEntries(nets.map(([name, { build }]) => [name, build])),
    ...MODELS,
    ...OTHERS,
    ...(full ? WHOLE : {}),
  };
}
