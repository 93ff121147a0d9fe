import { clone, dispose, keep, type Optimizer, SGDOptimizer, type Tensor, train } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../src/backends';
import { batches, phantomDataset } from '../../src/data';
import { bce, mse, softDice } from '../../src/losses';
import { amyar2020 } from '../../src/models';
import { createTrainer } from '../../src/train';
import { name, numbersOf, useNamedBackend, worstError } from './backend';

// From eight channels on, simd and TensorFlow convolve by Winograd's method, which rounds otherwise than sums of products do.

/** A patch of a convolution sees nothing but background only in images that are not too small. */
const SIZE = { gradients: 32, curve: 16 };
const STEPS = 4;

/** Of a weight's gradient at the first step, relative to the largest number in it. */
const GRADIENT_ROUNDING = 5e-5;
/** Of losses, relative to values above 1: at the first step and over all. */
const ROUNDING_AT_FIRST = 1e-5;
const ROUNDING = 1e-4;

/** Keeps the gradients of the first step that it is to make, and makes none. */
class Watching extends SGDOptimizer {
  readonly gradients: Tensor[] = [];

  constructor() {
    super(0);
  }

  override applyGradients(gradients: Parameters<SGDOptimizer['applyGradients']>[0]): void {
    const tensors = Array.isArray(gradients) ? gradients.map(({ tensor }) => tensor) : Object.values(gradients);
    this.gradients.push(...tensors.map((tensor) => keep(clone(tensor))));
  }
}

/**
 * Trains on drawn slices. Their background is black and biases begin at 0, so that convolutions give exactly 0 there, where
 * ReLU lets no gradient through: a rounding error of whatever size would let it.
 */
async function trainOn(size: number, optimizer: Optimizer, steps: number): Promise<number[][]> {
  const dataset = phantomDataset({ counts: { covid: 8, normal: 8 }, masks: 4, size, seed: 1 });
  const model = amyar2020({ inputShape: [size, size, 1], filters: [8, 8], seed: 1 });
  const trainer = createTrainer(model, {
    optimizer,
    losses: { reconstruction: mse(), segmentation: softDice(), classification: bce() },
  });
  const losses: number[][] = [];
  for await (const batch of batches(dataset, { batchSize: 2, seed: 1, balance: { segmentation: 1 } })(0)) {
    if (losses.length === steps) continue; // so that its tensors are disposed
    const { loss, losses: each } = await trainer.step(batch);
    losses.push([loss, ...Object.values(each)]);
  }
  trainer.dispose();
  model.dispose();
  return losses;
}

async function firstGradients(): Promise<number[][]> {
  const watching = new Watching();
  await trainOn(SIZE.gradients, watching, 1);
  const numbers = await Promise.all(watching.gradients.map((gradient) => numbersOf([gradient])));
  dispose(watching.gradients);
  return numbers;
}

/** What `compute` gives on the backend and on cpu, which sums in double precision. */
async function onBoth<R>(compute: () => Promise<R>): Promise<{ found: R; expected: R }> {
  await useNamedBackend();
  const found = await compute();
  await useBackend('cpu');
  const expected = await compute();
  await useNamedBackend();
  return { found, expected };
}

const largest = (numbers: readonly number[]) => numbers.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

beforeAll(useNamedBackend);

describe(`convolutions of eight channels on ${name}`, () => {
  it(`give each weight the cpu backend's gradient within ${GRADIENT_ROUNDING} of its largest number`, async () => {
    const { found, expected } = await onBoth(firstGradients);
    expect(expected.length).toBeGreaterThan(30);
    expect(found.map((gradient) => gradient.length)).toEqual(expected.map((gradient) => gradient.length));
    const errors = expected.map(
      (gradient, i) => largest(gradient.map((value, k) => value - found[i][k])) / largest(gradient),
    );
    expect(Math.max(...errors)).toBeLessThan(GRADIENT_ROUNDING);
  });

  it(`follow its loss curve for ${STEPS} steps within ${ROUNDING}`, async () => {
    const { found, expected } = await onBoth(() => trainOn(SIZE.curve, train.adam(1e-3, 0.9, 0.999, 1e-7), STEPS));
    expect(expected).toHaveLength(STEPS);
    expect(worstError(found[0], expected[0])).toBeLessThan(ROUNDING_AT_FIRST);
    expect(worstError(found.flat(), expected.flat())).toBeLessThan(ROUNDING);
  });
});
