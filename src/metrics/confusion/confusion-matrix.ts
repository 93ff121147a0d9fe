import { checkOptions } from '../../internal/check-options';
import type { Metric } from '../../types';
import type { DecisionOptions } from '../core/decisions';
import { type ConfusionState, confusionMetric } from './confusion-table';

/**
 * The confusion matrix: `matrix[i][j]` is the weight of what is class `i` and was predicted as class `j` (0 and 1
 * without `classes`).
 *
 * `yTrue`, `yPred`: `[batch, ...]`.
 *
 * @throws {RangeError} where the shapes do not fit, labels are out of range or values are not finite.
 * @example
 * ```ts
 * import { confusionMatrix, score } from 'tfjs-multitask/metrics';
 *
 * await score(confusionMatrix(), [1, 0, 1, 1], [0.9, 0.8, 0.2, 0.7]); // [[0, 1], [1, 2]]
 * ```
 */
export function confusionMatrix(
  options: Omit<DecisionOptions, 'labels'> = {},
): Metric<ConfusionState, readonly (readonly number[])[]> {
  checkOptions(options, ['classes', 'ignoreIndex', 'threshold'], 'confusionMatrix');
  return confusionMetric({ name: 'confusionMatrix', axis: ['classes'] }, options, ([table]) => table);
}
