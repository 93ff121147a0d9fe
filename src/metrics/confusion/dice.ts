import { checkOptions } from '../../internal/check-options';
import type { Metric } from '../../types';
import type { Average, Averaged } from '../core/average';
import type { ConfusionState } from './confusion-table';
import { COUNTS_OPTIONS, type CountsOptions, countsMetric, shareCalled } from './counts-metric';

/**
 * The Dice coefficient of all pixels pooled: 2 tp / (2 tp + fp + fn).
 *
 * It equals `f1`; for the mean over images see `dicePerImage`.
 *
 * Source: Dice, "Measures of the amount of ecologic association between species", 1945, doi:10.2307/1932409.
 *
 * `yTrue`, `yPred`: `[batch, ...]`.
 *
 * @throws {RangeError} where the shapes do not fit, labels are out of range or values are not finite.
 * @example
 * ```ts
 * import { dice, score } from 'tfjs-multitask/metrics';
 *
 * await score(dice(), [1, 0, 1, 1], [0.9, 0.8, 0.2, 0.7]); // 0.667
 * ```
 */
export function dice<A extends Average = 'macro'>(options: CountsOptions<A> = {}): Metric<ConfusionState, Averaged<A>> {
  checkOptions(options, COUNTS_OPTIONS, 'dice');
  return countsMetric(shareCalled('dice'), options, ({ tp, fp, fn }, divide) => divide(2 * tp, 2 * tp + fp + fn));
}
