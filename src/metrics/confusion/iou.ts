import { checkOptions } from '../../internal/check-options';
import type { Metric } from '../../types';
import type { Average, Averaged } from '../core/average';
import type { ConfusionState } from './confusion-table';
import { COUNTS_OPTIONS, type CountsOptions, countsMetric, shareCalled } from './counts-metric';

/**
 * Intersection over union (Jaccard index) of all pixels pooled: tp / (tp + fp + fn).
 *
 * Source: Jaccard, "The distribution of the flora in the alpine zone", 1912, doi:10.1111/j.1469-8137.1912.tb05611.x.
 *
 * `yTrue`, `yPred`: `[batch, ...]`.
 *
 * @throws {RangeError} where the shapes do not fit, labels are out of range or values are not finite.
 * @example
 * ```ts
 * import { iou, score } from 'tfjs-multitask/metrics';
 *
 * await score(iou(), [1, 0, 1, 1], [0.9, 0.8, 0.2, 0.7]); // 0.5
 * ```
 */
export function iou<A extends Average = 'macro'>(options: CountsOptions<A> = {}): Metric<ConfusionState, Averaged<A>> {
  checkOptions(options, COUNTS_OPTIONS, 'iou');
  return countsMetric(shareCalled('iou'), options, ({ tp, fp, fn }, divide) => divide(tp, tp + fp + fn));
}
