import { type Optimizer, train } from '@tensorflow/tfjs-core';
import type { Random } from 'tfjs-multitask/data';
import {
  dynamicWeightAverage,
  equalWeights,
  famo,
  gradDrop,
  gradNorm,
  gradVac,
  imtlL,
  nashMtl,
  randomLossWeighting,
  type TrainerOptions,
  uncertainty,
} from 'tfjs-multitask/train';

export type Task = 'level' | 'sign';

type Joint = Pick<TrainerOptions<Task, never>, 'weighting' | 'aggregator'>;

const OPTIMIZERS: Record<string, () => Optimizer> = {
  adam: () => train.adam(0.02),
  sgd: () => train.sgd(0.05),
  momentum: () => train.momentum(0.02, 0.9),
  rmsprop: () => train.rmsprop(0.01),
  adamax: () => train.adamax(0.02),
};

/** Ways of joining the tasks, most of which remember something from step to step. */
const JOINTS: Record<string, () => Joint> = {
  sum: () => ({}),
  equalWeights: () => ({ weighting: equalWeights<Task>() }),
  uncertainty: () => ({ weighting: uncertainty<Task>({ level: 'regression', sign: 'classification' }) }),
  dynamicWeightAverage: () => ({ weighting: dynamicWeightAverage<Task>() }),
  randomLossWeighting: () => ({ weighting: randomLossWeighting<Task>() }),
  famo: () => ({ weighting: famo<Task>() }),
  imtlL: () => ({ weighting: imtlL<Task>(['level', 'sign']) }),
  gradVac: () => ({ aggregator: gradVac<Task>() }),
  gradNorm: () => ({ aggregator: gradNorm<Task>() }),
  gradDrop: () => ({ aggregator: gradDrop<Task>() }),
  nashMtl: () => ({ aggregator: nashMtl<Task>() }),
};

/** How a tiny model is trained. */
export interface Setup {
  readonly optimizer: string;
  readonly joint: string;
  readonly accumulate: number;
  readonly averageDecay: number | null;
  /** When checkpoints are written; 0: for no number of them. */
  readonly every: { readonly epochs: number; readonly steps: number };
  readonly keep: number;
  /** Epochs without progress until it stops; 0: never. */
  readonly patience: number;
  readonly schedule: 'none' | 'cosine' | 'plateau';
  /** Batches that are read ahead. */
  readonly prefetch: number;
}

export function drawSetup(random: Random): Setup {
  const oneOf = <V>(values: readonly V[]): V => values[random.integer(values.length)];
  const joint = oneOf(Object.keys(JOINTS));
  // A second forward pass, or gradients by task, belong to one batch each.
  const together = JOINTS[joint]().aggregator === undefined && joint !== 'famo';
  return {
    optimizer: oneOf(Object.keys(OPTIMIZERS)),
    joint,
    accumulate: together ? oneOf([1, 1, 2, 3]) : 1,
    averageDecay: oneOf([null, 0.9]),
    every: oneOf([
      { epochs: 1, steps: 0 },
      { epochs: 0, steps: 1 },
      { epochs: 2, steps: 3 },
      { epochs: 100, steps: 0 },
    ]),
    keep: oneOf([1, 2, 3]),
    patience: oneOf([0, 0, 1]),
    schedule: oneOf(['none', 'cosine', 'plateau']),
    prefetch: oneOf([0, 1, 2]),
  };
}

export const makeOptimizer = ({ optimizer }: Setup): Optimizer => OPTIMIZERS[optimizer]();

export const makeJoint = ({ joint }: Setup): Joint => JOINTS[joint]();
