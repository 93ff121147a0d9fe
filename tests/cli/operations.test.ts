import { input, layers, model as layersModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { followCalls, type LayerCall } from '../../src/cli/inspect/follow-calls';
import { countBytes, countOperations } from '../../src/cli/inspect/operations';
import {
  AttentionGate,
  BilinearUpsampling,
  CapsuleLength,
  CapsuleRouting,
  CrossStitch,
  ExpertMixture,
  GroupNorm,
  InstanceNorm,
  MaskCapsules,
  MLPHead,
  SeededDropout,
  Squash,
  SubspaceMix,
  UNetEncoder,
} from '../../src/layers/index';
import { film, multitask } from '../../src/models/index';
import { useCpu } from '../support/cpu';

useCpu();

/** The use of a layer on inputs of these shapes. */
function callOf(layer: layers.Layer, ...shapes: number[][]): LayerCall {
  const inputs = shapes.map((shape) => input({ shape }));
  const outputs = [layer.apply(inputs.length === 1 ? inputs[0] : inputs)].flat() as SymbolicTensor[];
  const net = layersModel({ inputs, outputs });
  return followCalls(net).calls.at(-1) as LayerCall;
}

describe('operations of a layer, by hand', () => {
  const image = [6, 8, 3];
  const cases: [what: string, layer: () => layers.Layer, shapes: number[][], operations: number][] = [
    // 3 x 3 x 3 products at 6 x 8 pixels for 4 filters, 2 operations each; 192 values get a bias and a ReLU
    [
      'a convolution',
      () => layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same', activation: 'relu' }),
      [image],
      2 * 27 * 48 * 4 + 192 + 192,
    ],
    // 4 x 6 pixels are left
    [
      'one without padding and bias',
      () => layers.conv2d({ filters: 4, kernelSize: 3, useBias: false }),
      [image],
      2 * 27 * 24 * 4,
    ],
    [
      'one with strides',
      () => layers.conv2d({ filters: 5, kernelSize: 1, strides: 2, useBias: false }),
      [image],
      2 * 3 * 12 * 5,
    ],
    [
      'a transposed one',
      () => layers.conv2dTranspose({ filters: 4, kernelSize: 2, strides: 2 }),
      [image],
      2 * 4 * 3 * 4 * 48 + 12 * 16 * 4,
    ],
    [
      'a depthwise one',
      () => layers.depthwiseConv2d({ kernelSize: 3, padding: 'same' }),
      [image],
      2 * 9 * 3 * 48 + 144,
    ],
    [
      'a separable one',
      () => layers.separableConv2d({ filters: 4, kernelSize: 3, padding: 'same' }),
      [image],
      2 * (9 * 3 + 3 * 4) * 48 + 192,
    ],
    [
      'one along a line',
      () => layers.conv1d({ filters: 2, kernelSize: 3, useBias: false }),
      [[10, 4]],
      2 * 3 * 4 * 2 * 8,
    ],
    [
      'one in space',
      () => layers.conv3d({ filters: 2, kernelSize: 3, useBias: false, padding: 'same' }),
      [[4, 4, 4, 1]],
      2 * 27 * 2 * 64,
    ],
    ['a dense layer', () => layers.dense({ units: 7, activation: 'sigmoid' }), [[5]], 2 * 5 * 7 + 7 + 7],
    ['a linear dense layer', () => layers.dense({ units: 7, activation: 'linear', useBias: false }), [[5]], 70],
    ['a max-pooling', () => layers.maxPooling2d({ poolSize: 2 }), [image], 4 * 3 * 4 * 3],
    ['a mean over all pixels', () => layers.globalAveragePooling2d({}), [image], 144],
    ['an activation', () => layers.activation({ activation: 'tanh' }), [image], 144],
    ['none', () => layers.activation({ activation: 'linear' }), [image], 0],
    ['a sum of three', () => layers.add(), [image, image, image], 2 * 144],
    ['a batch norm', () => layers.batchNormalization({}), [image], 2 * 144],
    ['an instance norm', () => new InstanceNorm(), [image], 7 * 144],
    ['a group norm', () => new GroupNorm({ groups: 3 }), [image], 7 * 144],
    ['a nearest enlargement', () => layers.upSampling2d({ size: [2, 2] }), [image], 0],
    ['a bilinear enlargement', () => new BilinearUpsampling(), [image], 7 * 4 * 144],
    ['a concatenation', () => layers.concatenate(), [image, image], 0],
    ['a dropout', () => new SeededDropout({ rate: 0.5, seed: 1 }), [image], 0],
    // skip 3 -> 2 and gate 5 -> 2 at 48 pixels; a bias, a sum and a ReLU of 2; psi 2 -> 1 with bias and sigmoid; the product
    [
      'an attention gate',
      () => new AttentionGate({ filters: 2 }),
      [image, [6, 8, 5]],
      48 * (2 * 3 * 2 + 2 * 5 * 2 + 3 * 2 + 2 * 2 + 2) + 144,
    ],
    // two outputs of 144 values, each a sum of two products
    ['a cross-stitch', () => new CrossStitch(), [image, image], 2 * 144 * 3],
    // each value is a sum over 2 inputs x 3 subspaces
    ['a mixture of subspaces', () => new SubspaceMix({ subspaces: 3 }), [image, image], 2 * 144 * 11],
    // means of two inputs, a dense layer 6 -> 2 with bias and softmax, a sum of two products
    ['a mixture of experts', () => new ExpertMixture(), [image, image], 2 * 144 + 2 * 6 * 2 + 2 + 2 + 144 * 3],
    ['a squash', () => new Squash(), [[10, 8]], 3 * 80],
    ['lengths of capsules', () => new CapsuleLength(), [[10, 8]], 2 * 80 + 10],
    ['a mask of capsules', () => new MaskCapsules(), [[10, 8]], 3 * 80],
    // predictions 10 x 8 -> 2 x 4; three rounds of softmax (20), sums (2 x 80) and squash (24); between them agreement (160) and a sum (20)
    [
      'a routing of capsules',
      () => new CapsuleRouting({ capsules: 2, dimension: 4, routings: 3 }),
      [[10, 8]],
      2 * 640 + 3 * (20 + 160 + 24) + 2 * (160 + 20),
    ],
  ];
  it.each(cases)('%s', (_, layer, shapes, operations) => {
    expect(countOperations(callOf(layer(), ...shapes))).toBe(operations);
  });

  it('they are not known for other layers', () => {
    expect(countOperations(callOf(layers.lstm({ units: 2, recurrentInitializer: 'zeros' }), [4, 3]))).toBeUndefined();
  });

  it('they are not known where sides depend on the image, unless these are given', () => {
    const x = input({ shape: [null, null, 1] });
    const y = layers.conv2d({ filters: 2, kernelSize: 3, useBias: false, padding: 'same' }).apply(x) as SymbolicTensor;
    const net = layersModel({ inputs: x, outputs: layers.maxPooling2d({ poolSize: 2 }).apply(y) as SymbolicTensor });
    expect(followCalls(net).calls.map(countOperations)).toEqual([undefined, undefined, undefined]);
    expect(followCalls(net).calls.map(countBytes)).toEqual([undefined, undefined, undefined]);
    const sized = followCalls(net, [10, 12]).calls;
    expect(sized.map(countOperations)).toEqual([0, 2 * 9 * 2 * 120, 4 * 30 * 2]);
    expect(sized.map(countBytes)).toEqual([480, 960, 240]);
  });
});

it('what a repeated batch goes through counts for each of its parts', () => {
  const model = multitask({
    inputShape: [8, 8, 1],
    encoder: UNetEncoder({ filters: [2, 4], norm: 'none' }),
    heads: { a: MLPHead({ units: [] }), b: MLPHead({ units: [] }) },
    sharing: film(),
  });
  const { calls } = followCalls(model.net);
  const repeat = calls.find(({ layer }) => layer.getClassName() === 'TfjsMultitaskRepeatBatch') as LayerCall;
  const behind = calls[calls.indexOf(repeat) + 1];
  expect(behind.layer.getClassName()).toBe('Conv2D');
  // 3 x 3 x 1 -> 2 at 64 pixels with a bias and a ReLU, twice
  expect(countOperations(behind)).toBe(2 * (2 * 9 * 2 * 64 + 128 + 128));
  expect(countBytes(behind)).toBe(2 * 4 * 128);
  model.dispose();
});

it('follows nets within nets, and each use of a shared layer', () => {
  const dense = layers.dense({ units: 3, name: 'shared' });
  const inside = input({ shape: [3] });
  const inner = layersModel({ inputs: inside, outputs: dense.apply(inside) as SymbolicTensor, name: 'inner' });
  const x = input({ shape: [3] });
  const first = inner.apply(x) as SymbolicTensor;
  const net = layersModel({ inputs: x, outputs: inner.apply(first) as SymbolicTensor });
  const { calls } = followCalls(net);
  expect(calls.slice(1).map(({ name, use }) => [name, use])).toEqual([
    ['inner/shared', 0],
    ['inner/shared', 1],
  ]);
  expect(calls[2].inputs).toEqual(calls[1].outputs);
});
