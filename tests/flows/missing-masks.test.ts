import '@tensorflow/tfjs-layers';
import { broadcastTo, fill, greater, reshape, tidy, train, where } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../src/backends/index';
import { batches, phantomDataset } from '../../src/data/index';
import { readWeights } from '../../src/internal/layer-weights';
import { bce, mse, softDice } from '../../src/losses/index';
import { amyar2020 } from '../../src/models/index';
import { createTrainer } from '../../src/train/index';
import type { Source } from '../../src/types';

type Task = 'reconstruction' | 'segmentation' | 'classification';

const SIZE = 16;
const withMasks = (masks: number) =>
  phantomDataset({ counts: { covid: 16, normal: 8 }, masks, size: SIZE, seed: 5, slices: 1 });

/** Puts something else in the place of the masks of samples that have none. */
function withGarbage(source: Source<Task>, garbage: number): Source<Task> {
  return async function* (epoch) {
    for await (const batch of source(epoch)) {
      const mask = batch.y.segmentation;
      const weight = batch.weight?.segmentation;
      if (mask === undefined || weight === undefined) {
        yield batch;
        continue;
      }
      const changed = tidy(() => {
        const labelled = broadcastTo(reshape(greater(weight, 0), [-1, 1, 1, 1]), mask.shape);
        return where(labelled, mask, fill(mask.shape, garbage));
      });
      yield { ...batch, y: { ...batch.y, segmentation: changed } };
      changed.dispose();
    }
  };
}

async function trained(garbage: number, masks: number): Promise<{ weights: Float32Array[]; names: string[] }> {
  const source = withGarbage(batches(withMasks(masks), { batchSize: 4, seed: 2 }), garbage);
  const model = amyar2020({ inputShape: [SIZE, SIZE, 1], filters: [2, 4, 4], seed: 1, norm: 'instance' });
  const trainer = createTrainer(model, {
    optimizer: train.adam(1e-2),
    losses: { reconstruction: mse(), segmentation: softDice(), classification: bce() },
  });
  await trainer.fit(source, { epochs: 2 });
  const weights = await readWeights(model.net);
  const names = model.net.layers.flatMap((layer) => layer.weights.map(({ originalName }) => originalName));
  trainer.dispose();
  model.dispose();
  return { weights, names };
}

beforeAll(async () => {
  await useBackend();
});

describe('training the three-task model with half of the masks missing', () => {
  it('gives the same weights to the bit, whatever stands in the place of the missing masks', async () => {
    const clean = await trained(0, 8);
    for (const garbage of [1, 1e20, Number.NaN]) expect((await trained(garbage, 8)).weights).toEqual(clean.weights);
  });

  it('leaves the segmentation decoder as it began where there is no mask at all, and trains the rest', async () => {
    const { weights, names } = await trained(0, 0);
    const fresh = amyar2020({ inputShape: [SIZE, SIZE, 1], filters: [2, 4, 4], seed: 1, norm: 'instance' });
    const before = await readWeights(fresh.net);
    fresh.dispose();
    const moved = names.filter((_, i) => weights[i].some((value, k) => value !== before[i][k]));
    expect(moved.filter((name) => name.startsWith('segmentation'))).toEqual([]);
    for (const part of ['encoder/', 'reconstruction/', 'classification/']) {
      expect(moved.some((name) => name.startsWith(part))).toBe(true);
    }
  });
});
