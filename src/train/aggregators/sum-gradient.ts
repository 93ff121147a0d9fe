import type { Aggregator, AnyTask } from '../../types';
import { defineAggregator } from './define-aggregator';

/**
 * The sum of the tasks' gradients, w_k = 1: what training on the sum of the losses does, with the Gramian on record.
 *
 * Gramian G `[K, K]` -> weights w `[K]`, for the K tasks that have labels.
 *
 * @throws {RangeError} during the fit, for gradients that are not finite.
 * @example
 * ```ts
 * import { train } from '@tensorflow/tfjs-core';
 * import { bce, softDice } from 'tfjs-multitask/losses';
 * import { amyar2020 } from 'tfjs-multitask/paper';
 * import { createTrainer, sumGradient } from 'tfjs-multitask/train';
 *
 * const model = amyar2020({ inputShape: [32, 32, 1], filters: 4, tasks: ['segmentation', 'classification'] });
 * const trainer = createTrainer(model, {
 *   optimizer: train.adam(1e-4),
 *   losses: { segmentation: softDice(), classification: bce() },
 *   aggregator: sumGradient(),
 * });
 * ```
 */
export function sumGradient<T extends string = AnyTask>(): Aggregator<T> {
  return defineAggregator('sumGradient', (gramian) => gramian.map(() => 1));
}
