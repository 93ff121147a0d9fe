// Transfer: an encoder learns from unlabelled slices by reconstructing them, then gets a class head. The head is trained
// first, with the encoder frozen; then both, with a smaller learning rate.
import { train } from '@tensorflow/tfjs-core';
import { useBackend } from 'tfjs-multitask/backends';
import { batches, phantomDataset, selectTasks, split } from 'tfjs-multitask/data';
import { bce, mse } from 'tfjs-multitask/losses';
import { auc } from 'tfjs-multitask/metrics';
import { amyar2020, copyWeights } from 'tfjs-multitask/models';
import { progressBar } from 'tfjs-multitask/node';
import { createTrainer } from 'tfjs-multitask/train';
import { exampleArguments } from '../support/arguments';

const { tiny, backend } = exampleArguments();
const [size, filters, epochs] = tiny ? [16, 2, 1] : [64, 8, 6];
const counts = tiny ? { covid: 12, normal: 12 } : { covid: 80, normal: 40, pneumonia: 40 };

async function main(): Promise<void> {
  console.log('backend:', await useBackend(backend));
  const dataset = phantomDataset({ counts, size, seed: 3 });
  const parts = split(dataset.rows, { fractions: { train: 0.7, test: 0.3 }, seed: 1 });
  const shape = [size, size, 1] as const;

  console.log('\n1. Reconstruction without labels');
  // Without skips the picture has to pass through the bottleneck.
  const pretrained = amyar2020({
    inputShape: shape,
    filters,
    tasks: ['reconstruction'],
    norm: 'instance',
    reconstructionSkips: 'none',
    seed: 1,
  });
  const unlabelled = batches(selectTasks(dataset, ['reconstruction']), { indices: parts.train, seed: 1 });
  const first = createTrainer(pretrained, { optimizer: train.adam(1e-3), losses: { reconstruction: mse() } });
  await first.fit(unlabelled, { epochs, callbacks: [progressBar()] });

  const model = amyar2020({ inputShape: shape, filters, tasks: ['classification'], norm: 'instance', seed: 2 });
  copyWeights(pretrained.net, model.net, 'encoder/');
  const labelled = batches(selectTasks(dataset, ['classification']), { indices: parts.train, seed: 2 });
  const testSet = batches(selectTasks(dataset, ['classification']), { indices: parts.test, shuffle: false });
  const trainer = createTrainer(model, {
    optimizer: train.adam(1e-3),
    losses: { classification: bce() },
    metrics: { classification: { auc: auc() } },
  });
  const encoder = model.net.layers.filter(({ name }) => name.startsWith('encoder/'));

  console.log('\n2. The new head, with the encoder frozen');
  for (const layer of encoder) layer.trainable = false;
  await trainer.fit(labelled, { epochs, callbacks: [progressBar()] });
  console.log('AUC on the test slices:', (await trainer.evaluate(testSet)).classification.auc.toFixed(3));

  console.log('\n3. Both');
  for (const layer of encoder) layer.trainable = true;
  trainer.learningRate = 3e-4;
  await trainer.fit(labelled, { epochs, callbacks: [progressBar()] });
  console.log('AUC on the test slices:', (await trainer.evaluate(testSet)).classification.auc.toFixed(3));

  for (const part of [first, trainer]) part.dispose();
  for (const part of [pretrained, model]) part.dispose();
}

await main();
