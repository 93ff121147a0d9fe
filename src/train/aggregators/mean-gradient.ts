import type { Aggregator, AnyTask } from '../../types';
import { defineAggregator } from './define-aggregator';

/**
 * The mean of the tasks' gradients: w_k = 1 / K, K being the tasks that the batch has labels for.
 *
 * Gramian G `[K, K]` -> weights w `[K]`, for the K tasks that have labels.
 *
 * @throws {RangeError} during the fit, for gradients that are not finite.
 * @example
 * ```ts
 * import { train } from '@tensorflow/tfjs-core';
 * import { bce, softDice } from 'tfjs-multitask/losses';
 * import { amyar2020 } from 'tfjs-multitask/paper';
 * import { createTrainer, meanGradient } from 'tfjs-multitask/train';
 *
 * const model = amyar2020({ inputShape: [32, 32, 1], filters: 4, tasks: ['segmentation', 'classification'] });
 * const trainer = createTrainer(model, {
 *   optimizer: train.adam(1e-4),
 *   losses: { segmentation: softDice(), classification: bce() },
 *   aggregator: meanGradient(),
 * });
 * ```
 */
export function meanGradient<T extends string = AnyTask>(): Aggregator<T> {
  return defineAggregator('meanGradient', (gramian) => gramian.map(() => 1 / gramian.length));
}
