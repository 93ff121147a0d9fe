import { ones, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { MLPHead, setDropoutStep, UNetDecoder, UNetEncoder } from '../../src/layers/index';
import { multitask } from '../../src/models/index';
import { useCpu } from '../support/cpu';

useCpu();

const build = (seed?: number) =>
  multitask({
    inputShape: [8, 8, 1],
    encoder: UNetEncoder({ filters: [3, 4], dropout: 0.3 }),
    heads: {
      a: UNetDecoder({ skips: 'attention' }),
      b: UNetDecoder({ skips: 'attention' }),
      c: MLPHead({ units: [6] }),
    },
    seed,
  });

function kernels(net: LayersModel): Map<string, number[]> {
  const drawn = net.weights.filter((weight) => weight.originalName.endsWith('kernel'));
  return new Map(drawn.map((weight) => [weight.originalName, Array.from(weight.read().dataSync())]));
}

it('gives bit-identical weights for the same seed', () => {
  const [first, second] = [build(5), build(5)];
  expect(kernels(second.net)).toEqual(kernels(first.net));
  first.dispose();
  second.dispose();
});

it('gives other weights for another seed, and without one', () => {
  const models = [build(5), build(6), build(), build()];
  const all = models.map(({ net }) => kernels(net));
  for (const [i, a] of all.entries()) {
    for (const b of all.slice(i + 1)) for (const [name, values] of a) expect(b.get(name), name).not.toEqual(values);
  }
  for (const model of models) model.dispose();
});

it('gives layers that differ in nothing but their name different weights', () => {
  const { net, dispose } = build(5);
  const drawn = [...kernels(net).values()].filter((values) => values.length > 1);
  expect(drawn.length).toBeGreaterThan(20);
  expect(new Set(drawn.map((values) => values[0])).size).toBe(drawn.length);
  dispose();
});

it('gives the same dropout masks for the same seed and step', () => {
  const train = (seed: number, step: number) => {
    const { net, dispose } = build(seed);
    setDropoutStep(net, step);
    const outputs = tidy(() =>
      (net.apply(ones([1, 8, 8, 1]), { training: true }) as Tensor[]).map((y) => Array.from(y.dataSync())),
    );
    dispose();
    return outputs;
  };
  expect(train(5, 2)).toEqual(train(5, 2));
  expect(train(5, 3)).not.toEqual(train(5, 2));
});
