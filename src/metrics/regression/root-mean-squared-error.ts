import { checkOptions } from '../../internal/check-options';
import type { Metric } from '../../types';
import { type MomentsState, momentsMetric } from './moments-metric';
import { REGRESSION_OPTIONS, type RegressionOptions, type RegressionValue } from './outputs-metric';

/**
 * The root mean squared error: the square root of the mean of (p - y)^2, in the unit of the values.
 *
 * 0 is best.
 *
 * `yTrue`, `yPred`: `[batch, ...]` of one shape; every value counts, for several `outputs` those of each alone.
 * `weight`: `[batch]`, or of each element. It is scikit-learn's `root_mean_squared_error`, the mean over the outputs
 * of their roots too.
 *
 * @throws {RangeError} where the shapes do not fit, an option is out of range or values are not finite.
 * @example
 * ```ts
 * import { rootMeanSquaredError, score } from 'tfjs-multitask/metrics';
 *
 * await score(rootMeanSquaredError(), [1, 2, 4], [1, 3, 2]); // 1.291: the root of 5 / 3
 * ```
 */
export function rootMeanSquaredError<A extends 'macro' | 'none' = 'macro'>(
  options: RegressionOptions<A> = {},
): Metric<MomentsState, RegressionValue<A>> {
  checkOptions(options, REGRESSION_OPTIONS, 'rootMeanSquaredError');
  const traits = { name: 'rootMeanSquaredError', direction: 'min', range: [0, Number.POSITIVE_INFINITY] } as const;
  return momentsMetric(traits, options, ({ squared, weight }, divide) => Math.sqrt(divide(squared, weight)));
}
