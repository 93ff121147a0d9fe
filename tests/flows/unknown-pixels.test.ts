import { train } from '@tensorflow/tfjs-core';
import { input, layers, model as layersModel } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { batches, ignoreValue, mapMask } from '../../src/data/index';
import { bce } from '../../src/losses/index';
import { balancedAccuracy } from '../../src/metrics/index';
import { fromLayersModel } from '../../src/models/index';
import { createTrainer } from '../../src/train/index';
import type { Dataset, NDArray, Sample } from '../../src/types';
import { useCpu } from '../support/cpu';

useCpu();

type Task = 'mask' | 'findings';

/** Four pixels of three images, their masks as in files (9: unknown), and two findings of each (-1: unknown). */
const pixels = [
  [1, -2, 0.5, 3],
  [-1, 2, -0.5, 0],
  [0.25, 4, -3, -1],
];
const masks = [
  [0, 9, 255, 255],
  [9, 9, 9, 0],
  [0, 255, 255, 0],
];
const findings = [
  [1, -1],
  [0, 1],
  [-1, -1],
];

const array = (shape: number[], values: readonly number[]): NDArray => ({ data: Float32Array.from(values), shape });

function dataset(marker: number): Dataset<Task> {
  return {
    rows: pixels.map((_, i) => ({ id: `${i}`, tasks: ['mask', 'findings'] })),
    async read(i): Promise<Sample<Task>> {
      const mask = mapMask(
        array(
          [2, 2, 1],
          masks[i].map((value) => (value === 9 ? marker : value)),
        ),
        {
          0: 0,
          255: 1,
          [marker]: 'unknown',
        },
      );
      const known = ignoreValue(array([2], findings[i]), -1);
      return {
        x: array([2, 2, 1], pixels[i]),
        y: { mask: mask.label, findings: known.label },
        weight: {
          ...(mask.weight && { mask: mask.weight }),
          ...(known.weight && { findings: known.weight }),
        },
      };
    },
  };
}

/** The sigmoid of w x for each pixel, and of v times the sum of the pixels for each finding, w = v = 1. */
function trainer() {
  const x = input({ shape: [2, 2, 1] });
  const ones = { useBias: false, kernelInitializer: 'ones', activation: 'sigmoid' } as const;
  const mask = layers.conv2d({ filters: 1, kernelSize: 1, name: 'mask', ...ones }).apply(x);
  const flat = layers.flatten().apply(x);
  const found = layers.dense({ units: 2, name: 'findings', ...ones }).apply(flat);
  const net = layersModel({ inputs: x, outputs: [mask, found] as never });
  const model = fromLayersModel(net, ['mask', 'findings']);
  return {
    model,
    trainer: createTrainer(model, {
      optimizer: train.sgd(1),
      losses: { mask: bce(), findings: bce() },
      metrics: { mask: { balanced: balancedAccuracy() } },
    }),
  };
}

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
/** Each known pixel and its label. */
const knownPixels = pixels.flatMap((row, i) =>
  row.flatMap((x, k) => (masks[i][k] === 9 ? [] : [{ x, y: masks[i][k] / 255 }])),
);

describe('training on labels of which parts are unknown', () => {
  it('takes the mean over the known pixels of the batch, and steps down its slope', async () => {
    const { model, trainer: own } = trainer();
    for await (const batch of batches(dataset(9), { batchSize: 3, shuffle: false })(0)) {
      const { losses, amounts } = await own.step(batch);
      const costs = knownPixels.map(({ x, y }) => -Math.log(y === 1 ? sigmoid(x) : 1 - sigmoid(x)));
      expect(losses.mask).toBeCloseTo(sum(costs) / 8, 5);
      expect(amounts.mask).toBeCloseTo(8 / 4, 6); // 8 of 12 pixels: 0.75 + 0.25 + 1 samples
      const z = pixels.map(sum);
      const known = [-Math.log(sigmoid(z[0])), -Math.log(1 - sigmoid(z[1])), -Math.log(sigmoid(z[1]))];
      expect(losses.findings).toBeCloseTo(sum(known) / 3, 5);
    }
    const slope = sum(knownPixels.map(({ x, y }) => (sigmoid(x) - y) * x)) / 8;
    expect((await model.net.getLayer('mask').getWeights()[0].data())[0]).toBeCloseTo(1 - slope, 5);
    own.dispose();
    model.dispose();
  });

  it('scores the known pixels alone', async () => {
    const { model, trainer: own } = trainer();
    const scores = await own.evaluate(batches(dataset(9), { batchSize: 2, shuffle: false }));
    const right = (y: number) => {
      const some = knownPixels.filter((pixel) => pixel.y === y);
      return some.filter(({ x }) => (sigmoid(x) >= 0.5 ? 1 : 0) === y).length / some.length;
    };
    expect(scores.mask.balanced).toBeCloseTo((right(0) + right(1)) / 2, 6);
    own.dispose();
    model.dispose();
  });

  it('is the same whatever value marks a pixel as unknown', async () => {
    const weightsFor = async (marker: number): Promise<Float32Array> => {
      const { model, trainer: own } = trainer();
      await own.fit(batches(dataset(marker), { batchSize: 2, seed: 3 }), { epochs: 2 });
      const weights = (await model.net.getLayer('mask').getWeights()[0].data<'float32'>()).slice();
      own.dispose();
      model.dispose();
      return weights;
    };
    expect(await weightsFor(77)).toEqual(await weightsFor(9));
  });
});
