import {
  mean,
  randomNormal,
  reshape,
  square,
  sub,
  type Tensor,
  type Tensor1D,
  tidy,
  train,
} from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { softSharing } from '../../../src/models/index';
import { createTrainer } from '../../../src/train/trainer';
import { useCpu } from '../../support/cpu';
import { behind } from './graph';
import { tinyShared } from './models';

useCpu();

const squares = (yTrue: Tensor, yPred: Tensor) =>
  tidy(() => mean(reshape(square(sub(yPred, yTrue)), [yTrue.shape[0], -1]), 1) as Tensor1D);

/** The sum of squared differences between the two encoders, layer by layer by name. */
function distance({ net }: ReturnType<typeof tinyShared>): number {
  let total = 0;
  for (const layer of net.layers) {
    if (!layer.name.startsWith('encoder/mask/')) continue;
    const other = net.getLayer(layer.name.replace('/mask/', '/grade/')).getWeights();
    for (const [k, weight] of layer.getWeights().entries()) {
      const [a, b] = [weight.dataSync(), other[k].dataSync()];
      for (let i = 0; i < a.length; i++) total += (a[i] - b[i]) ** 2;
    }
  }
  return total;
}

it("adds the encoders' distance to the trainer's loss, and draws an encoder without labels to the other", async () => {
  const model = tinyShared(softSharing({ strength: 0.1 }));
  const trainer = createTrainer(model, { optimizer: train.sgd(0.1), losses: { mask: squares, grade: squares } });
  const batch = {
    x: randomNormal([2, 4, 4, 1], 0, 1, 'float32', 1),
    y: { grade: randomNormal([2, 1], 0, 1, 'float32', 2) },
  };
  const before = distance(model);
  const kernel = () => Array.from(model.net.getLayer('encoder/mask/level1/conv1').getWeights()[0].dataSync());
  const start = kernel();
  const { regularization } = await trainer.step(batch);
  expect(regularization).toBeCloseTo(0.1 * before, 4);
  expect(kernel()).not.toEqual(start);
  for (let i = 0; i < 20; i++) await trainer.step(batch);
  expect(distance(model)).toBeLessThan(0.8 * before);
  batch.x.dispose();
  batch.y.grade.dispose();
  trainer.dispose();
  model.dispose();
});

it('runs only the encoder of the tasks that are asked for', () => {
  const model = tinyShared(softSharing());
  expect(behind(model, 'grade').filter((name) => name.startsWith('encoder/mask/'))).toEqual([]);
  model.dispose();
});

it('refuses options out of range', () => {
  expect(() => softSharing({ strength: Number.NaN })).toThrow('softSharing: strength must lie in [0, ');
  expect(() => softSharing({ distance: 'l1' as 'l2' })).toThrow(
    "softSharing: distance must be one of 'l2', 'trace'; got 'l1'.",
  );
});
