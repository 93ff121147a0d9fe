import { checkRange } from '../../internal/check';
import { checkOptions } from '../../internal/check-options';
import type { Aggregator, AnyTask } from '../../types';
import { defineAggregator } from './define-aggregator';
import { type DualConeOptions, projectOntoDualCone } from './dual-cone';
import { readPreference } from './preference';

/**
 * UPGrad: every task's gradient is projected onto the dual cone of all of them, so that it harms no task, and the
 * projections are averaged: w = 1/K sum over k of argmin v'Gv over v >= p_k e_k.
 *
 * To first order no task's loss rises. Source: Quinton, Rey, "Jacobian descent for multi-objective optimization", 2024,
 * arXiv:2406.16232.
 *
 * Gramian G `[K, K]` -> weights w `[K]`, for the K tasks that have labels.
 *
 * @throws {RangeError} for a preference that is negative, or a ridge outside (0, 1].
 * @example
 * ```ts
 * import { train } from '@tensorflow/tfjs-core';
 * import { bce, softDice } from 'tfjs-multitask/losses';
 * import { amyar2020 } from 'tfjs-multitask/paper';
 * import { createTrainer, upGrad } from 'tfjs-multitask/train';
 *
 * const model = amyar2020({ inputShape: [32, 32, 1], filters: 4, tasks: ['segmentation', 'classification'] });
 * const trainer = createTrainer(model, {
 *   optimizer: train.adam(1e-4),
 *   losses: { segmentation: softDice(), classification: bce() },
 *   aggregator: upGrad(),
 * });
 * ```
 */
export function upGrad<T extends string = AnyTask>(options: DualConeOptions<T> = {}): Aggregator<T> {
  checkOptions(options, ['preference', 'ridge'], 'upGrad');
  const { preference, ridge = 1e-4 } = options;
  checkRange(ridge, Number.MIN_VALUE, 1, 'upGrad: ridge');
  const { tasks: named, of } = readPreference(preference, 'upGrad');
  return defineAggregator(
    'upGrad',
    (gramian, tasks) => {
      const shares = of(tasks).map((value) => value / tasks.length);
      const projections = shares.map((share, k) =>
        projectOntoDualCone(
          gramian,
          shares.map((_, i) => (i === k ? share : 0)),
          ridge,
        ),
      );
      return shares.map((_, i) => projections.reduce((sum, v) => sum + v[i], 0));
    },
    { tasks: named },
  );
}
