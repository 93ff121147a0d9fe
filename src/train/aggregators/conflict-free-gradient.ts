import { checkOptions } from '../../internal/check-options';
import type { Aggregator, AnyTask } from '../../types';
import { defineAggregator } from './define-aggregator';
import { dot, multiply, quadratic } from './linear-algebra';
import { type PreferenceOptions, readPreference } from './preference';
import { fromEigen, significantEigen } from './significant-eigen';

/**
 * ConFIG: the direction that has the same angle to every task's gradient, with the sum of the gradients' projections
 * onto it as its length: u = U^+ p with U the gradients scaled to length 1, and (sum over k of g_k'u) u / |u|^2.
 *
 * A gradient of 0 is ignored; where no direction serves all others the weights are 0. Source: Liu, Chu, Thuerey,
 * "ConFIG: towards conflict-free training of physics informed neural networks", 2024, arXiv:2408.11104, equation 2.
 *
 * Gramian G `[K, K]` -> weights w `[K]`, for the K tasks that have labels.
 *
 * @throws {RangeError} for a negative preference.
 * @example
 * ```ts
 * import { train } from '@tensorflow/tfjs-core';
 * import { bce, softDice } from 'tfjs-multitask/losses';
 * import { amyar2020 } from 'tfjs-multitask/paper';
 * import { conflictFreeGradient, createTrainer } from 'tfjs-multitask/train';
 *
 * const model = amyar2020({ inputShape: [32, 32, 1], filters: 4, tasks: ['segmentation', 'classification'] });
 * const trainer = createTrainer(model, {
 *   optimizer: train.adam(1e-4),
 *   losses: { segmentation: softDice(), classification: bce() },
 *   aggregator: conflictFreeGradient(),
 * });
 * ```
 */
export function conflictFreeGradient<T extends string = AnyTask>(options: PreferenceOptions<T> = {}): Aggregator<T> {
  checkOptions(options, ['preference'], 'conflictFreeGradient');
  const { preference } = options;
  const { tasks: named, of } = readPreference(preference, 'conflictFreeGradient');
  return defineAggregator(
    'conflictFreeGradient',
    (gramian, tasks) => {
      const inverseLengths = gramian.map((row, k) => (row[k] > 0 ? 1 / Math.sqrt(row[k]) : 0));
      const cosines = gramian.map((row, i) => row.map((v, j) => v * inverseLengths[i] * inverseLengths[j]));
      // U^+ = U'(UU')^+: the direction as a combination of the unit gradients, then of the gradients.
      const inverse = fromEigen(significantEigen(cosines), (value) => 1 / value, tasks.length);
      const units = multiply(inverse, of(tasks));
      const square = quadratic(cosines, units);
      if (square < 1e-12) return tasks.map(() => 0);
      const direction = units.map((value, k) => value * inverseLengths[k]);
      const length = dot(
        multiply(gramian, direction),
        tasks.map(() => 1),
      );
      return direction.map((value) => (value * length) / square);
    },
    { tasks: named },
  );
}
