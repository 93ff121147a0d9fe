import { checkRange } from '../../internal/check';
import { checkOptions } from '../../internal/check-options';
import type { Aggregator, AnyTask } from '../../types';
import { defineAggregator } from './define-aggregator';
import { type DualConeOptions, projectOntoDualCone } from './dual-cone';
import { readPreference } from './preference';

/**
 * DualProj: the mean gradient, projected onto the dual cone of the tasks' gradients: w = argmin v'Gv over v >= p / K.
 *
 * To first order no task's loss rises. Where no task conflicts with the mean, it is the mean. Source: Lopez-Paz,
 * Ranzato, "Gradient episodic memory for continual learning", 2017, arXiv:1706.08840, equation 11.
 *
 * Gramian G `[K, K]` -> weights w `[K]`, for the K tasks that have labels.
 *
 * @throws {RangeError} for a preference that is negative, or a ridge outside (0, 1].
 * @example
 * ```ts
 * import { train } from '@tensorflow/tfjs-core';
 * import { bce, softDice } from 'tfjs-multitask/losses';
 * import { amyar2020 } from 'tfjs-multitask/paper';
 * import { createTrainer, dualProj } from 'tfjs-multitask/train';
 *
 * const model = amyar2020({ inputShape: [32, 32, 1], filters: 4, tasks: ['segmentation', 'classification'] });
 * const trainer = createTrainer(model, {
 *   optimizer: train.adam(1e-4),
 *   losses: { segmentation: softDice(), classification: bce() },
 *   aggregator: dualProj(),
 * });
 * ```
 */
export function dualProj<T extends string = AnyTask>(options: DualConeOptions<T> = {}): Aggregator<T> {
  checkOptions(options, ['preference', 'ridge'], 'dualProj');
  const { preference, ridge = 1e-4 } = options;
  checkRange(ridge, Number.MIN_VALUE, 1, 'dualProj: ridge');
  const { tasks: named, of } = readPreference(preference, 'dualProj');
  return defineAggregator(
    'dualProj',
    (gramian, tasks) => {
      const shares = of(tasks).map((value) => value / tasks.length);
      return projectOntoDualCone(gramian, shares, ridge);
    },
    { tasks: named },
  );
}
