import { memory } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { copyWeights, unet } from '../../src/models/index';
import { useCpu } from '../support/cpu';

useCpu();

const build = (filters: number[], seed: number) => unet({ inputShape: [4, 4, 1], filters, seed });
const read = (net: LayersModel) =>
  new Map(net.weights.map((weight) => [weight.originalName, Array.from(weight.read().dataSync())]));

it('copyWeights copies the layers of the prefix and no other', () => {
  const [from, to] = [build([2, 3], 1), build([2, 3], 2)];
  const [source, before] = [read(from.net), read(to.net)];
  const tensors = memory().numTensors;
  copyWeights(from.net, to.net, 'encoder/');
  expect(memory().numTensors).toBe(tensors);
  for (const [name, values] of read(to.net)) {
    expect(values, name).toEqual(name.startsWith('encoder/') ? source.get(name) : before.get(name));
  }
  from.dispose();
  expect(read(to.net).size).toBe(before.size);
  to.dispose();
});

it('frozen layers have no trainable weights', () => {
  const model = build([2, 3], 1);
  for (const layer of model.net.layers) if (layer.name.startsWith('encoder/')) layer.trainable = false;
  const names = model.net.trainableWeights.map((weight) => weight.originalName);
  expect(names.length).toBeGreaterThan(0);
  expect(names.filter((name) => name.startsWith('encoder/'))).toEqual([]);
  model.dispose();
});

it('copyWeights refuses what does not fit, and copies nothing then', () => {
  const [from, shallow, other] = [build([2, 3], 1), build([2, 4], 2), build([2, 3, 4], 3)];
  const before = read(shallow.net);
  expect(() => copyWeights(from.net, shallow.net, 'encoder/')).toThrow(
    new RangeError(
      "copyWeights: the weights of 'encoder/level2/conv1' have the shapes [[3,3,2,4],[4]], got [[3,3,2,3],[3]].",
    ),
  );
  expect(read(shallow.net)).toEqual(before);
  expect(() => copyWeights(from.net, other.net, 'encoder/')).toThrow(
    new RangeError("copyWeights: 'unet' has no layer 'encoder/level3/conv1'."),
  );
  expect(() => copyWeights(from.net, other.net, 'trunk/')).toThrow(
    new RangeError("copyWeights: no layer with weights of 'unet' has a name that starts with 'trunk/'."),
  );
  for (const model of [from, shallow, other]) model.dispose();
});
