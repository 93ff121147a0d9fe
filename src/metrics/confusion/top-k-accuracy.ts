import { checkInteger } from '../../internal/check';
import { checkOptions } from '../../internal/check-options';
import { highest } from '../../internal/highest';
import type { Metric } from '../../types';
import { type MeanState, meanOfCases } from '../core/mean-of-cases';
import { eachCase, type TargetOptions } from '../core/read-targets';
import { targetMetric } from '../core/target-metric';

/**
 * The fraction of the cases whose true class is among the `k` highest scores.
 *
 * Of equal scores the first wins, as in `accuracy`, which it is for `k` 1.
 *
 * `yTrue`, `yPred`: `[batch, ..., classes]`, or numbers of classes as `yTrue`. Needs `classes`, outside of a trainer;
 * NaN without cases. It is scikit-learn's `top_k_accuracy_score`, where of equal scores the last wins.
 *
 * @throws {RangeError} where `k` is not a positive integer or not below the number of classes, the shapes do not fit,
 * labels are out of range or values are not finite.
 * @example
 * ```ts
 * import { score, topKAccuracy } from 'tfjs-multitask/metrics';
 *
 * await score(topKAccuracy(2, { classes: 3 }), [2, 0], [[0.2, 0.5, 0.3], [0.1, 0.5, 0.4]]); // 0.5
 * ```
 */
export function topKAccuracy(
  k: number,
  options: Pick<TargetOptions, 'classes' | 'ignoreIndex'> = {},
): Metric<MeanState> {
  const name = 'topKAccuracy';
  checkInteger(k, 1, `${name}: k`);
  checkOptions(options, ['classes', 'ignoreIndex'], name);
  const traits = { name, axis: ['classes'], direction: 'max', range: [0, 1] } as const;
  return targetMetric(traits, options, ({ classes = Number.POSITIVE_INFINITY }) => {
    if (k >= classes) throw new RangeError(`${name}: k must be below the ${classes} classes, got ${k}.`);
    return meanOfCases((targets, add) => {
      const { width, yTrue, yPred } = targets;
      if (width === 1) throw new RangeError(`${name}: give the option classes.`);
      eachCase(targets, (at, weight) => {
        const truth = at + highest(yTrue, at, width);
        let before = 0;
        for (let i = at; i < at + width; i++) {
          if (yPred[i] > yPred[truth] || (yPred[i] === yPred[truth] && i < truth)) before++;
        }
        add(before < k ? 1 : 0, weight);
      });
    });
  });
}
