import {
  addN,
  memory,
  mul,
  randomNormal,
  type Scalar,
  sum,
  type Tensor,
  tidy,
  train,
  type Variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { type LayersModel, type layers, loadLayersModel } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { registerLayers } from '../../src/layers/index';
import { saved } from '../models/in-memory';
import { useCpu } from '../support/cpu';
import { LAYERS, MODELS } from './models';

// What every layer and every builder must do, whatever it computes.

useCpu();

function samples(net: LayersModel): Tensor[] {
  return net.inputs.map(({ shape }, i) => randomNormal([2, ...(shape.slice(1) as number[])], 0, 1, 'float32', 11 + i));
}

const run = (net: LayersModel, x: Tensor[], training = false) => [net.apply(x, { training }) as Tensor].flat();

describe.each(Object.entries(LAYERS))('%s', (_, { make }) => {
  it('is the same after its config went through JSON', () => {
    const layer = make();
    const config = JSON.parse(JSON.stringify(layer.getConfig()));
    const Class = layer.constructor as new (config: object) => layers.Layer;
    expect(JSON.parse(JSON.stringify(new Class(config).getConfig()))).toEqual(config);
  });

  it("has a class name that cannot meet another library's", () => {
    expect(make().getClassName()).toMatch(/^TfjsMultitask/);
  });
});

describe.each(Object.entries(MODELS))('%s', (_, build) => {
  it('gives the shape that it announces', () => {
    const net = build();
    tidy(() => {
      const outputs = run(net, samples(net));
      expect(outputs.map((y) => y.shape)).toEqual(net.outputs.map((y) => [2, ...y.shape.slice(1)]));
    });
    net.dispose();
  });

  it('changes every layer that has weights in one training step', async () => {
    const net = build();
    const x = samples(net);
    const trained = net.layers.filter((layer) => layer.trainableWeights.length > 0);
    const read = () => trained.map((layer) => layer.trainableWeights.map((w) => Array.from(w.read().dataSync())));
    const before = read();
    const optimizer = train.sgd(0.1);
    tidy(() => {
      const factors = net.outputs.map(({ shape }, i) =>
        randomNormal([2, ...(shape.slice(1) as number[])], 0, 1, 'float32', 50 + i),
      );
      const loss = () => addN(run(net, x, true).map((y, i) => sum(mul(y, factors[i])))) as Scalar;
      const variables = trained.flatMap((layer) => layer.trainableWeights.map((w) => w.read() as Variable));
      if (variables.length > 0) optimizer.applyGradients(variableGrads(loss, variables).grads);
    });
    const after = read();
    for (const [i, layer] of trained.entries()) expect(after[i], layer.name).not.toEqual(before[i]);
    for (const tensor of x) tensor.dispose();
    optimizer.dispose();
    net.dispose();
  });

  it('gives identical outputs after saving and loading', async () => {
    const net = build();
    registerLayers();
    const loaded = await loadLayersModel(await saved(net));
    tidy(() => {
      const x = samples(net);
      const outputs = run(loaded, x).map((y) => Array.from(y.dataSync()));
      expect(outputs).toEqual(run(net, x).map((y) => Array.from(y.dataSync())));
    });
    expect(loaded.weights.map((w) => w.originalName)).toEqual(net.weights.map((w) => w.originalName));
    loaded.dispose();
    net.dispose();
  });

  it('leaves no tensor when it is disposed', () => {
    const before = memory().numTensors;
    const net = build();
    tidy(() => void run(net, samples(net), true));
    net.dispose();
    expect(memory().numTensors).toBe(before);
  });
});
