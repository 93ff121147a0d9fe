import { randomNormal, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { ConvEncoder, UNetEncoder } from '../../../src/layers/index';
import { useCpu } from '../../support/cpu';
import { sharedParameters, TASKS, tinyShared } from './models';
import { WAYS } from './ways';

// What every way of sharing must build, whatever it computes; tests/contracts says what its net must do.

useCpu();

const image = (seed = 11) => randomNormal([2, 4, 4, 1], 0, 1, 'float32', seed);
const run = (net: LayersModel, x: Tensor, training = false) => net.apply(x, { training }) as Tensor[];
const numbers = (tensors: Tensor[]) => tensors.map((y) => Array.from(y.dataSync()));
const weights = (net: LayersModel) =>
  new Map(net.weights.map((w) => [w.originalName, Array.from(w.read().dataSync())]));

describe.each(Object.entries(WAYS))('%s', (_, { sharing, parameters }) => {
  it('gives each head its features, and outputs named after the tasks', () => {
    const model = tinyShared(sharing);
    expect(model.net.outputNames).toEqual([...TASKS]);
    tidy(() => {
      const { mask, grade } = model.predict(image());
      expect([mask.shape, grade.shape]).toEqual([
        [2, 4, 4, 1],
        [2, 1],
      ]);
    });
    model.dispose();
  });

  it('has the parameters that arithmetic gives', () => {
    const model = tinyShared(sharing);
    expect(sharedParameters(model)).toBe(parameters);
    model.dispose();
  });

  it('has the same weights for the same seed, others for another, and different ones in different layers', () => {
    const models = [tinyShared(sharing), tinyShared(sharing), tinyShared(sharing, { seed: 8 })];
    const [first, second, other] = models.map(({ net }) => weights(net));
    expect(second).toEqual(first);
    const drawn = [...first].filter(([name, values]) => /conv.*kernel$/.test(name) && values.length > 1);
    for (const [name, values] of drawn) expect(other.get(name), name).not.toEqual(values);
    expect(new Set(drawn.map(([, values]) => values[0])).size).toBe(drawn.length);
    for (const model of models) model.dispose();
  });

  it('names every layer of what is shared after the encoder, each once', () => {
    const model = tinyShared(sharing);
    const names = model.net.layers.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const strange = names.filter((name) => !/^(input$|encoder\/|mask$|mask\/|grade$|grade\/)/.test(name));
    expect(strange).toEqual([]);
    model.dispose();
  });

  it('has layers that are each applied once, so that their output is defined', () => {
    const model = tinyShared(sharing);
    for (const layer of model.net.layers) {
      if (layer.weights.length > 0) expect(layer.inboundNodes.length, layer.name).toBe(1);
    }
    model.dispose();
  });

  it('works with dropout and other encoders', () => {
    for (const encoder of [ConvEncoder({ filters: [2, 4] }), UNetEncoder({ filters: [2, 4], norm: 'batch' })]) {
      const model = tinyShared(sharing, { encoder });
      tidy(() => {
        for (const y of numbers(run(model.net, image(), true))) expect(y.every(Number.isFinite)).toBe(true);
      });
      model.dispose();
    }
  });
});
