import { checkOptions } from '../../internal/check-options';
import type { Metric } from '../../types';
import type { Average, Averaged } from '../core/average';
import type { ConfusionState } from './confusion-table';
import { COUNTS_OPTIONS, type CountsOptions, countsMetric } from './counts-metric';

/**
 * How far predictions can be trusted, in [-1, 1]: the fraction of the positive predictions that are right, plus that of
 * the negative ones, minus 1: tp / (tp + fp) + tn / (tn + fn) - 1.
 *
 * 0 is chance.
 *
 * `yTrue`, `yPred`: `[batch, ...]`.
 *
 * Source: Powers, "Evaluation: from precision, recall and F-measure to ROC, informedness, markedness and correlation",
 * 2011, doi:10.48550/arXiv.2010.16061.
 *
 * @throws {RangeError} where the shapes do not fit, labels are out of range or values are not finite.
 * @example
 * ```ts
 * import { markedness, score } from 'tfjs-multitask/metrics';
 *
 * await score(markedness(), [1, 0, 1, 1, 0], [0.9, 0.2, 0.3, 0.7, 0.6]); // 0.167: 2 / 3 + 1 / 2 - 1
 * ```
 */
export function markedness<A extends Average = 'macro'>(
  options: CountsOptions<A> = {},
): Metric<ConfusionState, Averaged<A>> {
  checkOptions(options, COUNTS_OPTIONS, 'markedness');
  return countsMetric(
    { name: 'markedness', direction: 'max', range: [-1, 1] },
    options,
    ({ tp, fp, fn, tn }, divide) => divide(tp, tp + fp) + divide(tn, tn + fn) - 1,
  );
}
