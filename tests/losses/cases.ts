import { type Rank, type ShapeMap, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { random } from '../../src/internal/random';
import {
  bce,
  binaryFocal,
  categoricalFocal,
  crossEntropy,
  focalTversky,
  generalizedDice,
  huber,
  type IgnoreOptions,
  jaccard,
  klDivergence,
  lovaszHinge,
  lovaszSoftmax,
  mae,
  marginLoss,
  mse,
  ordinal,
  pinball,
  softDice,
  sumOf,
  tversky,
} from '../../src/losses/index';
import type { Loss } from '../../src/types';
import * as o from './oracle';

/** A loss with its oracle; `exclusive`: the last axis holds exclusive classes, and there must be several. */
export interface Case {
  readonly name: string;
  readonly loss: Loss;
  /** The same loss with further options. */
  readonly make: (options: IgnoreOptions) => Loss;
  readonly oracle: o.Oracle;
  readonly logits?: boolean;
  readonly exclusive?: boolean;
  readonly severalClasses?: boolean;
  /** Its elements are rows of the last axis, which are known or unknown together. */
  readonly pixels?: boolean;
}

const noSmoothing = { numerator: 0, denominator: 1e-7 };
const fromLogits = true;

const made: readonly Omit<Case, 'loss'>[] = [
  { name: 'mse()', make: (more) => mse(more), oracle: o.mseOracle },
  { name: 'mae()', make: (more) => mae(more), oracle: o.maeOracle },
  { name: 'huber()', make: (more) => huber(more), oracle: o.huberOracle(1) },
  { name: 'huber, small delta', make: (more) => huber({ delta: 0.3, ...more }), oracle: o.huberOracle(0.3) },
  { name: 'pinball()', make: (more) => pinball(more), oracle: o.pinballOracle([0.5, 0.5, 0.5]) },
  {
    name: 'pinball, three quantiles',
    make: (more) => pinball({ quantile: [0.1, 0.5, 1], ...more }),
    oracle: o.pinballOracle([0.1, 0.5, 1]),
    severalClasses: true,
  },
  { name: 'klDivergence()', make: (more) => klDivergence(more), oracle: o.crossEntropyOracle(), exclusive: true },
  {
    name: 'klDivergence of logits',
    make: (more) => klDivergence({ fromLogits, ...more }),
    oracle: o.crossEntropyOracle({ fromLogits }),
    logits: true,
    exclusive: true,
  },
  { name: 'marginLoss()', make: (more) => marginLoss(more), oracle: o.marginOracle(0.9, 0.1, 0.5), pixels: true },
  {
    name: 'marginLoss, other margins',
    make: (more) => marginLoss({ present: 0.7, absent: 0.3, absentWeight: 2, ...more }),
    oracle: o.marginOracle(0.7, 0.3, 2),
    pixels: true,
  },
  { name: 'ordinal()', make: (more) => ordinal(more), oracle: o.ordinalOracle(), pixels: true },
  {
    name: 'ordinal of logits, weighted',
    make: (more) => ordinal({ importanceWeights: [2, 0.5, 1], fromLogits, ...more }),
    oracle: o.ordinalOracle({ weights: [2, 0.5, 1], fromLogits }),
    logits: true,
    severalClasses: true,
    pixels: true,
  },
  { name: 'bce()', make: (more) => bce(more), oracle: o.bceOracle() },
  {
    name: 'bce, smoothed',
    make: (more) => bce({ labelSmoothing: 0.1, ...more }),
    oracle: o.bceOracle({ labelSmoothing: 0.1 }),
  },
  {
    name: 'bce of logits, smoothed',
    make: (more) => bce({ labelSmoothing: 0.1, fromLogits, ...more }),
    oracle: o.bceOracle({ labelSmoothing: 0.1, fromLogits }),
    logits: true,
  },
  {
    name: 'bce, positives weighted',
    make: (more) => bce({ posWeight: [1, 0.5, 4], labelSmoothing: 0.1, ...more }),
    oracle: o.bceOracle({ posWeight: [1, 0.5, 4], labelSmoothing: 0.1 }),
    severalClasses: true,
  },
  {
    name: 'bce of logits, positives weighted',
    make: (more) => bce({ posWeight: 3, fromLogits, ...more }),
    oracle: o.bceOracle({ posWeight: [3, 3, 3], fromLogits }),
    logits: true,
  },
  {
    name: 'crossEntropy, smoothed, classes weighted',
    make: (more) => crossEntropy({ labelSmoothing: 0.1, classWeights: [1, 0.5, 4], ...more }),
    oracle: o.crossEntropyOracle({ labelSmoothing: 0.1, classWeights: [1, 0.5, 4] }),
    exclusive: true,
  },
  { name: 'crossEntropy()', make: (more) => crossEntropy(more), oracle: o.crossEntropyOracle(), exclusive: true },
  {
    name: 'crossEntropy, smoothed',
    make: (more) => crossEntropy({ labelSmoothing: 0.1, ...more }),
    oracle: o.crossEntropyOracle({ labelSmoothing: 0.1 }),
    exclusive: true,
  },
  {
    name: 'crossEntropy of logits',
    make: (more) => crossEntropy({ fromLogits, ...more }),
    oracle: o.crossEntropyOracle({ fromLogits }),
    logits: true,
    exclusive: true,
  },
  { name: 'binaryFocal()', make: (more) => binaryFocal(more), oracle: o.binaryFocalOracle({ alpha: 0.25 }) },
  {
    name: 'binaryFocal, gamma below 1',
    make: (more) => binaryFocal({ alpha: null, gamma: 0.5, ...more }),
    oracle: o.binaryFocalOracle({ gamma: 0.5 }),
  },
  {
    name: 'binaryFocal of logits',
    make: (more) => binaryFocal({ fromLogits, ...more }),
    oracle: o.binaryFocalOracle({ alpha: 0.25, fromLogits }),
    logits: true,
  },
  {
    name: 'binaryFocal of logits, gamma below 1',
    make: (more) => binaryFocal({ gamma: 0.5, fromLogits, ...more }),
    oracle: o.binaryFocalOracle({ alpha: 0.25, gamma: 0.5, fromLogits }),
    logits: true,
  },
  {
    name: 'binaryFocal, classes weighted',
    make: (more) => binaryFocal({ classWeights: [1, 0.5, 4], ...more }),
    oracle: o.binaryFocalOracle({ alpha: 0.25, classWeights: [1, 0.5, 4] }),
    severalClasses: true,
  },
  {
    name: 'categoricalFocal()',
    make: (more) => categoricalFocal(more),
    oracle: o.categoricalFocalOracle(),
    exclusive: true,
  },
  {
    name: 'categoricalFocal of logits, gamma below 1',
    make: (more) => categoricalFocal({ alpha: [0.2, 0.5, 0.3], gamma: 0.5, fromLogits, ...more }),
    oracle: o.categoricalFocalOracle({ alpha: [0.2, 0.5, 0.3], gamma: 0.5, fromLogits }),
    logits: true,
    exclusive: true,
  },
  { name: 'softDice()', make: (more) => softDice(more), oracle: o.diceOracle() },
  {
    name: 'softDice, squared',
    make: (more) => softDice({ squared: true, ...more }),
    oracle: o.diceOracle({ power: 2 }),
  },
  {
    name: 'softDice, no smoothing, foreground, sum',
    make: (more) => softDice({ smooth: noSmoothing, includeBackground: false, average: 'sum', ...more }),
    oracle: o.diceOracle({ ...noSmoothing, includeBackground: false, average: 'sum' }),
    severalClasses: true,
  },
  {
    name: 'softDice, micro, absent: zero',
    make: (more) => softDice({ average: 'micro', absent: 'zero', ...more }),
    oracle: o.diceOracle({ average: 'micro', absent: 'zero' }),
  },
  {
    name: 'softDice, absent: zero',
    make: (more) => softDice({ absent: 'zero', ...more }),
    oracle: o.diceOracle({ absent: 'zero' }),
  },
  {
    name: 'softDice, absent: skip',
    make: (more) => softDice({ absent: 'skip', ...more }),
    oracle: o.diceOracle({ absent: 'skip' }),
  },
  {
    name: 'softDice, class weights, absent: skip',
    make: (more) => softDice({ classWeights: [0.5, 2, 3], absent: 'skip', ...more }),
    oracle: o.diceOracle({ classWeights: [0.5, 2, 3], absent: 'skip' }),
    severalClasses: true,
  },
  {
    name: 'softDice, class weights of the foreground',
    make: (more) => softDice({ classWeights: [2, 0], includeBackground: false, ...more }),
    oracle: o.diceOracle({ classWeights: [2, 0], includeBackground: false }),
    severalClasses: true,
  },
  { name: 'generalizedDice()', make: (more) => generalizedDice(more), oracle: o.generalizedDiceOracle() },
  {
    name: 'generalizedDice, simple, foreground',
    make: (more) => generalizedDice({ weightType: 'simple', includeBackground: false, smooth: 0.1, ...more }),
    oracle: o.generalizedDiceOracle({ weightType: 'simple', includeBackground: false, smooth: 0.1 }),
    severalClasses: true,
  },
  {
    name: 'generalizedDice, uniform',
    make: (more) => generalizedDice({ weightType: 'uniform', ...more }),
    oracle: o.generalizedDiceOracle({ weightType: 'uniform' }),
  },
  { name: 'tversky()', make: (more) => tversky(more), oracle: o.tverskyOracle() },
  {
    name: 'tversky, no smoothing',
    make: (more) => tversky({ alpha: 1.5, beta: 0, smooth: noSmoothing, ...more }),
    oracle: o.tverskyOracle({ alpha: 1.5, beta: 0, ...noSmoothing }),
  },
  { name: 'focalTversky()', make: (more) => focalTversky(more), oracle: o.tverskyOracle({ exponent: 0.75 }) },
  {
    name: 'focalTversky, gamma below 1, sum',
    make: (more) => focalTversky({ gamma: 0.5, average: 'sum', ...more }),
    oracle: o.tverskyOracle({ exponent: 2, average: 'sum' }),
  },
  { name: 'jaccard()', make: (more) => jaccard(more), oracle: o.tverskyOracle({ alpha: 1, beta: 1 }) },
  { name: 'lovaszHinge()', make: (more) => lovaszHinge(more), oracle: o.lovaszHingeOracle() },
  {
    name: 'lovaszHinge of logits',
    make: (more) => lovaszHinge({ fromLogits, ...more }),
    oracle: o.lovaszHingeOracle({ fromLogits }),
    logits: true,
  },
  { name: 'lovaszSoftmax()', make: (more) => lovaszSoftmax(more), oracle: o.lovaszSoftmaxOracle, exclusive: true },
  {
    name: 'sumOf softDice and bce',
    make: (more) => sumOf([softDice(more), bce(more)], { weights: [0.5, 2] }),
    oracle: (y, p, classes) => 0.5 * o.diceOracle()(y, p, classes) + 2 * o.bceOracle()(y, p, classes),
  },
];

export const cases: readonly Case[] = made.map((c) => ({ ...c, loss: c.make({}) }));

/** Labels and predictions as plain numbers, to make tensors of and to hand to an oracle. */
export interface Inputs {
  readonly shape: readonly number[];
  readonly yTrue: number[];
  readonly yPred: number[];
}

const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** Classes in the last axis; a tensor of rank 1 has one. */
const classesOf = (shape: readonly number[]) => (shape.length > 1 ? shape[shape.length - 1] : 1);

/** Random inputs that suit the case: hard labels, one-hot where classes exclude each other. */
export function randomInputs({ logits = false, exclusive = false }: Case, shape: readonly number[], seed = 1): Inputs {
  const r = random(seed, 'losses');
  const size = sizeOf(shape);
  const classes = classesOf(shape);
  const yTrue = Array.from({ length: size }, () => r.integer(2));
  let yPred = Array.from({ length: size }, () => Math.fround(logits ? r.normal(0, 2) : r.uniform(0.05, 0.95)));
  if (exclusive) {
    for (let i = 0; i < size; i += classes) {
      const label = r.integer(classes);
      for (let c = 0; c < classes; c++) yTrue[i + c] = Number(c === label);
      if (logits) continue;
      const sum = yPred.slice(i, i + classes).reduce((a, b) => a + b, 0);
      yPred = yPred.map((p, j) => (j >= i && j < i + classes ? Math.fround(p / sum) : p));
    }
  }
  return { shape, yTrue, yPred };
}

/** Predictions that are exactly right and exactly wrong, the last sample's target empty, the first's full. */
export function extremeInputs({ logits = false, exclusive = false }: Case, shape: readonly number[]): Inputs {
  const size = sizeOf(shape);
  const classes = classesOf(shape);
  const sample = size / shape[0];
  const yTrue = Array.from({ length: size }, (_, i) => {
    if (exclusive) return Number(i % classes === 0);
    return Number(i < sample || (i < size - sample && i % 3 === 0));
  });
  const [low, high] = logits ? [-100, 100] : [0, 1];
  return { shape, yTrue, yPred: Array.from({ length: size }, (_, i) => ((i * 7) % 5 < 2 ? high : low)) };
}

export function toTensor(values: readonly number[], shape: readonly number[]): Tensor {
  return tensor([...values], shape as ShapeMap[Rank]);
}

/** The oracle, sample by sample. */
export function expected(oracle: o.Oracle, { shape, yTrue, yPred }: Inputs): number[] {
  const size = sizeOf(shape) / shape[0];
  return Array.from({ length: shape[0] }, (_, i) => {
    const part = (values: number[]) => values.slice(i * size, (i + 1) * size);
    return oracle(part(yTrue), part(yPred), classesOf(shape));
  });
}

/** The gradient of the oracle's losses, summed over the batch, by central differences in float64. */
export function expectedGradient(oracle: o.Oracle, inputs: Inputs, step = 1e-5): number[] {
  return inputs.yPred.map((_, i) => {
    const total = (shift: number) => {
      const yPred = inputs.yPred.map((p, j) => (j === i ? p + shift : p));
      return expected(oracle, { ...inputs, yPred }).reduce((a, b) => a + b, 0);
    };
    return (total(step) - total(-step)) / (2 * step);
  });
}
