import { type io, memory } from '@tensorflow/tfjs-core';
import { input, layers, type SymbolicTensor, sequential, model as toModel } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { random } from '../../src/internal/random';
import { MLPHead, UNetDecoder, UNetEncoder } from '../../src/layers/index';
import { loadMultitask, multitask } from '../../src/models/index';
import { useCpu } from '../support/cpu';
import { mutate, UNHELPFUL } from '../support/mutate';
import { saved } from './in-memory';

// A model can be a stranger's: with whatever one fault in it, it loads or is refused, soon and in words.

useCpu();

/** Shared, nested and wrapped layers, by TensorFlow.js alone. */
function mixed() {
  const x = input({ shape: [3] });
  const shared = layers.dense({ units: 3, activation: 'tanh' });
  const inner = sequential({ layers: [layers.dense({ units: 3, inputShape: [3] }), layers.batchNormalization()] });
  const once = shared.apply(x) as SymbolicTensor;
  const twice = shared.apply(inner.apply(once)) as SymbolicTensor;
  const steps = layers.repeatVector({ n: 2 }).apply(layers.add().apply([once, twice]));
  const trunk = layers.timeDistributed({ layer: layers.dense({ units: 2 }) }).apply(steps);
  const flat = layers.flatten().apply(trunk);
  const outputs = ['a', 'b'].map((name) => layers.dense({ units: 1, name }).apply(flat) as SymbolicTensor);
  return toModel({ inputs: x, outputs });
}

/** Layers of this library. */
function own() {
  const { net } = multitask({
    inputShape: [8, 8, 1],
    encoder: UNetEncoder({ filters: [2, 4], norm: 'group', dropout: 0.1 }),
    heads: {
      mask: UNetDecoder({ channels: 1, skips: 'attention', activation: 'sigmoid' }),
      label: MLPHead({ units: [2] }),
    },
  });
  return net;
}

async function artifactsOf(net: ReturnType<typeof mixed>): Promise<io.ModelArtifacts> {
  const { load } = await saved(net);
  net.dispose();
  return load!();
}

describe.each([
  ['TensorFlow.js', mixed, 150],
  ['this library', own, 100],
] as const)('A model of layers of %s with one fault', (_, make, seeds) => {
  it('loads or is refused, soon and in words', async () => {
    const whole = await artifactsOf(make());
    const { modelTopology, weightSpecs, weightData } = whole;
    const values = [weightData!].flat().reduce((sum, { byteLength }) => sum + byteLength / 4, 0);
    const model = await loadMultitask({ load: async () => whole });
    // Standard layers in the file can stand for others that have more or fewer weights.
    const counts = [values, model.net.countParams()];
    model.dispose();
    let refused = 0;
    for (let seed = 0; seed < seeds; seed++) {
      // Specs are most of the places, and the topology most of what can go wrong.
      const part = seed % 4 === 0 ? { weightSpecs } : { modelTopology };
      const { value, path, fault } = mutate(part, random(seed, 'model'));
      const told = `${seed}: ${fault} at ${path}`;
      const began = performance.now();
      const result = await loadMultitask({ load: async () => ({ ...whole, ...(value as object) }) }).catch(
        (error: Error) => error,
      );
      expect(performance.now() - began, told).toBeLessThan(5000);
      if (result instanceof Error) {
        refused++;
        expect(result.message, told).not.toMatch(UNHELPFUL);
        expect(result.message, told).toMatch(/^(loadMultitask|fromLayersModel): /);
      } else {
        expect(counts, told).toContain(result.net.countParams());
        result.dispose();
      }
    }
    expect(refused).toBeGreaterThan(seeds / 3);
  });
});

it.each([null, 0, '', [], {}, { config: {} }, { config: null, replaced: [] }, { replaced: null }])(
  'A model that says %o of its layers is refused in words',
  async (kept) => {
    const { modelTopology, ...rest } = await artifactsOf(own());
    const changed = { ...rest, modelTopology: { ...modelTopology, tfjs_multitask: kept } };
    const refused = loadMultitask({ load: async () => changed });
    await expect(refused).rejects.toThrow(/^loadMultitask: (expected in ')?tfjs_multitask/);
    await expect(refused).rejects.not.toThrow(UNHELPFUL);
  },
);

it('A model that is refused before it is built leaves nothing', async () => {
  const { modelTopology, ...rest } = await artifactsOf(mixed());
  const before = memory().numTensors;
  await expect(loadMultitask({ load: async () => ({ ...rest, modelTopology: {} }) })).rejects.toThrow('className');
  expect(memory().numTensors).toBe(before);
});
