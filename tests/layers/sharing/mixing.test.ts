import { addN, memory, mul, randomNormal, type Scalar, sum, type Tensor, tidy, train } from '@tensorflow/tfjs-core';
import {
  input,
  type LayersModel,
  type layers,
  loadLayersModel,
  model,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import {
  CrossStitch,
  ExpertMixture,
  Film,
  RepeatBatch,
  registerLayers,
  SliceBatch,
  SubspaceMix,
} from '../../../src/layers/index';
import { saved } from '../../models/in-memory';
import { useCpu } from '../../support/cpu';

// What every layer between the maps of several tasks must do, whatever it computes.

useCpu();

/** Layers, each with the number of the maps that it takes. */
const LAYERS: Record<string, { make: () => layers.Layer; maps: number }> = {
  CrossStitch: { make: () => new CrossStitch({ self: 0.7 }), maps: 3 },
  'CrossStitch, a map': { make: () => new CrossStitch({ per: 'map' }), maps: 2 },
  ExpertMixture: { make: () => new ExpertMixture(), maps: 3 },
  SubspaceMix: { make: () => new SubspaceMix({ subspaces: 2, self: 0.6 }), maps: 3 },
  Film: { make: () => new Film({ conditions: 2 }), maps: 1 },
  RepeatBatch: { make: () => new RepeatBatch({ times: 3 }), maps: 1 },
  SliceBatch: { make: () => new SliceBatch({ index: 1, parts: 2 }), maps: 1 },
};

function build({ make, maps }: (typeof LAYERS)[string]): LayersModel {
  const inputs = Array.from({ length: maps }, () => input({ shape: [3, 2, 4] }));
  const outputs = make().apply(maps === 1 ? inputs[0] : inputs) as SymbolicTensor | SymbolicTensor[];
  return model({ inputs, outputs });
}

const samples = ({ inputs }: LayersModel) => inputs.map((_, i) => randomNormal([4, 3, 2, 4], 0, 1, 'float32', 11 + i));
const run = (net: LayersModel, x: Tensor[]) => [net.apply(x) as Tensor | Tensor[]].flat();
const numbers = (tensors: Tensor[]) => tensors.map((y) => Array.from(y.dataSync()));

describe.each(Object.entries(LAYERS))('%s', (_, layer) => {
  it('is the same after its config went through JSON', () => {
    const made = layer.make();
    const config = JSON.parse(JSON.stringify(made.getConfig()));
    const Class = made.constructor as new (config: object) => layers.Layer;
    expect(JSON.parse(JSON.stringify(new Class(config).getConfig()))).toEqual(config);
  });

  it("has a class name that cannot meet another library's", () => {
    expect(layer.make().getClassName()).toMatch(/^TfjsMultitask/);
  });

  it('gives the shapes that it announces', () => {
    const net = build(layer);
    tidy(() => {
      const shapes = run(net, samples(net)).map((y) => y.shape.slice(1));
      expect(shapes).toEqual(net.outputs.map((y) => y.shape.slice(1)));
    });
    net.dispose();
  });

  it('changes its weights in one training step', () => {
    const net = build(layer);
    const before = numbers(net.getWeights());
    const optimizer = train.sgd(0.1);
    tidy(() => {
      const x = samples(net);
      const factors = run(net, x).map((y, i) => randomNormal(y.shape, 0, 1, 'float32', 50 + i));
      const loss = () => addN(run(net, x).map((y, i) => sum(mul(y, factors[i])))) as Scalar;
      if (before.length > 0) optimizer.minimize(loss);
    });
    for (const [i, values] of numbers(net.getWeights()).entries()) expect(values).not.toEqual(before[i]);
    optimizer.dispose();
    net.dispose();
  });

  it('gives identical outputs after saving and loading', async () => {
    const net = build(layer);
    registerLayers();
    const loaded = await loadLayersModel(await saved(net));
    tidy(() => void expect(numbers(run(loaded, samples(net)))).toEqual(numbers(run(net, samples(net)))));
    loaded.dispose();
    net.dispose();
  });

  it('leaves no tensor when it is disposed', () => {
    const before = memory().numTensors;
    const net = build(layer);
    tidy(() => void run(net, samples(net)));
    net.dispose();
    expect(memory().numTensors).toBe(before);
  });
});
