import { randomNormal, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { input, layers, model as layersModel, loadLayersModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { ConvEncoder, UNetEncoder } from '../../../src/layers/index';
import { crossStitch, loadMultitask, multitask, type Sharing } from '../../../src/models/index';
import type { Encoder, Head } from '../../../src/types';
import { useCpu } from '../../support/cpu';
import { saved } from '../in-memory';
import { inputsOf } from './graph';
import { tinyEncoder, tinyShared } from './models';

useCpu();

/** One encoder a task, built in one go, as nothing of the library does it. */
const apart: Sharing = (input, encoder, tasks, seed) => tasks.map((task) => encoder(input, `encoder/${task}`, seed));

/** What one net computes with another's weights, by name. */
function same(first: ReturnType<typeof tinyShared>, second: ReturnType<typeof tinyShared>): number[][][] {
  for (const layer of first.net.layers) {
    if (layer.weights.length > 0) layer.setWeights(second.net.getLayer(layer.name).getWeights());
  }
  return tidy(() => {
    const x = randomNormal([2, 4, 4, 1], 0, 1, 'float32', 3);
    return [first, second].map(({ net }) => (net.predict(x) as Tensor[]).map((y) => Array.from(y.dataSync())));
  });
}

/** Level 2 sees level 1 twice: a residual encoder, in which a level is more than a function of the one before. */
const residual: Encoder = (input, name) => {
  const conv = (x: SymbolicTensor, layer: string) =>
    layers.conv2d({ name: `${name}/${layer}`, filters: 2, kernelSize: 3, padding: 'same' }).apply(x) as SymbolicTensor;
  const first = conv(input, 'a');
  const sum = layers.add({ name: `${name}/sum` }).apply([first, conv(first, 'b')]) as SymbolicTensor;
  const pooled = layers.maxPooling2d({ name: `${name}/pool`, poolSize: 2 }).apply(sum) as SymbolicTensor;
  return { skips: [first], bottleneck: pooled };
};

describe('crossStitch', () => {
  it.each<[string, Encoder]>([
    ['a U-Net', tinyEncoder],
    ['a U-Net with normalization and dropout', UNetEncoder({ filters: [2, 3, 4], norm: 'group', dropout: 0.2 })],
    ['a plain encoder', ConvEncoder({ filters: [2, 3] })],
    ['a residual encoder', residual],
  ])('is one encoder a task where nothing is mixed: %s', (_, encoder) => {
    const stitched = tinyShared(crossStitch({ self: 1 }), { encoder });
    const plain = tinyShared(apart, { encoder });
    const [expected, given] = same(plain, stitched);
    expect(given).toEqual(expected);
    stitched.dispose();
    plain.dispose();
  });

  it('mixes the feature maps of a level before the next level sees them', () => {
    const model = tinyShared(crossStitch());
    expect(inputsOf(model, 'encoder/stitch2')).toEqual(['encoder/mask/level2/conv2', 'encoder/grade/level2/conv2']);
    expect(inputsOf(model, 'encoder/grade/level2/pool')).toEqual(['encoder/stitch1']);
    model.dispose();
  });

  it('refuses a single task and options out of range', () => {
    const heads: { mask: Head } = {
      mask: ({ bottleneck }, name) => layers.flatten({ name }).apply(bottleneck) as SymbolicTensor,
    };
    expect(() => multitask({ inputShape: [4, 4, 1], encoder: tinyEncoder, heads, sharing: crossStitch() })).toThrow(
      new RangeError('crossStitch: there must be at least 2 tasks, got 1.'),
    );
    expect(() => crossStitch({ self: -1 })).toThrow('crossStitch: self must lie in [0, 1], got -1.');
    expect(() => crossStitch({ per: 'x' as 'tensor' })).toThrow(
      "crossStitch: per must be one of 'channel', 'tensor'; got 'x'.",
    );
  });
});

it('takes an encoder of layers that another model has too, and leaves that model whole', async () => {
  const image = input({ shape: [4, 4, 1] });
  const conv = layers.conv2d({ name: 'backbone', filters: 2, kernelSize: 3, padding: 'same' });
  const other = layersModel({ inputs: image, outputs: conv.apply(image) as SymbolicTensor });
  const encoder: Encoder = (x, name) => {
    const skip = conv.apply(x) as SymbolicTensor;
    const pool = layers.maxPooling2d({ name: `${name}/pool`, poolSize: 2 });
    return { skips: [skip], bottleneck: pool.apply(skip) as SymbolicTensor };
  };
  const model = tinyShared(crossStitch(), { encoder });
  expect(conv.inboundNodes.map(({ inboundLayers }) => inboundLayers[0].name)).toEqual([image.name, 'input', 'input']);
  const loaded = [await loadLayersModel(await saved(other)), (await loadMultitask(await saved(model.net))).net];
  tidy(() => {
    const x = randomNormal([1, 4, 4, 1], 0, 1, 'float32', 4);
    for (const [i, net] of [other, model.net].entries()) {
      const [given, expected] = [loaded[i], net].map((one) => [one.predict(x) as Tensor].flat());
      expect(given.map((y) => Array.from(y.dataSync()))).toEqual(expected.map((y) => Array.from(y.dataSync())));
    }
  });
  for (const net of loaded) net.dispose();
});
