import { tidy } from '@tensorflow/tfjs-core';
import { checkInteger } from '../../internal/check';
import { checkOptions } from '../../internal/check-options';
import { random } from '../../internal/random';
import type { AnyTask, Weighting } from '../../types';
import { softmax } from './softmax';
import { weightedLoss } from './tasks';

export interface RandomLossWeightingOptions {
  /** The weights of a step are a function of this, the step and the task's name. Default: 0. */
  readonly seed?: number | undefined;
}

/**
 * Draws new weights at every step: w = softmax(z), z_k standard normal, over the tasks that the batch has labels
 * for. A baseline that is hard to beat. Where a model is scored the weights are all equal.
 *
 * Source: Lin et al., "Reasonable effectiveness of random weighting: a litmus test for multi-task learning", 2022,
 * arXiv:2111.10603.
 *
 * @throws RangeError for a seed that is not an integer of at least 0.
 * @example
 * createTrainer(model, { optimizer, losses, weighting: randomLossWeighting({ seed: 1 }) });
 */
export function randomLossWeighting<T extends string = AnyTask>(
  options: RandomLossWeightingOptions = {},
): Weighting<T> {
  checkOptions(options, ['seed'], 'randomLossWeighting');
  const { seed = 0 } = options;
  checkInteger(seed, 0, 'randomLossWeighting: seed');
  return {
    name: 'randomLossWeighting',
    combine(losses, { step, training }) {
      const tasks = Object.keys(losses);
      const draws = tasks.map((task) => (training ? random(seed, 'randomLossWeighting', step, task).normal() : 0));
      const shares = softmax(draws);
      return tidy(() => weightedLoss(losses, (task) => shares[tasks.indexOf(task)]));
    },
  };
}
