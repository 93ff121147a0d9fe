import { checkChoice } from '../../internal/check';
import { checkOptions } from '../../internal/check-options';
import type { Metric } from '../../types';
import { within } from '../core/within';
import type { ConfusionState } from './confusion-table';
import { columnSums, rowSums, sum, type TableOptions, tableMetric } from './table-metric';

/** Options of {@link cohenKappa}. */
export interface CohenKappaOptions extends Omit<TableOptions, 'average'> {
  /**
   * What a confusion of classes i and j costs: 1 (`'none'`), |i - j| (`'linear'`) or (i - j)^2
   * (`'quadratic'`), for ordered classes. Default: `'none'`.
   */
  readonly disagreement?: 'none' | 'linear' | 'quadratic' | undefined;
}

const costs = {
  none: (distance: number) => (distance === 0 ? 0 : 1),
  linear: (distance: number) => distance,
  quadratic: (distance: number) => distance * distance,
};

/**
 * Cohen's kappa, the agreement of truth and prediction beyond chance: 1 - (cost observed) / (cost expected if the two
 * were independent).
 *
 * 1 is perfect, 0 is chance.
 *
 * 0/0 (truth and prediction all of one class) is `zeroDivision`, NaN by default as in scikit-learn.
 * `yTrue`, `yPred`: `[batch, ...]`.
 *
 * Source: Cohen, "Weighted kappa", 1968, doi:10.1037/h0026256.
 *
 * @throws {RangeError} where the shapes do not fit, labels are out of range or values are not finite.
 * @example
 * ```ts
 * import { cohenKappa, score } from 'tfjs-multitask/metrics';
 *
 * await score(cohenKappa(), [1, 0, 1, 1], [0.9, 0.2, 0.3, 0.7]); // 0.5
 * ```
 */
export function cohenKappa(options: CohenKappaOptions = {}): Metric<ConfusionState> {
  checkOptions(
    options,
    ['classes', 'disagreement', 'ignoreIndex', 'labels', 'threshold', 'zeroDivision'],
    'cohenKappa',
  );
  const { disagreement = 'none' } = options;
  checkChoice(disagreement, ['none', 'linear', 'quadratic'], 'cohenKappa: disagreement');
  const cost = costs[disagreement];
  return tableMetric({ name: 'cohenKappa', range: [-1, 1] }, options as TableOptions<undefined>, (table, divide) => {
    const truth = rowSums(table);
    const predicted = columnSums(table);
    const mean = (weight: (i: number, j: number) => number) =>
      sum(truth.map((_, i) => sum(predicted.map((_, j) => cost(Math.abs(i - j)) * weight(i, j)))));
    const observed = mean((i, j) => table[i][j]) * sum(truth);
    const expected = mean((i, j) => truth[i] * predicted[j]);
    return divide(within(-expected, expected, expected - observed), expected);
  });
}
