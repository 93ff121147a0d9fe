import {
  mean,
  memory,
  randomNormal,
  reshape,
  square,
  sub,
  type Tensor,
  type Tensor1D,
  tidy,
  train,
} from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { softSharing } from '../../../src/models/index';
import { upGrad } from '../../../src/train/aggregators/up-grad';
import { createTrainer } from '../../../src/train/trainer';
import type { Batch } from '../../../src/types';
import { useCpu } from '../../support/cpu';
import { tinyShared } from './models';
import { WAYS } from './ways';

// What every way of sharing must do in training, whatever it computes.

useCpu();

const image = () => randomNormal([2, 4, 4, 1], 0, 1, 'float32', 11);
const weights = (net: LayersModel) =>
  new Map(net.weights.map((w) => [w.originalName, Array.from(w.read().dataSync())]));
const squares = (yTrue: Tensor, yPred: Tensor) =>
  tidy(() => mean(reshape(square(sub(yPred, yTrue)), [yTrue.shape[0], -1]), 1) as Tensor1D);
const labels = () => ({
  mask: randomNormal([2, 4, 4, 1], 0, 1, 'float32', 12),
  grade: randomNormal([2, 1], 0, 1, 'float32', 13),
});
const losses = { mask: squares, grade: squares };

describe.each(Object.entries(WAYS))('%s', (_, { sharing }) => {
  it('trains on batches that lack the labels of a task', async () => {
    const model = tinyShared(sharing);
    const trainer = createTrainer(model, { optimizer: train.sgd(0.01), losses });
    const x = image();
    const y = labels();
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
});

const together = Object.entries(WAYS).filter(([name]) => !name.startsWith('softSharing'));

describe.each(together)('%s', (_, { sharing }) => {
  it.each(['parameters', 'representation'] as const)(
    'has its gradients joined by an aggregator, at the %s',
    async (at) => {
      const model = tinyShared(sharing);
      const trainer = createTrainer(model, {
        optimizer: train.sgd(0.01),
        losses,
        aggregator: upGrad(),
        gradientsAt: at,
      });
      const batch = { x: image(), y: labels() };
      const before = [memory().numTensors, weights(model.net)] as const;
      expect((await trainer.step(batch)).updated).toBe(true);
      expect(memory().numTensors).toBe(before[0]);
      const after = weights(model.net);
      for (const part of [/^encoder.*conv/, /^mask/, /^grade/]) {
        const names = [...after.keys()].filter((name) => part.test(name));
        expect(names.some((name) => after.get(name)!.join() !== before[1].get(name)!.join())).toBe(true);
      }
      for (const tensor of [batch.x, batch.y.mask, batch.y.grade]) tensor.dispose();
      trainer.dispose();
      model.dispose();
    },
  );
});

it('an aggregator says that softly shared encoders have no parameters in common', () => {
  const model = tinyShared(softSharing());
  expect(() => createTrainer(model, { optimizer: train.sgd(0.01), losses, aggregator: upGrad() })).toThrow(
    "this model's tasks share none",
  );
  model.dispose();
});
