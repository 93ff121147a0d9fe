import type { Aggregator, AnyTask } from '../../types';
import { defineAggregator } from './define-aggregator';
import { definite } from './definite';
import { trace } from './linear-algebra';
import { solveQuadraticProgram } from './quadratic-program';

/**
 * MGDA: the shortest vector in the convex hull of the gradients: w = argmin w'Gw over w >= 0, sum w = 1.
 *
 * Its inner product with every task's gradient is at least its own square; where it is 0 the parameters are Pareto
 * stationary. The smallest gradient has the most say. Found exactly, by an active set, not by Frank-Wolfe steps.
 *
 * Gramian G `[K, K]` -> weights w `[K]`, for the K tasks that have labels.
 *
 * Sources: Désidéri, "Multiple-gradient descent algorithm (MGDA) for multiobjective optimization", 2012,
 * doi:10.1016/j.crma.2012.03.014; Sener, Koltun, "Multi-task learning as multi-objective optimization", 2018,
 * arXiv:1810.04650, who take the gradients at the shared representation.
 *
 * @throws {RangeError} during the fit, for gradients that are not finite.
 * @example
 * ```ts
 * import { train } from '@tensorflow/tfjs-core';
 * import { bce, softDice } from 'tfjs-multitask/losses';
 * import { amyar2020 } from 'tfjs-multitask/paper';
 * import { createTrainer, mgda } from 'tfjs-multitask/train';
 *
 * const model = amyar2020({ inputShape: [32, 32, 1], filters: 4, tasks: ['segmentation', 'classification'] });
 * const trainer = createTrainer(model, {
 *   optimizer: train.adam(1e-4),
 *   losses: { segmentation: softDice(), classification: bce() },
 *   aggregator: mgda(),
 *   gradientsAt: 'representation',
 * });
 * ```
 */
export function mgda<T extends string = AnyTask>(): Aggregator<T> {
  return defineAggregator('mgda', (gramian) => {
    if (trace(gramian) === 0) return gramian.map(() => 1 / gramian.length);
    return solveQuadraticProgram(
      definite(gramian),
      gramian.map(() => 0),
      1,
    );
  });
}
