import { checkOptions } from '../../internal/check-options';
import type { Metric } from '../../types';
import { type MeanState, meanOfCases } from '../core/mean-of-cases';
import { checkProbabilities } from '../core/read-pair';
import { eachCase, eachValue, type TargetOptions } from '../core/read-targets';
import { PROBABILITIES } from '../core/readings';
import { targetMetric } from '../core/target-metric';

/**
 * The Brier score, the mean squared error of predicted probabilities: mean of (p - y)^2, with `classes` the mean of the
 * sum over them of (p_k - y_k)^2; with `labels` each value is a case.
 *
 * 0 is best. It is scikit-learn's `brier_score_loss` in both cases.
 *
 * `yTrue`, `yPred`: `[batch, ...]`, probabilities. NaN without cases.
 *
 * Source: Brier, "Verification of forecasts expressed in terms of probability", 1950,
 * doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2.
 *
 * @throws {RangeError} where the shapes do not fit, labels are out of range or `yPred` is not in [0, 1].
 * @example
 * ```ts
 * import { brierScore, score } from 'tfjs-multitask/metrics';
 *
 * await score(brierScore(), [0, 1, 1], [0.5, 0.5, 1]); // 0.167: (0.25 + 0.25) / 3
 * ```
 */
export function brierScore(options: TargetOptions = {}): Metric<MeanState> {
  checkOptions(options, ['classes', 'ignoreIndex', 'labels'], 'brierScore');
  const traits = { name: 'brierScore', ...PROBABILITIES, direction: 'min' } as const;
  return targetMetric(traits, options, ({ classes }) => ({
    range: [0, classes === undefined ? 1 : 2],
    ...meanOfCases((targets, add) => {
      checkProbabilities('brierScore', targets);
      const { width, yTrue, yPred } = targets;
      const squared = (i: number) => (yPred[i] - yTrue[i]) ** 2;
      if (classes === undefined) eachValue(targets, (i, weight) => add(squared(i), weight));
      else {
        eachCase(targets, (at, weight) => {
          let sum = 0;
          for (let i = at; i < at + width; i++) sum += squared(i);
          add(sum, weight);
        });
      }
    }),
  }));
}
