import { checkOptions } from '../../internal/check-options';
import type { Metric } from '../../types';
import type { ConfusionState } from './confusion-table';
import { diagonal, rowSums, sum, TABLE_OPTIONS, type TableOptions, type TableValue, tableMetric } from './table-metric';

/**
 * The fraction of right decisions, of all classes together: for two (tp + tn) / (tp + fp + fn + tn).
 *
 * `yTrue`, `yPred`: `[batch, ...]`. With `classes` it is scikit-learn's `accuracy_score` (torchmetrics:
 * `average='micro'`); with `labels` each label is a separate decision.
 *
 * @throws {RangeError} where the shapes do not fit, labels are out of range or values are not finite.
 * @example
 * ```ts
 * import { accuracy, score } from 'tfjs-multitask/metrics';
 *
 * await score(accuracy(), [1, 0, 1, 1], [0.9, 0.2, 0.3, 0.7]); // 0.75
 * ```
 */
export function accuracy<A extends 'none' | undefined = undefined>(
  options: TableOptions<A> = {},
): Metric<ConfusionState, TableValue<A>> {
  checkOptions(options, TABLE_OPTIONS, 'accuracy');
  return tableMetric({ name: 'accuracy', range: [0, 1] }, options, (table, divide) =>
    divide(sum(diagonal(table)), sum(rowSums(table))),
  );
}
