import { checkOptions } from '../../internal/check-options';
import type { Metric } from '../../types';
import type { Average, Averaged } from '../core/average';
import type { ScoresState } from './kept-scores';
import { type RankingOptions, rankingMetric } from './ranking-metric';

/**
 * Average precision: the mean of the precision at each score, weighted by the recall that the score adds, sum over
 * thresholds of (R_n - R_(n-1)) P_n.
 *
 * No interpolation, as in scikit-learn's `average_precision_score`.
 *
 * `yTrue`, `yPred`: `[batch, ...]`; every value is one case. Without positives it is `zeroDivision`, NaN by default;
 * scikit-learn returns 0.
 *
 * Source: Zhu, "Recall, precision and average precision", University of Waterloo, 2004.
 *
 * @throws {RangeError} where the shapes do not fit, labels are out of range or values are not finite.
 * @example
 * ```ts
 * import { averagePrecision, score } from 'tfjs-multitask/metrics';
 *
 * await score(averagePrecision(), [0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]); // 0.833: 1 / 2 + 2 / 3 / 2
 * ```
 */
export function averagePrecision<A extends Average = 'macro'>(
  options: RankingOptions<A> = {},
): Metric<ScoresState, Averaged<A>> {
  checkOptions(options, ['average', 'classes', 'ignoreIndex', 'labels', 'zeroDivision'], 'averagePrecision');
  return rankingMetric('averagePrecision', options, ({ positives, negatives }, divide) => {
    let hits = 0;
    let alarms = 0;
    let sum = 0;
    positives.forEach((positive, i) => {
      hits += positive;
      alarms += negatives[i];
      sum += (positive * hits) / (hits + alarms);
    });
    return divide(Math.min(sum, hits), hits);
  });
}
