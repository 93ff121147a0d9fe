import { checkOptions } from '../../internal/check-options';
import type { Metric } from '../../types';
import { type MomentsState, momentsMetric } from './moments-metric';
import { REGRESSION_OPTIONS, type RegressionOptions, type RegressionValue } from './outputs-metric';

/**
 * The coefficient of determination: 1 - (sum of (p - y)^2) / (sum of (y - mean of y)^2), the share of the variance of
 * the truth that the predictions explain.
 *
 * 1 is best, 0 is what the mean of the truth scores, and it has no lower end.
 *
 * `yTrue`, `yPred`: `[batch, ...]` of one shape; every value counts, for several `outputs` those of each alone.
 * `weight`: `[batch]`, or of each element. It is scikit-learn's `r2_score` with `force_finite=False`: over a constant
 * truth -Infinity, and 0/0 where that is predicted exactly.
 *
 * @throws {RangeError} where the shapes do not fit, an option is out of range or values are not finite.
 * @example
 * ```ts
 * import { rSquared, score } from 'tfjs-multitask/metrics';
 *
 * await score(rSquared(), [1, 2, 3], [1, 2, 2]); // 0.5: 1 - 1 / 2
 * ```
 */
export function rSquared<A extends 'macro' | 'none' = 'macro'>(
  options: RegressionOptions<A> = {},
): Metric<MomentsState, RegressionValue<A>> {
  checkOptions(options, REGRESSION_OPTIONS, 'rSquared');
  const traits = { name: 'rSquared', direction: 'max', range: [Number.NEGATIVE_INFINITY, 1] } as const;
  return momentsMetric(traits, options, ({ truthSquares, squared }, divide) =>
    truthSquares === 0 && squared > 0 ? Number.NEGATIVE_INFINITY : divide(truthSquares - squared, truthSquares),
  );
}
