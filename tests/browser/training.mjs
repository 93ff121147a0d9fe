// The training that Node and browsers must agree on: no backend is chosen here.
import { train } from '@tensorflow/tfjs-core';
import { batches, phantomDataset } from 'tfjs-multitask/data';
import { bce, mse, softDice } from 'tfjs-multitask/losses';
import { amyar2020 } from 'tfjs-multitask/models';
import { createTrainer } from 'tfjs-multitask/train';

/** Eight drawn slices, two of them with a mask, as one batch an epoch. */
export const source = () => {
  const dataset = phantomDataset({ counts: { covid: 4, normal: 4 }, masks: 2, size: 16, seed: 1 });
  return batches(dataset, { batchSize: 8, seed: 1 });
};

/** Trains the three-task model; gives each step's total loss and each task's. */
export async function trainSteps(steps) {
  const model = amyar2020({ inputShape: [16, 16, 1], filters: [4, 8, 8], seed: 1 });
  const losses = { reconstruction: mse(), segmentation: softDice(), classification: bce() };
  // Adam's epsilon is given, as its default is the backend's, which webgl takes for one of half precision.
  const trainer = createTrainer(model, { optimizer: train.adam(1e-3, 0.9, 0.999, 1e-7), losses });
  const { epochs } = await trainer.fit(source(), { epochs: steps });
  trainer.dispose();
  const series = epochs.map(({ train: seen }) => [seen.loss, ...model.tasks.map((task) => seen[task].loss)]);
  return { model, losses: series };
}
