import type { Aggregator, AnyTask } from '../../types';
import { defineAggregator } from './define-aggregator';
import { multiply, trace } from './linear-algebra';
import { fromEigen, significantEigen } from './significant-eigen';

/**
 * IMTL-G: the combination whose projections onto all tasks' gradients are equal: w = v / sum v, v = G^+ n, where n are
 * the gradients' lengths and G^+ is the pseudoinverse.
 *
 * Weights may be negative.
 *
 * Gramian G `[K, K]` -> weights w `[K]`, for the K tasks that have labels.
 *
 * Sources: Liu et al., "Towards impartial multi-task learning", 2021, https://openreview.net/forum?id=IMPnRXEWpvr; in
 * this form, for gradients that depend on each other too: Quinton, Rey, 2024, arXiv:2406.16232.
 *
 * @throws {RangeError} during the fit, for gradients that are not finite.
 * @example
 * ```ts
 * import { train } from '@tensorflow/tfjs-core';
 * import { bce, softDice } from 'tfjs-multitask/losses';
 * import { amyar2020 } from 'tfjs-multitask/paper';
 * import { createTrainer, imtlG } from 'tfjs-multitask/train';
 *
 * const model = amyar2020({ inputShape: [32, 32, 1], filters: 4, tasks: ['segmentation', 'classification'] });
 * const trainer = createTrainer(model, {
 *   optimizer: train.adam(1e-4),
 *   losses: { segmentation: softDice(), classification: bce() },
 *   aggregator: imtlG(),
 * });
 * ```
 */
export function imtlG<T extends string = AnyTask>(): Aggregator<T> {
  return defineAggregator('imtlG', (gramian) => {
    if (trace(gramian) === 0) return gramian.map(() => 0);
    const inverse = fromEigen(significantEigen(gramian), (value) => 1 / value, gramian.length);
    const v = multiply(
      inverse,
      gramian.map((row, k) => Math.sqrt(row[k])),
    );
    const sum = v.reduce((a, b) => a + b);
    // The sum has the scale of 1 / length; against that scale it is 0 where no direction serves all tasks.
    return Math.abs(sum) * Math.sqrt(trace(gramian)) < 1e-12 ? v.map(() => 0) : v.map((value) => value / sum);
  });
}
