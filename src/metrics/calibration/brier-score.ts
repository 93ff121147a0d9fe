import type { Metric } from '../../types';
import { checkProbabilities } from '../core/read-pair';
import { checkTargets, eachPosition, readTargets, type TargetOptions } from '../core/read-targets';

/** The weighted sum of the squared errors, and the weight. */
export interface BrierState {
  readonly sum: number;
  readonly weight: number;
}

/**
 * The Brier score, the mean squared error of predicted probabilities: mean of (p - y)^2, with `classes` the mean of the
 * sum over them of (p_k - y_k)^2. 0 is best. It is scikit-learn's `brier_score_loss` in both cases.
 *
 * `yTrue`, `yPred`: `[batch, ...]`, probabilities. NaN without cases.
 *
 * Source: Brier, "Verification of forecasts expressed in terms of probability", 1950,
 * doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2.
 *
 * @throws RangeError where the shapes do not fit, labels are out of range or `yPred` is not in [0, 1].
 * @example
 * await score(brierScore(), [0, 1, 1], [0.5, 0.5, 1]); // 0.167: (0.25 + 0.25) / 3
 */
export function brierScore({ classes }: Pick<TargetOptions, 'classes'> = {}): Metric<BrierState> {
  checkTargets('brierScore', { classes });
  return {
    init: () => ({ sum: 0, weight: 0 }),
    async update(state, yTrue, yPred, weights) {
      const targets = await readTargets('brierScore', { classes }, yTrue, yPred, weights);
      checkProbabilities('brierScore', targets);
      let { sum, weight } = state;
      eachPosition(targets, (at, each) => {
        for (let i = at; i < at + targets.width; i++) sum += each * (targets.yPred[i] - targets.yTrue[i]) ** 2;
        weight += each;
      });
      return { sum, weight };
    },
    merge: (a, b) => ({ sum: a.sum + b.sum, weight: a.weight + b.weight }),
    compute: ({ sum, weight }) => sum / weight,
  };
}
