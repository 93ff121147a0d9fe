import { checkOptions } from '../../internal/check-options';
import type { Metric } from '../../types';
import type { IgnoreOptions } from '../core/read-targets';
import { keptScores, type ScoresState } from './kept-scores';
import { rank, runningSums } from './ranking';

/** One point for each distinct score, lowest first, and at last the point (precision 1, recall 0), which has no threshold. */
export interface PrecisionRecallCurve {
  readonly precision: readonly number[];
  readonly recall: readonly number[];
  /** A score at or above it is positive. One fewer than the points. */
  readonly thresholds: readonly number[];
}

/**
 * Precision and recall (sensitivity) at each distinct score t, where the scores >= t are positive.
 *
 * Recall is NaN without positives. It is scikit-learn's `precision_recall_curve`.
 *
 * `yTrue`: 0 or 1, `yPred`: scores, `[batch, ...]` both; every value is one case.
 *
 * Source: Davis and Goadrich, "The relationship between precision-recall and ROC curves", 2006,
 * doi:10.1145/1143844.1143874.
 *
 * @throws {RangeError} where the shapes do not fit, labels are not 0 or 1 or values are not finite.
 * @example
 * ```ts
 * import { precisionRecallCurve, score } from 'tfjs-multitask/metrics';
 *
 * await score(precisionRecallCurve(), [0, 1, 1], [0.2, 0.2, 0.7]);
 * ```
 * // { precision: [0.667, 1, 1], recall: [1, 0.5, 0], thresholds: [0.2, 0.7] }
 */
export function precisionRecallCurve(options: IgnoreOptions = {}): Metric<ScoresState, PrecisionRecallCurve> {
  checkOptions(options, ['ignoreIndex'], 'precisionRecallCurve');
  return keptScores({ name: 'precisionRecallCurve', axis: [] }, options, (state) => {
    const { scores, positives, negatives } = rank(state);
    const hits = [0, ...runningSums(positives)];
    const alarms = [0, ...runningSums(negatives)];
    return {
      precision: hits.map((hit, i) => (i === 0 ? 1 : hit / (hit + alarms[i]))).reverse(),
      recall: hits.map((hit) => hit / hits[scores.length]).reverse(),
      thresholds: [...scores].reverse(),
    };
  });
}
