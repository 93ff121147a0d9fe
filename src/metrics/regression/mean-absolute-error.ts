import { checkOptions } from '../../internal/check-options';
import type { Metric } from '../../types';
import { type MomentsState, momentsMetric } from './moments-metric';
import { REGRESSION_OPTIONS, type RegressionOptions, type RegressionValue } from './outputs-metric';

/**
 * The mean absolute error: the mean of |p - y|, in the unit of the values.
 *
 * 0 is best.
 *
 * `yTrue`, `yPred`: `[batch, ...]` of one shape; every value counts, for several `outputs` those of each alone.
 * `weight`: `[batch]`, or of each element. It is scikit-learn's `mean_absolute_error`.
 *
 * @throws {RangeError} where the shapes do not fit, an option is out of range or values are not finite.
 * @example
 * ```ts
 * import { meanAbsoluteError, score } from 'tfjs-multitask/metrics';
 *
 * await score(meanAbsoluteError(), [1, 2, 4], [1, 3, 2]); // 1
 * ```
 */
export function meanAbsoluteError<A extends 'macro' | 'none' = 'macro'>(
  options: RegressionOptions<A> = {},
): Metric<MomentsState, RegressionValue<A>> {
  checkOptions(options, REGRESSION_OPTIONS, 'meanAbsoluteError');
  const traits = { name: 'meanAbsoluteError', direction: 'min', range: [0, Number.POSITIVE_INFINITY] } as const;
  return momentsMetric(traits, options, ({ absolute, weight }, divide) => divide(absolute, weight));
}
