import { checkOptions } from '../../internal/check-options';
import type { Metric } from '../../types';
import { within } from '../core/within';
import type { ConfusionState } from './confusion-table';
import {
  columnSums,
  diagonal,
  rowSums,
  sum,
  TABLE_OPTIONS,
  type TableOptions,
  type TableValue,
  tableMetric,
} from './table-metric';

/**
 * Matthews' correlation of truth and decision, in [-1, 1]; 0 is chance.
 *
 * For two classes (tp tn - fp fn) / sqrt((tp + fp) (tp + fn) (tn + fp) (tn + fn)), for more its generalisation R_K.
 *
 * 0/0 (all of one class, in truth or prediction) is `zeroDivision`, NaN by default; scikit-learn returns 0.
 * `yTrue`, `yPred`: `[batch, ...]`.
 *
 * Source: Gorodkin, "Comparing two K-category assignments by a K-category correlation coefficient", 2004,
 * doi:10.1016/j.compbiolchem.2004.09.006.
 *
 * @throws {RangeError} where the shapes do not fit, labels are out of range or values are not finite.
 * @example
 * ```ts
 * import { matthewsCorrelation, score } from 'tfjs-multitask/metrics';
 *
 * await score(matthewsCorrelation(), [1, 0, 1, 1], [0.9, 0.2, 0.3, 0.7]); // 0.577: 2 / sqrt(2 * 3 * 1 * 2)
 * ```
 */
export function matthewsCorrelation<A extends 'none' | undefined = undefined>(
  options: TableOptions<A> = {},
): Metric<ConfusionState, TableValue<A>> {
  checkOptions(options, TABLE_OPTIONS, 'matthewsCorrelation');
  return tableMetric({ name: 'matthewsCorrelation', range: [-1, 1] }, options, (table, divide) => {
    const truth = rowSums(table);
    const predicted = columnSums(table);
    const total = sum(truth);
    const agreement = total * sum(diagonal(table)) - sum(truth.map((t, k) => t * predicted[k]));
    const most = Math.sqrt(spread(truth) * spread(predicted));
    return divide(within(-most, most, agreement), most);
  });
}

/** total^2 - sum of squares, without the cancellation: 0 where one class holds all. */
function spread(totals: readonly number[]): number {
  return sum(totals.map((a, i) => a * sum(totals.filter((_, j) => j !== i))));
}
