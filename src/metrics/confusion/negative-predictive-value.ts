import { checkOptions } from '../../internal/check-options';
import type { Metric } from '../../types';
import type { Average, Averaged } from '../core/average';
import type { ConfusionState } from './confusion-table';
import { COUNTS_OPTIONS, type CountsOptions, countsMetric, shareCalled } from './counts-metric';

/**
 * The fraction of the negative predictions that are right: tn / (tn + fn).
 *
 * `yTrue`, `yPred`: `[batch, ...]`.
 *
 * @throws {RangeError} where the shapes do not fit, labels are out of range or values are not finite.
 * @example
 * ```ts
 * import { negativePredictiveValue, score } from 'tfjs-multitask/metrics';
 *
 * await score(negativePredictiveValue(), [1, 0, 1, 1], [0.9, 0.8, 0.2, 0.7]); // 0: 0 of 1
 * ```
 */
export function negativePredictiveValue<A extends Average = 'macro'>(
  options: CountsOptions<A> = {},
): Metric<ConfusionState, Averaged<A>> {
  checkOptions(options, COUNTS_OPTIONS, 'negativePredictiveValue');
  return countsMetric(shareCalled('negativePredictiveValue'), options, ({ fn, tn }, divide) => divide(tn, tn + fn));
}
