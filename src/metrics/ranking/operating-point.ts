import { checkRange } from '../../internal/check';
import { checkOptions } from '../../internal/check-options';
import type { Metric } from '../../types';
import type { IgnoreOptions } from '../core/read-targets';
import { keptScores, ONE_SCORE, type ScoresState } from './kept-scores';
import { rank, runningSums } from './ranking';

/** A point of the ROC curve: its value, and the threshold that leads to it. */
export interface OperatingPoint {
  readonly value: number;
  /** Scores at or above it are positive; with Infinity none is. NaN where a class is missing. */
  readonly threshold: number;
}

/**
 * The highest sensitivity with a specificity of at least `specificity`, and its threshold: `sensitivity({ threshold })`
 * on the same data returns the same value.
 *
 * Of thresholds with equal sensitivity, the one with the highest specificity.
 *
 * `yTrue`: 0 or 1, `yPred`: scores, `[batch, ...]` both. NaN without positives or without negatives. A threshold chosen
 * on the data that it is reported on is too optimistic: choose it on other data.
 *
 * @throws {RangeError} where `specificity` is not in [0, 1], the shapes do not fit, labels are not 0 or 1 or values are
 * not finite.
 * @example
 * ```ts
 * import { score, sensitivityAtSpecificity } from 'tfjs-multitask/metrics';
 *
 * await score(sensitivityAtSpecificity(0.9), [0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]); // { value: 0.5, threshold: 0.8 }
 * ```
 */
export function sensitivityAtSpecificity(
  specificity: number,
  options: IgnoreOptions = {},
): Metric<ScoresState, OperatingPoint> {
  checkOptions(options, ['ignoreIndex'], 'sensitivityAtSpecificity');
  checkRange(specificity, 0, 1, 'sensitivityAtSpecificity: specificity');
  return keptScores({ ...ONE_SCORE, name: 'sensitivityAtSpecificity' }, options, (state) => {
    const feasible = curveOf(state).filter((point) => point.specificity >= specificity);
    const value = feasible.at(-1)?.sensitivity ?? Number.NaN;
    const first = feasible.find((point) => point.sensitivity === value);
    return { value, threshold: first?.threshold ?? Number.NaN };
  });
}

/**
 * The highest specificity with a sensitivity of at least `sensitivity`, and its threshold: `specificity({ threshold })`
 * on the same data returns the same value.
 *
 * Of thresholds with equal specificity, the one with the highest sensitivity.
 *
 * `yTrue`: 0 or 1, `yPred`: scores, `[batch, ...]` both. NaN without positives or without negatives. A threshold chosen
 * on the data that it is reported on is too optimistic: choose it on other data.
 *
 * @throws {RangeError} where `sensitivity` is not in [0, 1], the shapes do not fit, labels are not 0 or 1 or values are
 * not finite.
 * @example
 * ```ts
 * import { score, specificityAtSensitivity } from 'tfjs-multitask/metrics';
 *
 * await score(specificityAtSensitivity(0.9), [0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]); // { value: 0.5, threshold: 0.35 }
 * ```
 */
export function specificityAtSensitivity(
  sensitivity: number,
  options: IgnoreOptions = {},
): Metric<ScoresState, OperatingPoint> {
  checkOptions(options, ['ignoreIndex'], 'specificityAtSensitivity');
  checkRange(sensitivity, 0, 1, 'specificityAtSensitivity: sensitivity');
  return keptScores({ ...ONE_SCORE, name: 'specificityAtSensitivity' }, options, (state) => {
    const feasible = curveOf(state).filter((point) => point.sensitivity >= sensitivity);
    const value = feasible[0]?.specificity ?? Number.NaN;
    const last = feasible.findLast((point) => point.specificity === value);
    return { value, threshold: last?.threshold ?? Number.NaN };
  });
}

/**
 * The highest Youden index, sensitivity + specificity - 1, and its threshold: the point of the ROC curve that lies
 * highest above chance.
 *
 * Of thresholds with an equal index, the one with the highest specificity.
 *
 * `yTrue`: 0 or 1, `yPred`: scores, `[batch, ...]` both. NaN without positives or without negatives. A threshold chosen
 * on the data that it is reported on is too optimistic: choose it on other data.
 *
 * Source: Youden, "Index for rating diagnostic tests", 1950,
 * doi:10.1002/1097-0142(1950)3:1<32::AID-CNCR2820030106>3.0.CO;2-3.
 *
 * @throws {RangeError} where the shapes do not fit, labels are not 0 or 1 or values are not finite.
 * @example
 * ```ts
 * import { score, youdenIndex } from 'tfjs-multitask/metrics';
 *
 * await score(youdenIndex(), [0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]); // { value: 0.5, threshold: 0.8 }
 * ```
 */
export function youdenIndex(options: IgnoreOptions = {}): Metric<ScoresState, OperatingPoint> {
  checkOptions(options, ['ignoreIndex'], 'youdenIndex');
  return keptScores({ ...ONE_SCORE, name: 'youdenIndex' }, options, (state) => {
    const points = curveOf(state).map((point) => ({ ...point, value: point.sensitivity + point.specificity - 1 }));
    const value = points.reduce((best, point) => Math.max(best, point.value), Number.NEGATIVE_INFINITY);
    const first = points.find((point) => point.value === value);
    return { value: first?.value ?? Number.NaN, threshold: first?.threshold ?? Number.NaN };
  });
}

/**
 * Both rates at each threshold, from Infinity down: sensitivity grows, specificity falls. None where a class is
 * missing.
 */
function curveOf(state: ScoresState) {
  const { scores, positives, negatives } = rank(state);
  const hits = [0, ...runningSums(positives)];
  const rejected = [...runningSums(negatives.toReversed()).reverse(), 0];
  if (hits[scores.length] === 0 || rejected[0] === 0) return [];
  return hits.map((hit, i) => ({
    sensitivity: hit / hits[scores.length],
    specificity: rejected[i] / rejected[0],
    threshold: i === 0 ? Number.POSITIVE_INFINITY : scores[i - 1],
  }));
}
