import { checkOptions } from '../../internal/check-options';
import type { Metric } from '../../types';
import { within } from '../core/within';
import { type MomentsState, momentsMetric } from './moments-metric';
import { REGRESSION_OPTIONS, type RegressionOptions, type RegressionValue } from './outputs-metric';

/**
 * Pearson's correlation of truth and prediction, in [-1, 1]: how well a straight line fits, whatever its slope and
 * offset. cov(y, p) / sqrt(var(y) var(p)); 0/0 where either is constant.
 *
 * `yTrue`, `yPred`: `[batch, ...]` of one shape; every value counts, for several `outputs` those of each alone.
 * `weight`: `[batch]`, or of each element. It is SciPy's `pearsonr`.
 *
 * Source: Pearson, "Notes on regression and inheritance in the case of two parents", 1895, doi:10.1098/rspl.1895.0041.
 *
 * @throws {RangeError} where the shapes do not fit, an option is out of range or values are not finite.
 * @example
 * ```ts
 * import { pearsonCorrelation, score } from 'tfjs-multitask/metrics';
 *
 * await score(pearsonCorrelation(), [1, 2, 3], [1, 2, 2]); // 0.866: 1 / sqrt(2 * 2 / 3)
 * ```
 */
export function pearsonCorrelation<A extends 'macro' | 'none' = 'macro'>(
  options: RegressionOptions<A> = {},
): Metric<MomentsState, RegressionValue<A>> {
  checkOptions(options, REGRESSION_OPTIONS, 'pearsonCorrelation');
  const traits = { name: 'pearsonCorrelation', direction: 'max', range: [-1, 1] } as const;
  return momentsMetric(traits, options, ({ truthSquares, predictionSquares, products }, divide) => {
    const most = Math.sqrt(truthSquares) * Math.sqrt(predictionSquares);
    return divide(within(-most, most, products), most);
  });
}
