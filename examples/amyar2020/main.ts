// The paper's model, which reconstructs a chest CT slice, segments COVID-19 lesions and classifies COVID-19 on one trunk,
// and its two baselines: a U-Net that segments and a CNN that classifies. Amyar, Modzelewski, Ruan, 2020,
// doi:10.1101/2020.04.16.20064709. The models go to runs/amyar2020, where `npm run predict` finds them.
import { train } from '@tensorflow/tfjs-core';
import { useBackend } from 'tfjs-multitask/backends';
import { bce, mse, softDice } from 'tfjs-multitask/losses';
import { auc, dicePerImage, interval, sensitivity, specificity } from 'tfjs-multitask/metrics';
import { amyar2020, cnn8, unet } from 'tfjs-multitask/models';
import { fileSystem } from 'tfjs-multitask/node';
import { createTrainer } from 'tfjs-multitask/train';
import { exampleArguments } from '../support/arguments';
import { openImages } from './data';
import { type Setting, trainAndScore } from './train';

const { tiny, backend, data } = exampleArguments();
/** The paper: 256 or 512 pixels, 64 filters, up to 500 epochs (the CNN 1500), Adam with 1e-4, no norm. */
const [size, filters, phantoms] = tiny ? [16, 2, 48] : [64, 8, 320];
const setting: Setting = { epochs: tiny ? 1 : 12, batchSize: 4 };

const segmentation = { dice: interval(dicePerImage(), { resamples: 500 }) };
const classification = {
  auc: interval(auc(), { resamples: 500 }),
  sensitivity: interval(sensitivity(), { resamples: 500 }),
  specificity: interval(specificity(), { resamples: 500 }),
};

/** 'dice 74.7 (70.0-78.5)', in per cent with 95 % intervals over the slices. */
function describe(scores: Readonly<Record<string, unknown>>): string {
  const percent = (value: number): string => (100 * value).toFixed(1);
  return Object.entries(scores as Record<string, { value: number; low: number; high: number }>)
    .filter(([name]) => name !== 'loss')
    .map(([name, { value, low, high }]) => `${name} ${percent(value)} (${percent(low)}-${percent(high)})`)
    .join(', ');
}

async function main(): Promise<void> {
  console.log('backend:', await useBackend(backend));
  const images = await openImages(data, size, phantoms);
  const inputShape = [size, size, 1] as const;

  console.log('\nThree tasks on one trunk');
  const three = amyar2020({ inputShape, filters, norm: 'batch', seed: 1 });
  const threeTrainer = createTrainer(three, {
    optimizer: train.adam(1e-3),
    losses: { reconstruction: mse(), segmentation: softDice(), classification: bce() },
    metrics: { segmentation, classification },
  });
  const scores = await trainAndScore(threeTrainer, images, setting);

  console.log('\nSegmentation alone');
  const segmenter = unet({ inputShape, filters, norm: 'batch', seed: 1 });
  const segmenterTrainer = createTrainer(segmenter, {
    optimizer: train.adam(1e-3),
    losses: { segmentation: softDice() },
    metrics: { segmentation },
  });
  const masks = await trainAndScore(segmenterTrainer, images, setting);

  console.log('\nClassification alone');
  const classifier = cnn8({ inputShape, seed: 1 });
  const classifierTrainer = createTrainer(classifier, {
    optimizer: train.adam(1e-3),
    losses: { classification: bce() },
    metrics: { classification },
  });
  const classes = await trainAndScore(classifierTrainer, images, setting);

  console.log(`\nOn ${images.parts.test.length} test slices, in per cent with 95 % intervals:`);
  console.log(`three tasks:          ${describe(scores.segmentation)}, ${describe(scores.classification)}`);
  console.log(`segmentation alone:   ${describe(masks.segmentation)}`);
  console.log(`classification alone: ${describe(classes.classification)}`);
  console.log(`error of the reconstruction: ${scores.reconstruction.loss.toFixed(4)}`);

  for (const [name, { net }] of Object.entries({ amyar2020: three, unet: segmenter, cnn8: classifier })) {
    await net.save(fileSystem(`runs/amyar2020/${name}`));
    net.dispose();
  }
}

await main();
