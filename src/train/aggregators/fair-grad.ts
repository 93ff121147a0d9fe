import { checkOptions } from '../../internal/check-options';
import type { Aggregator, AnyTask } from '../../types';
import { defineAggregator } from './define-aggregator';
import { fairWeights } from './fair-weights';

export interface FairGradOptions {
  /** The kind of fairness: 0 mean, 1 proportional, 2 least potential delay, large values max-min. Default: 2. */
  readonly alpha?: number | undefined;
}

/**
 * FairGrad: alpha-fair shares of the loss decreases g_k'd: (Gw)_k = w_k^(-1/alpha), w > 0; alpha 0 means 1 / K.
 *
 * Its length grows without bound where gradients come to oppose each other, so train with `clipNorm` or with Adam.
 * Source: Ban, Ji, "Fair resource allocation in multi-task learning", 2024, arXiv:2402.15638, equation 4.
 *
 * @throws RangeError for an alpha that is negative or not finite.
 * @example
 * createTrainer(model, { optimizer, losses, aggregator: fairGrad({ alpha: 1 }) });
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
