import {
  addN,
  mean,
  memory,
  mul,
  randomNormal,
  reshape,
  type Scalar,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  tidy,
  train,
} from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { ConvEncoder, UNetEncoder } from '../../../src/layers/index';
import {
  cgc,
  crossStitch,
  film,
  hardSharing,
  loadMultitask,
  mmoe,
  mtan,
  ple,
  type Sharing,
  sluice,
  softSharing,
} from '../../../src/models/index';
import { createTrainer } from '../../../src/train/trainer';
import type { Batch } from '../../../src/types';
import { useCpu } from '../../support/cpu';
import { saved } from '../in-memory';
import { sharedParameters, TASKS, TINY_ENCODER_PARAMETERS, tinyShared } from './models';

// What every way of sharing must do, whatever it computes.

useCpu();

const E = TINY_ENCODER_PARAMETERS;

/** Ways of sharing, each with its parameters for two tasks on maps of 2 and 4 channels, by hand. */
const WAYS: Record<string, { sharing: Sharing; parameters: number }> = {
  hardSharing: { sharing: hardSharing(), parameters: E },
  'crossStitch, an alpha a channel': { sharing: crossStitch(), parameters: 2 * E + 4 * 2 + 4 * 4 },
  'crossStitch, an alpha a map': { sharing: crossStitch({ per: 'map' }), parameters: 2 * E + 4 + 4 },
  'softSharing, L2': { sharing: softSharing({ strength: 0.5 }), parameters: 2 * E },
  'softSharing, trace norm': { sharing: softSharing({ distance: 'trace', strength: 0.5 }), parameters: 2 * E },
  // A gate over n maps of c channels has n c n weights and n biases. The mask has one on 2 and one on 4 channels, the
  // grade, whose head takes no skip, one on 4.
  'mmoe, 3 experts': { sharing: mmoe(), parameters: 3 * E + (18 + 3) + 2 * (36 + 3) },
  'cgc, 1 + 1': { sharing: cgc(), parameters: 3 * E + (8 + 2) + 2 * (16 + 2) },
  'cgc, 2 shared and 1 own': { sharing: cgc({ shared: 2 }), parameters: 4 * E + (18 + 3) + 2 * (36 + 3) },
  'ple, 1 + 1': { sharing: ple(), parameters: 3 * E + 2 * (8 + 2 + 16 + 2) + (18 + 3) },
  'ple, 1 shared and 2 own': { sharing: ple({ own: 2 }), parameters: 5 * E + 2 * (18 + 3 + 36 + 3) + (50 + 5) },
  // A task's attention: 1x1 from 2 to 2 and 2 to 2, 3x3 from 2 to 4, 1x1 from 4 + 4 to 4 and 4 to 4 maps.
  'mtan, no norm': { sharing: mtan({ norm: 'none' }), parameters: E + 2 * (6 + 6 + 76 + 36 + 20) },
  // A batch normalization has four numbers a channel in place of the bias.
  mtan: { sharing: mtan(), parameters: E + 2 * (4 + 4 + 72 + 32 + 16 + 4 * (2 + 2 + 4 + 4 + 4)) },
  film: { sharing: film(), parameters: E + 2 * 2 * (2 + 4) },
  // The first level has two units, the last one: 2 tasks x 2 subspaces squared.
  sluice: { sharing: sluice(), parameters: 2 * E + 3 * 16 },
};

const image = (seed = 11) => randomNormal([2, 4, 4, 1], 0, 1, 'float32', seed);
const run = (net: LayersModel, x: Tensor, training = false) => net.apply(x, { training }) as Tensor[];
const numbers = (tensors: Tensor[]) => tensors.map((y) => Array.from(y.dataSync()));
const weights = (net: LayersModel) =>
  new Map(net.weights.map((w) => [w.originalName, Array.from(w.read().dataSync())]));
const squares = (yTrue: Tensor, yPred: Tensor) =>
  tidy(() => mean(reshape(square(sub(yPred, yTrue)), [yTrue.shape[0], -1]), 1) as Tensor1D);

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

  it('changes every layer that has weights in one training step', () => {
    const model = tinyShared(sharing);
    const before = weights(model.net);
    const optimizer = train.sgd(0.1);
    tidy(() => {
      const x = image();
      const factors = model.net.outputs.map(({ shape }, i) =>
        randomNormal([2, ...(shape.slice(1) as number[])], 0, 1, 'float32', 50 + i),
      );
      optimizer.minimize(() => addN(run(model.net, x, true).map((y, i) => sum(mul(y, factors[i])))) as Scalar);
    });
    const after = weights(model.net);
    for (const layer of model.net.layers) {
      const own = layer.trainableWeights.map(({ originalName }) => originalName);
      const changed = own.filter((name) => after.get(name)!.join() !== before.get(name)!.join());
      if (own.length > 0) expect(changed.length, layer.name).toBeGreaterThan(0);
    }
    optimizer.dispose();
    model.dispose();
  });

  it('gives identical outputs and losses after saving and loading', async () => {
    const model = tinyShared(sharing);
    const loaded = await loadMultitask(await saved(model.net), TASKS);
    tidy(() => {
      const x = image();
      expect(numbers(run(loaded.net, x))).toEqual(numbers(run(model.net, x)));
      expect(numbers(loaded.net.calculateLosses())).toEqual(numbers(model.net.calculateLosses()));
    });
    expect(loaded.net.weights.map((w) => w.originalName)).toEqual(model.net.weights.map((w) => w.originalName));
    loaded.dispose();
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

  it('trains on batches that lack the labels of a task', async () => {
    const model = tinyShared(sharing);
    const trainer = createTrainer(model, { optimizer: train.sgd(0.01), losses: { mask: squares, grade: squares } });
    const x = image();
    const y = { mask: randomNormal([2, 4, 4, 1]), grade: randomNormal([2, 1]) };
    const batches: Batch<'mask' | 'grade'>[] = [
      { x, y: { mask: y.mask } },
      { x, y: { grade: y.grade } },
      { x, y },
    ];
    const before = memory().numTensors;
    for (const batch of batches) expect((await trainer.step(batch)).updated).toBe(true);
    expect(memory().numTensors).toBe(before);
    for (const tensor of [x, y.mask, y.grade]) tensor.dispose();
    trainer.dispose();
    model.dispose();
  });

  it('leaves no tensor when it is disposed, saved and loaded or not', async () => {
    const before = memory().numTensors;
    const model = tinyShared(sharing);
    const loaded = await loadMultitask(await saved(model.net));
    tidy(() => void run(model.net, image(), true));
    tidy(() => void run(loaded.net, image(), true));
    model.dispose();
    loaded.dispose();
    expect(memory().numTensors).toBe(before);
  });
});
