import { checkOptions } from '../../internal/check-options';
import type { Metric } from '../../types';
import { isSeveral } from '../core/average';
import type { DecisionOptions } from '../core/decisions';
import { type ConfusionState, type Counts, confusionMetric, countsOf } from './confusion-table';

/**
 * Counts of true and false positives and negatives, weighted by the samples' weights: `{ tp, fp, fn, tn }`, or an array
 * of them with `classes` (each class against the others) or `labels`.
 *
 * `yTrue`, `yPred`: `[batch, ...]`; every value counts, so that for masks these are numbers of pixels.
 *
 * @throws {RangeError} where the shapes do not fit, labels are out of range or values are not finite.
 * @example
 * ```ts
 * import { confusion, score } from 'tfjs-multitask/metrics';
 *
 * await score(confusion(), [1, 0, 1, 1], [0.9, 0.8, 0.2, 0.7]); // { tp: 2, fp: 1, fn: 1, tn: 0 }
 * ```
 */
export function confusion(options: DecisionOptions & { readonly classes: number }): Metric<ConfusionState, Counts[]>;
export function confusion(options: DecisionOptions & { readonly labels: number }): Metric<ConfusionState, Counts[]>;
export function confusion(
  options?: DecisionOptions & { readonly classes?: undefined; readonly labels?: undefined },
): Metric<ConfusionState, Counts>;
export function confusion(options: DecisionOptions = {}): Metric<ConfusionState, Counts | Counts[]> {
  checkOptions(options, ['classes', 'ignoreIndex', 'labels', 'threshold'], 'confusion');
  const metric = confusionMetric<DecisionOptions, Counts | Counts[]>({ name: 'confusion' }, options, (tables) => {
    const counts = countsOf(tables, options);
    return isSeveral(options) ? counts : counts[0];
  });
  // Of several classes it is an array, which a trainer must not make of it unasked.
  return { ...metric, fitting: { ...metric.fitting, fill: undefined } };
}
