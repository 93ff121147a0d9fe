// A multitask model of one's own: masks of three kinds of lesions and a severity, from one trunk. Radiologists draw masks
// for few scans and note a severity for more, so most samples lack one label or both.
import { train } from '@tensorflow/tfjs-core';
import type { Dataset, NDArray, Row, Sample } from 'tfjs-multitask';
import { useBackend } from 'tfjs-multitask/backends';
import { batches, phantomSlice, split } from 'tfjs-multitask/data';
import { MLPHead, UNetDecoder, UNetEncoder } from 'tfjs-multitask/layers';
import { crossEntropy, mae, softDice, sumOf } from 'tfjs-multitask/losses';
import { dice } from 'tfjs-multitask/metrics';
import { multitask } from 'tfjs-multitask/models';
import { progressBar } from 'tfjs-multitask/node';
import { createTrainer, earlyStopping, fixedWeights } from 'tfjs-multitask/train';
import { exampleArguments } from '../support/arguments';

const { tiny, backend } = exampleArguments();
const SIZE = tiny ? 16 : 64;
const SCANS = tiny ? 24 : 160;
const EPOCHS = tiny ? 1 : 12;
/** Background, ground glass, consolidation, effusion. */
const CLASSES = 4;

type Task = 'lesion' | 'severity';

/** The masks of the lesion types with a channel for the background before them, so that each pixel has exactly one class. */
function withBackground({ data, shape: [height, width, types] }: NDArray): NDArray {
  const classes = new Uint8Array(height * width * CLASSES);
  for (let pixel = 0; pixel < height * width; pixel++) {
    const lesion = data.slice(pixel * types, (pixel + 1) * types).indexOf(1);
    classes[pixel * CLASSES + lesion + 1] = 1;
  }
  return { data: classes, shape: [height, width, CLASSES] };
}

/** Every fourth scan has masks, every second a severity; some have both, some neither. */
const tasksOf = (scan: number): Task[] => [
  ...(scan % 4 === 0 ? (['lesion'] as const) : []),
  ...(scan % 2 === 0 || scan % 5 === 0 ? (['severity'] as const) : []),
];

const rows: Row<Task>[] = Array.from({ length: SCANS }, (_, scan) => ({
  id: `scan ${scan}`,
  tasks: tasksOf(scan),
  group: `patient ${Math.floor(scan / 2)}`,
}));

const dataset: Dataset<Task> = {
  rows,
  async read(scan): Promise<Sample<Task>> {
    const slice = phantomSlice({ seed: 7, patient: Math.floor(scan / 2), slice: scan % 2, kind: 'covid', size: SIZE });
    const known = rows[scan].tasks;
    return {
      x: slice.image,
      y: {
        ...(known.includes('lesion') ? { lesion: withBackground(slice.lesionMasks) } : {}),
        ...(known.includes('severity') ? { severity: { data: Float32Array.of(slice.severity), shape: [1] } } : {}),
      },
    };
  },
};

async function main(): Promise<void> {
  console.log('backend:', await useBackend(backend));
  const parts = split(rows, { fractions: { train: 0.6, validation: 0.2, test: 0.2 }, seed: 1 });
  const trainSet = batches(dataset, { indices: parts.train, batchSize: 4, seed: 1, balance: { lesion: 1 } });
  const validationSet = batches(dataset, { indices: parts.validation, shuffle: false });

  const model = multitask({
    inputShape: [SIZE, SIZE, 1],
    encoder: UNetEncoder({ filters: tiny ? [4, 8] : [8, 16, 32, 64], norm: 'instance' }),
    heads: {
      lesion: UNetDecoder({ channels: CLASSES, skips: 'attention', norm: 'instance', activation: 'softmax' }),
      severity: MLPHead({ filters: 32, units: [32], dropout: 0.2, activation: 'linear' }),
    },
    seed: 1,
  });
  model.net.summary(100);

  const trainer = createTrainer(model, {
    optimizer: train.adam(2e-3),
    losses: { lesion: sumOf([softDice({ includeBackground: false }), crossEntropy()]), severity: mae() },
    weighting: fixedWeights({ severity: 2 }),
    metrics: { lesion: { dice: dice({ classes: CLASSES, includeBackground: false, average: 'none' }) } },
    clipNorm: 1,
  });
  await trainer.fit(trainSet, {
    epochs: EPOCHS,
    validation: validationSet,
    callbacks: [earlyStopping({ monitor: 'validation.loss', patience: 5 }), progressBar()],
  });

  const scores = await trainer.evaluate(batches(dataset, { indices: parts.test, shuffle: false }));
  const [glass, consolidation, effusion] = scores.lesion.dice.map((value) => value.toFixed(3));
  console.log(`Dice: ground glass ${glass}, consolidation ${consolidation}, effusion ${effusion}`);
  console.log(`mean absolute error of the severity: ${scores.severity.loss.toFixed(3)} of the lungs' area`);
  trainer.dispose();
  model.dispose();
}

await main();
