import { memory, setBackend, train, truncatedNormal, zeros } from '@tensorflow/tfjs-core';
import { registerSimdBackend } from 'tfjs-backend-simd';
import { beforeAll, describe, expect, it } from 'vitest';
import { bce, mse, softDice } from '../../src/losses/index';
import { amyar2020, loadMultitask } from '../../src/models/index';
import { createTrainer } from '../../src/train/index';
import type { MultitaskModel } from '../../src/types';
import { saved } from './in-memory';

type Task = 'reconstruction' | 'segmentation' | 'classification';

/** The weights after two steps of plain descent, and their names. */
async function trainTwoSteps(model: MultitaskModel<Task>): Promise<{ weights: number[][]; names: string[] }> {
  const trainer = createTrainer(model, {
    optimizer: train.sgd(0.1),
    losses: { reconstruction: mse(), segmentation: softDice(), classification: bce() },
  });
  const x = truncatedNormal([2, 16, 16, 1], 0.5, 0.1, 'float32', 1);
  const label = zeros([2, 1]);
  for (let step = 0; step < 2; step++) {
    await trainer.step({ x, y: { reconstruction: x, segmentation: x, classification: label } });
  }
  for (const tensor of [x, label]) tensor.dispose();
  trainer.dispose();
  const weights = await Promise.all(model.net.weights.map(async (weight) => Array.from(await weight.read().data())));
  return { weights, names: model.net.weights.map(({ originalName }) => originalName) };
}

describe('a model that was saved and loaded', () => {
  beforeAll(async () => {
    await registerSimdBackend({ threads: 2 });
    await setBackend('simd');
  });

  it.each(['none', 'batch'] as const)('trains to the same bits as the one that was built, norm %s', async (norm) => {
    const before = memory().numTensors;
    const model = amyar2020({ inputShape: [16, 16, 1], filters: [4, 8, 8], norm, seed: 1 });
    const loaded = await loadMultitask<Task>(await saved(model.net));
    const [first, second] = [await trainTwoSteps(model), await trainTwoSteps(loaded)];
    expect(second.names).toEqual(first.names);
    expect(second.weights).toEqual(first.weights);
    loaded.dispose();
    model.dispose();
    expect(memory().numTensors).toBe(before);
  });
});
