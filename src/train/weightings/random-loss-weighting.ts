import { tidy } from '@tensorflow/tfjs-core';
import { checkInteger } from '../../internal/check';
import { checkOptions } from '../../internal/check-options';
import { random } from '../../internal/random';
import type { AnyTask, Weighting } from '../../types';
import { softmax } from './softmax';
import { weightedLoss } from './tasks';

/** Options of {@link randomLossWeighting}. */
export interface RandomLossWeightingOptions {
  /** The weights of a step are a function of this, the step and the task's name. Default: 0. */
  readonly seed?: number | undefined;
}

/**
 * Draws new weights at every step: w = softmax(z), z_k standard normal, over the tasks that the batch has labels for.
 *
 * A baseline that is hard to beat. Where a model is scored the weights are all equal.
 *
 * Losses L `[K]`, a scalar of each task that has labels -> one scalar.
 *
 * Source: Lin et al., "Reasonable effectiveness of random weighting: a litmus test for multi-task learning", 2022,
 * arXiv:2111.10603.
 *
 * @throws {RangeError} for a seed that is not an integer of at least 0.
 * @example
 * ```ts
 * import { train } from '@tensorflow/tfjs-core';
 * import { bce, softDice } from 'tfjs-multitask/losses';
 * import { amyar2020 } from 'tfjs-multitask/paper';
 * import { createTrainer, randomLossWeighting } from 'tfjs-multitask/train';
 *
 * const model = amyar2020({ inputShape: [32, 32, 1], filters: 4, tasks: ['segmentation', 'classification'] });
 * const trainer = createTrainer(model, {
 *   optimizer: train.adam(1e-4),
 *   losses: { segmentation: softDice(), classification: bce() },
 *   weighting: randomLossWeighting({ seed: 1 }),
 * });
 * ```
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
