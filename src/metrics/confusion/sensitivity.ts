import { checkOptions } from '../../internal/check-options';
import type { Metric } from '../../types';
import type { Average, Averaged } from '../core/average';
import type { ConfusionState } from './confusion-table';
import { COUNTS_OPTIONS, type CountsOptions, countsMetric, shareCalled } from './counts-metric';

/**
 * The fraction of the positives that are found: tp / (tp + fn).
 *
 * Also called recall or true positive rate.
 *
 * `yTrue`, `yPred`: `[batch, ...]`.
 *
 * @throws {RangeError} where the shapes do not fit, labels are out of range or values are not finite.
 * @example
 * ```ts
 * import { score, sensitivity } from 'tfjs-multitask/metrics';
 *
 * await score(sensitivity(), [1, 0, 1, 1], [0.9, 0.8, 0.2, 0.7]); // 0.667: 2 of 3
 * ```
 */
export function sensitivity<A extends Average = 'macro'>(
  options: CountsOptions<A> = {},
): Metric<ConfusionState, Averaged<A>> {
  checkOptions(options, COUNTS_OPTIONS, 'sensitivity');
  return countsMetric(shareCalled('sensitivity'), options, ({ tp, fn }, divide) => divide(tp, tp + fn));
}
