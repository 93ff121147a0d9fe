import { checkOptions } from '../../internal/check-options';
import { highest } from '../../internal/highest';
import type { Metric } from '../../types';
import { checkDecisions, cutOff, type DecisionOptions } from '../core/decisions';
import { type MeanState, meanOfCases } from '../core/mean-of-cases';
import { DECISIONS } from '../core/readings';
import { targetMetric } from '../core/target-metric';
import { sampleWeight, weightOf } from '../core/weights';

/**
 * The fraction of the samples of which every decision is right: all labels of a case, all pixels of a mask.
 *
 * `yTrue`, `yPred`: `[batch, ...]`. NaN without samples. With `labels` it is scikit-learn's `accuracy_score` of several
 * labels (subset accuracy) and torchmetrics' `MultilabelExactMatch`, with `classes` its `MulticlassExactMatch`.
 *
 * @throws {RangeError} where the shapes do not fit, labels are out of range or values are not finite.
 * @example
 * ```ts
 * import { exactMatch, score } from 'tfjs-multitask/metrics';
 *
 * await score(exactMatch({ labels: 2 }), [[1, 0], [1, 1]], [[0.9, 0.2], [0.8, 0.3]]); // 0.5
 * ```
 */
export function exactMatch(options: DecisionOptions = {}): Metric<MeanState> {
  const name = 'exactMatch';
  checkOptions(options, ['classes', 'ignoreIndex', 'labels', 'threshold'], name);
  const traits = { name, ...DECISIONS, direction: 'max', range: [0, 1] } as const;
  return targetMetric(traits, options, (final) => {
    checkDecisions(name, final);
    const { classes } = final;
    return meanOfCases((targets, add) => {
      const { batch, size, width, yTrue, yPred } = targets;
      const cut = classes === undefined ? cutOff(name, final, targets) : Number.NaN;
      const isRight = (i: number): boolean => {
        if (classes === undefined) return yPred[i] >= cut === (yTrue[i] === 1);
        return i % width !== 0 || yTrue[i + highest(yPred, i, width)] === 1;
      };
      for (let sample = 0; sample < batch; sample++) {
        const weight = sampleWeight(targets, size, sample);
        if (weight === 0) continue;
        let right = true;
        for (let i = sample * size; right && i < (sample + 1) * size; i++) {
          right = weightOf(targets, i) === 0 || isRight(i);
        }
        add(right ? 1 : 0, weight);
      }
    });
  });
}
