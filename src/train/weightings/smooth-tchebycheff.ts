import { logSumExp, mul, type Scalar, stack, sub, tidy } from '@tensorflow/tfjs-core';
import { checkNumber } from '../../internal/check-kinds';
import { checkOptions } from '../../internal/check-options';
import type { AnyTask, SomeTasks, Weighting } from '../../types';
import { readTaskNumbers } from '../read-task-numbers';
import { lossEntries } from './tasks';

/** Options of {@link smoothTchebycheff}. */
export interface SmoothTchebycheffOptions<T extends string> {
  /** How smooth: near 0 the result is the largest weighted loss, large values approach the mean. Default: 0.1. */
  readonly mu?: number | undefined;
  /** The preference among the tasks, scaled to sum 1 over those of a batch. Default: 1 for each task. */
  readonly preference?: SomeTasks<T, number> | undefined;
  /** The lowest loss that each task could reach. Default: 0 for each task. */
  readonly ideal?: SomeTasks<T, number> | undefined;
}

/**
 * A smooth maximum of the weighted losses: L = mu log sum over k of exp(w_k (L_k - z_k) / mu).
 *
 * Unlike a weighted sum it reaches every point of a Pareto front, also where that is not convex.
 *
 * Losses L `[K]`, a scalar of each task that has labels -> one scalar.
 *
 * Source: Lin et al., "Smooth Tchebycheff scalarization for multi-objective optimization", 2024, arXiv:2402.19078.
 *
 * @throws {RangeError} for a mu that is not positive, or a preference that is negative or not finite.
 * @example
 * ```ts
 * import { train } from '@tensorflow/tfjs-core';
 * import { bce, softDice } from 'tfjs-multitask/losses';
 * import { amyar2020 } from 'tfjs-multitask/paper';
 * import { createTrainer, smoothTchebycheff } from 'tfjs-multitask/train';
 *
 * const model = amyar2020({ inputShape: [32, 32, 1], filters: 4, tasks: ['segmentation', 'classification'] });
 * const trainer = createTrainer(model, {
 *   optimizer: train.adam(1e-4),
 *   losses: { segmentation: softDice(), classification: bce() },
 *   weighting: smoothTchebycheff({ mu: 0.5 }),
 * });
 * ```
 */
export function smoothTchebycheff<T extends string = AnyTask>(options: SmoothTchebycheffOptions<T> = {}): Weighting<T> {
  checkOptions(options, ['mu', 'preference', 'ideal'], 'smoothTchebycheff');
  const { mu = 0.1, preference = {}, ideal = {} } = options;
  checkNumber(mu, 'smoothTchebycheff: mu');
  if (!(mu > 0)) throw new RangeError(`smoothTchebycheff: mu must be positive, got ${mu}.`);
  const preferred = readTaskNumbers<T>(preference, [0, Number.MAX_VALUE], 'smoothTchebycheff: preference');
  const lowest = readTaskNumbers<T>(ideal, [-Number.MAX_VALUE, Number.MAX_VALUE], 'smoothTchebycheff: ideal');
  return {
    name: 'smoothTchebycheff',
    tasks: [...new Set([...preferred.keys(), ...lowest.keys()])],
    combine: (losses) =>
      tidy(() => {
        const entries = lossEntries(losses);
        const total = entries.reduce((sum, [task]) => sum + (preferred.get(task) ?? 1), 0);
        const exponents = entries.map(([task, loss]) =>
          mul(sub(loss, lowest.get(task) ?? 0), (preferred.get(task) ?? 1) / (total || 1) / mu),
        );
        return mul(logSumExp(stack(exponents)), mu) as Scalar;
      }),
  };
}
