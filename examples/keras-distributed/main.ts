// A model that has outgrown this machine: it and its batches are exported, Keras trains it over several devices, and the weights come
// back. Here both sides make the same first steps, and are compared. Files go to runs/keras-distributed.
import { execFileSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { train } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { useBackend } from 'tfjs-multitask/backends';
import { batches, phantomDataset } from 'tfjs-multitask/data';
import { toKeras } from 'tfjs-multitask/export';
import { MLPHead, UNetDecoder, UNetEncoder } from 'tfjs-multitask/layers';
import { bce, mse, softDice } from 'tfjs-multitask/losses';
import { multitask } from 'tfjs-multitask/models';
import { writeBytes, writeJson } from 'tfjs-multitask/node';
import { createTrainer } from 'tfjs-multitask/train';
import { loadWeights } from 'tfjs-multitask/weights';
import { exampleArguments } from '../support/arguments';
import { batchRecord } from './batch-record';

const OUT = 'runs/keras-distributed';
const LEARNING_RATE = 0.002;
const { tiny, backend } = exampleArguments();
const size = tiny ? 16 : 64;
const steps = tiny ? 2 : 5;

await useBackend(backend);
// Without dropout, whose masks each side draws in its own way.
const build = () =>
  multitask({
    inputShape: [size, size, 1],
    encoder: UNetEncoder({ filters: [4, 8, 16], norm: 'batch' }),
    heads: {
      reconstruction: UNetDecoder({ activation: 'linear', norm: 'batch' }),
      segmentation: UNetDecoder({ norm: 'batch' }),
      classification: MLPHead({ units: [16], dropout: 0 }),
    },
    seed: 1,
  });
const model = build();
// Half of the lesions have no mask: their weight for that task is 0.
const dataset = phantomDataset({ counts: { covid: 8, normal: 8 }, masks: 4, slices: 5, size, seed: 1 });
const source = batches(dataset, { batchSize: 8, shuffle: true, seed: 1 });

await mkdir(OUT, { recursive: true });
await writeBytes(`${OUT}/model.keras`, await toKeras(model));
const trainer = createTrainer(model, {
  losses: { reconstruction: mse(), segmentation: softDice({ smooth: 1e-5 }), classification: bce() },
  optimizer: train.sgd(LEARNING_RATE),
});
const record = batchRecord();
const ours: number[] = [];
for (let epoch = 0; ours.length < steps; epoch++) {
  for await (const batch of source(epoch)) {
    if (ours.length === steps) break;
    await record.add(batch);
    ours.push((await trainer.step(batch)).loss);
  }
}
await writeBytes(`${OUT}/batches.bin`, record.bytes());
await writeJson(`${OUT}/batches.json`, { learningRate: LEARNING_RATE, batches: record.places });
console.log(`The model and ${steps} batches are in ${OUT}.`);

const python = process.env.KERAS_PYTHON;
if (python === undefined) {
  console.log('KERAS_PYTHON=path/to/python, with keras, jax and h5py, trains it there and reads the weights back.');
} else {
  const said = execFileSync(python, ['examples/keras-distributed/train.py', OUT, '--devices', '2'], {
    encoding: 'utf8',
  });
  const theirs: number[] = JSON.parse(said.trim().split('\n').at(-1) as string);
  console.log('step  here        Keras on 2 devices');
  for (const [i, loss] of ours.entries())
    console.log(`${String(i + 1).padEnd(6)}${loss.toFixed(7)}   ${theirs[i].toFixed(7)}`);
  const back = build();
  await loadWeights(back.net, `${OUT}/trained.keras`);
  const values = (net: LayersModel) => net.getWeights().flatMap((weight) => [...weight.dataSync<'float32'>()]);
  const own = values(model.net);
  const largest = (numbers: readonly number[]) => numbers.reduce((most, number) => Math.max(most, Math.abs(number)), 0);
  const loss = largest(ours.map((value, i) => value / theirs[i] - 1));
  const weights = largest(values(back.net).map((value, i) => value - own[i]));
  console.log(
    `Largest difference: of losses ${loss.toExponential(1)} of the loss, of weights ${weights.toExponential(1)}.`,
  );
  if (!(loss < 1e-4 && weights < 1e-4)) throw new Error('Keras did not make the same steps.');
}
