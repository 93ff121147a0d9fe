import { checkOptions } from '../../internal/check-options';
import type { Metric } from '../../types';
import type { Average, Averaged } from '../core/average';
import type { ConfusionState } from './confusion-table';
import { COUNTS_OPTIONS, type CountsOptions, countsMetric, shareCalled } from './counts-metric';

/**
 * The fraction of the positive predictions that are right: tp / (tp + fp).
 *
 * Also called positive predictive value.
 *
 * `yTrue`, `yPred`: `[batch, ...]`.
 *
 * @throws {RangeError} where the shapes do not fit, labels are out of range or values are not finite.
 * @example
 * ```ts
 * import { precision, score } from 'tfjs-multitask/metrics';
 *
 * await score(precision(), [1, 0, 1, 1], [0.9, 0.8, 0.2, 0.7]); // 0.667: 2 of 3
 * ```
 */
export function precision<A extends Average = 'macro'>(
  options: CountsOptions<A> = {},
): Metric<ConfusionState, Averaged<A>> {
  checkOptions(options, COUNTS_OPTIONS, 'precision');
  return countsMetric(shareCalled('precision'), options, ({ tp, fp }, divide) => divide(tp, tp + fp));
}
