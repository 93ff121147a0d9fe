import { checkOptions } from '../../internal/check-options';
import type { Metric } from '../../types';
import type { IgnoreOptions } from '../core/read-targets';
import { keptScores, type ScoresState } from './kept-scores';
import { rank, runningSums } from './ranking';

/** One point for each distinct score, highest first, after the point (0, 0) at threshold Infinity. */
export interface RocCurve {
  /** False positive rate, 1 - specificity. */
  readonly fpr: readonly number[];
  /** True positive rate, sensitivity. */
  readonly tpr: readonly number[];
  /** A score at or above it is positive. */
  readonly thresholds: readonly number[];
}

/**
 * The exact ROC curve: at each distinct score t, fpr = P(score >= t | negative) and tpr = P(score >= t | positive).
 *
 * Equal scores make one point. NaN in `fpr` without negatives and in `tpr` without positives. It is scikit-learn's
 * `roc_curve` with `drop_intermediate=False`.
 *
 * `yTrue`: 0 or 1, `yPred`: scores, `[batch, ...]` both; every value is one case.
 *
 * Source: Fawcett, "An introduction to ROC analysis", 2006, doi:10.1016/j.patrec.2005.10.010.
 *
 * @throws {RangeError} where the shapes do not fit, labels are not 0 or 1 or values are not finite.
 * @example
 * ```ts
 * import { roc, score } from 'tfjs-multitask/metrics';
 *
 * await score(roc(), [0, 1, 1], [0.2, 0.2, 0.7]);
 * ```
 * // { fpr: [0, 0, 1], tpr: [0, 0.5, 1], thresholds: [Infinity, 0.7, 0.2] }
 */
export function roc(options: IgnoreOptions = {}): Metric<ScoresState, RocCurve> {
  checkOptions(options, ['ignoreIndex'], 'roc');
  return keptScores({ name: 'roc', axis: [] }, options, (state) => {
    const { scores, positives, negatives } = rank(state);
    return {
      fpr: shares(negatives),
      tpr: shares(positives),
      thresholds: [Number.POSITIVE_INFINITY, ...scores],
    };
  });
}

function shares(weights: Float64Array): number[] {
  const sums = [0, ...runningSums(weights)];
  return sums.map((sum) => sum / sums[sums.length - 1]);
}
