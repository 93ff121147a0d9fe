import { checkOptions } from '../../internal/check-options';
import type { Metric } from '../../types';
import type { Average, Averaged } from '../core/average';
import type { ConfusionState } from './confusion-table';
import { COUNTS_OPTIONS, type CountsOptions, countsMetric } from './counts-metric';

/**
 * The prevalence threshold, in [0, 1]: the prevalence below which the precision of a test falls off steeply.
 *
 * Lower is better. sqrt(fpr) / (sqrt(tpr) + sqrt(fpr)), with the sensitivity tpr and fpr = 1 - specificity; 0/0 where
 * both are 0.
 *
 * `yTrue`, `yPred`: `[batch, ...]`.
 *
 * MONAI's form of it is 0/0 where tpr = fpr too, which is 0.5 here, its limit.
 *
 * Source: Balayla, "Prevalence threshold and the geometry of screening curves", 2020, doi:10.1371/journal.pone.0240215.
 *
 * @throws {RangeError} where the shapes do not fit, labels are out of range or values are not finite.
 * @example
 * ```ts
 * import { prevalenceThreshold, score } from 'tfjs-multitask/metrics';
 *
 * await score(prevalenceThreshold(), [1, 0, 1, 1, 0], [0.9, 0.2, 0.3, 0.7, 0.6]); // 0.464: 0.707 / (0.816 + 0.707)
 * ```
 */
export function prevalenceThreshold<A extends Average = 'macro'>(
  options: CountsOptions<A> = {},
): Metric<ConfusionState, Averaged<A>> {
  checkOptions(options, COUNTS_OPTIONS, 'prevalenceThreshold');
  const traits = { name: 'prevalenceThreshold', direction: 'min', range: [0, 1] } as const;
  return countsMetric(traits, options, ({ tp, fp, fn, tn }, divide) => {
    const [found, alarms] = [Math.sqrt(divide(tp, tp + fn)), Math.sqrt(divide(fp, fp + tn))];
    return divide(alarms, found + alarms);
  });
}
