import { checkOptions } from '../../internal/check-options';
import type { Aggregator, AnyTask } from '../../types';
import { defineAggregator } from './define-aggregator';
import { fairWeights } from './fair-weights';

/** Options of {@link fairGrad}. */
export interface FairGradOptions {
  /** The kind of fairness: 0 mean, 1 proportional, 2 least potential delay, large values max-min. Default: 2. */
  readonly alpha?: number | undefined;
}

/**
 * FairGrad: alpha-fair shares of the loss decreases g_k'd: (Gw)_k = w_k^(-1/alpha), w > 0; alpha 0 means 1 / K.
 *
 * Its length grows without bound where gradients come to oppose each other, so train with `clipNorm` or with Adam.
 *
 * Gramian G `[K, K]` -> weights w `[K]`, for the K tasks that have labels.
 *
 * Source: Ban, Ji, "Fair resource allocation in multi-task learning", 2024, arXiv:2402.15638, equation 4.
 *
 * @throws {RangeError} for an alpha that is negative or not finite.
 * @example
 * ```ts
 * import { train } from '@tensorflow/tfjs-core';
 * import { bce, softDice } from 'tfjs-multitask/losses';
 * import { amyar2020 } from 'tfjs-multitask/paper';
 * import { createTrainer, fairGrad } from 'tfjs-multitask/train';
 *
 * const model = amyar2020({ inputShape: [32, 32, 1], filters: 4, tasks: ['segmentation', 'classification'] });
 * const trainer = createTrainer(model, {
 *   optimizer: train.adam(1e-4),
 *   losses: { segmentation: softDice(), classification: bce() },
 *   aggregator: fairGrad({ alpha: 1 }),
 * });
 * ```
 */
export function fairGrad<T extends string = AnyTask>(options: FairGradOptions = {}): Aggregator<T> {
  checkOptions(options, ['alpha'], 'fairGrad');
  const { alpha = 2 } = options;
  if (!(alpha >= 0 && Number.isFinite(alpha))) {
    throw new RangeError(`fairGrad: alpha must be at least 0 and finite, got ${alpha}.`);
  }
  return defineAggregator('fairGrad', (gramian) =>
    alpha === 0 ? gramian.map(() => 1 / gramian.length) : fairWeights(gramian, 1 / alpha),
  );
}
