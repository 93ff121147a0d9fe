import { checkOptions } from '../../internal/check-options';
import type { Metric } from '../../types';
import { within } from '../core/within';
import { type MomentsState, momentsMetric } from './moments-metric';
import { REGRESSION_OPTIONS, type RegressionOptions, type RegressionValue } from './outputs-metric';

/**
 * Lin's concordance correlation of truth and prediction, in [-1, 1]: how near the pairs lie to the line of equality, so
 * that, unlike Pearson's, a wrong scale or offset counts.
 *
 * 2 cov(y, p) / (var(y) + var(p) + (mean of y - mean of p)^2), with n in the variances; 0/0 where both are constant and
 * equal.
 *
 * `yTrue`, `yPred`: `[batch, ...]` of one shape; every value counts, for several `outputs` those of each alone.
 * `weight`: `[batch]`, or of each element. torchmetrics' `ConcordanceCorrCoef` has n - 1 in the variances, which
 * differs where the means do.
 *
 * Source: Lin, "A concordance correlation coefficient to evaluate reproducibility", 1989, doi:10.2307/2532051.
 *
 * @throws {RangeError} where the shapes do not fit, an option is out of range or values are not finite.
 * @example
 * ```ts
 * import { concordanceCorrelation, score } from 'tfjs-multitask/metrics';
 *
 * await score(concordanceCorrelation(), [1, 2, 3], [1, 2, 2]); // 0.667: 2 / (2 + 2 / 3 + 1 / 3)
 * ```
 */
export function concordanceCorrelation<A extends 'macro' | 'none' = 'macro'>(
  options: RegressionOptions<A> = {},
): Metric<MomentsState, RegressionValue<A>> {
  checkOptions(options, REGRESSION_OPTIONS, 'concordanceCorrelation');
  const traits = { name: 'concordanceCorrelation', direction: 'max', range: [-1, 1] } as const;
  return momentsMetric(traits, options, (moments, divide) => {
    const { weight, truth, prediction, truthSquares, predictionSquares, products } = moments;
    const all = truthSquares + predictionSquares + weight * (truth - prediction) ** 2;
    return divide(within(-all, all, 2 * products), all);
  });
}
