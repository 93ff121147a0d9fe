import { checkOptions } from '../../internal/check-options';
import type { Metric } from '../../types';
import { meanOf } from '../core/average';
import type { ConfusionState } from './confusion-table';
import { rowSums, TABLE_OPTIONS, type TableOptions, type TableValue, tableMetric } from './table-metric';

/**
 * The mean over the classes of the fraction of each that is found: for two (sensitivity + specificity) / 2.
 *
 * A class that is never true is left out, as in scikit-learn, unless `zeroDivision` is a number.
 *
 * `yTrue`, `yPred`: `[batch, ...]`.
 *
 * Source: Brodersen, Ong, Stephan, Buhmann, "The balanced accuracy and its posterior distribution", 2010,
 * doi:10.1109/ICPR.2010.764.
 *
 * @throws {RangeError} where the shapes do not fit, labels are out of range or values are not finite.
 * @example
 * ```ts
 * import { balancedAccuracy, score } from 'tfjs-multitask/metrics';
 *
 * await score(balancedAccuracy(), [1, 0, 1, 1], [0.9, 0.2, 0.3, 0.7]); // 0.833: (2 / 3 + 1) / 2
 * ```
 */
export function balancedAccuracy<A extends 'none' | undefined = undefined>(
  options: TableOptions<A> = {},
): Metric<ConfusionState, TableValue<A>> {
  checkOptions(options, TABLE_OPTIONS, 'balancedAccuracy');
  return tableMetric({ name: 'balancedAccuracy', range: [0, 1] }, options, (table, divide) => {
    const recalls = rowSums(table).map((total, k) => divide(table[k][k], total));
    return meanOf(recalls, divide);
  });
}
