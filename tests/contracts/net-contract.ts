import { dispose, memory, slice, type Tensor, tidy, train } from '@tensorflow/tfjs-core';
import { type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { registerLayers } from '../../src/layers/index';
import { loadMultitask } from '../../src/models/index';
import { saved } from '../models/in-memory';
import { MODEL_NETS } from './models';
import { type NetCase, run, samples, trainedVariables, weightGradients } from './nets';

const numbers = (tensors: readonly Tensor[]) => tensors.map((y) => Array.from(y.dataSync()));
const weightsOf = (net: LayersModel) =>
  new Map(net.weights.map((weight) => [weight.originalName, Array.from(weight.read().dataSync())]));

/** One step of gradient descent over what is not frozen. */
function trainOnce(net: LayersModel, batch: number): void {
  const optimizer = train.sgd(0.1);
  tidy(() => {
    const gradients = weightGradients(net, samples(net, batch));
    const named = [...trainedVariables(net)].map(([name, { name: variable }]) => [variable, gradients.get(name)!]);
    optimizer.applyGradients(Object.fromEntries(named));
  });
  optimizer.dispose();
}

const layersWithWeights = (net: LayersModel) => net.layers.filter((layer) => layer.trainableWeights.length > 0);

/** A step changes what is not frozen, and nothing else but moving statistics. */
function expectToTrain(net: LayersModel, batch: number): void {
  const trained = [...trainedVariables(net).keys()];
  const before = weightsOf(net);
  trainOnce(net, batch);
  const changed = [...weightsOf(net)].filter(([name, values]) => values.join() !== before.get(name)!.join());
  const names = changed.map(([name]) => name).filter((name) => !/moving_(mean|variance)$/.test(name));
  expect(names.sort()).toEqual(trained.sort());
}

/** What every net must do, whatever it computes. */
export function netContract(nets: Readonly<Record<string, NetCase>>): void {
  describe.each(Object.entries(nets))('%s', (name, { build, parts = 1, times = 1 }) => {
    it('gives the shape that it announces for batches of 1 and 3, and a sample the same in both', () => {
      const net = build();
      tidy(() => {
        const x = samples(net, 3 * parts);
        const y = run(net, x);
        const first = run(
          net,
          x.map((tensor) => slice(tensor, 0, parts)),
        );
        const shapes = (batch: number) => net.outputs.map(({ shape }) => [batch, ...shape.slice(1)]);
        expect(y.map(({ shape }) => shape)).toEqual(shapes(3 * parts * times));
        expect(first.map(({ shape }) => shape)).toEqual(shapes(parts * times));
        if (parts === 1 && times === 1) expect(numbers(first)).toEqual(numbers(y.map((tensor) => slice(tensor, 0, 1))));
      });
      net.dispose();
    });

    it('changes every trainable weight in one step of training, and else no more than moving statistics', () => {
      const net = build();
      expectToTrain(net, 2 * parts);
      net.dispose();
    });

    it('gives identical outputs and losses after saving and loading, and leaves no tensor', async () => {
      const before = memory().numTensors;
      const net = build();
      trainOnce(net, 2 * parts);
      registerLayers();
      const handler = await saved(net);
      const loaded = name in MODEL_NETS ? (await loadMultitask(handler)).net : await loadLayersModel(handler);
      tidy(() => {
        const x = samples(net, 2 * parts);
        expect(numbers(run(loaded, x))).toEqual(numbers(run(net, x)));
        expect(numbers(loaded.calculateLosses())).toEqual(numbers(net.calculateLosses()));
      });
      expect(loaded.weights.map((weight) => weight.originalName)).toEqual(net.weights.map((w) => w.originalName));
      loaded.dispose();
      net.dispose();
      expect(memory().numTensors).toBe(before);
    });

    it('leaves no tensor when it is disposed', () => {
      const before = memory().numTensors;
      const net = build();
      const x = samples(net, 2 * parts);
      tidy(() => void run(net, x));
      dispose([...weightGradients(net, x).values()]);
      dispose(x);
      net.dispose();
      expect(memory().numTensors).toBe(before);
    });

    it('keeps frozen layers as they are, and trains the others', () => {
      const net = build();
      for (const [i, layer] of layersWithWeights(net).entries()) layer.trainable = i % 2 === 1;
      expectToTrain(net, 2 * parts);
      net.dispose();
    });
  });
}
