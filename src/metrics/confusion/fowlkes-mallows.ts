import { checkOptions } from '../../internal/check-options';
import type { Metric } from '../../types';
import type { Average, Averaged } from '../core/average';
import type { ConfusionState } from './confusion-table';
import { COUNTS_OPTIONS, type CountsOptions, countsMetric, shareCalled } from './counts-metric';

/**
 * The Fowlkes-Mallows index, in [0, 1]: the geometric mean of precision and sensitivity, tp / sqrt((tp + fp) (tp +
 * fn)).
 *
 * `yTrue`, `yPred`: `[batch, ...]`.
 *
 * Source: Fowlkes and Mallows, "A method for comparing two hierarchical clusterings", 1983,
 * doi:10.1080/01621459.1983.10478008.
 *
 * @throws {RangeError} where the shapes do not fit, labels are out of range or values are not finite.
 * @example
 * ```ts
 * import { fowlkesMallows, score } from 'tfjs-multitask/metrics';
 *
 * await score(fowlkesMallows(), [1, 0, 1, 1, 0], [0.9, 0.2, 0.3, 0.7, 0.6]); // 0.667: the root of 2 / 3 * 2 / 3
 * ```
 */
export function fowlkesMallows<A extends Average = 'macro'>(
  options: CountsOptions<A> = {},
): Metric<ConfusionState, Averaged<A>> {
  checkOptions(options, COUNTS_OPTIONS, 'fowlkesMallows');
  return countsMetric(shareCalled('fowlkesMallows'), options, ({ tp, fp, fn }, divide) =>
    Math.sqrt(divide(tp, tp + fp) * divide(tp, tp + fn)),
  );
}
