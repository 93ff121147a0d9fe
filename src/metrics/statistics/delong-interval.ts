import { checkChoice } from '../../internal/check';
import { checkOptions } from '../../internal/check-options';
import { normalQuantile } from '../../internal/normal';
import type { Metric } from '../../types';
import type { IgnoreOptions } from '../core/read-targets';
import { keptScores, ONE_SCORE, type ScoresState } from '../ranking/kept-scores';
import { rank, total } from '../ranking/ranking';
import { type ConfidenceOptions, checkConfidenceLevel, type Interval } from './confidence';
import { components, varianceOfMean } from './delong';

/** Options of {@link delongInterval}. */
export interface DelongOptions extends ConfidenceOptions, IgnoreOptions {
  /**
   * The scale on which the interval is symmetric: `'logit'`, which stays within (0, 1) and covers better
   * near 1, or `'identity'`, cut off at 0 and 1, as pROC's `ci.auc` does. Default: `'logit'`.
   */
  readonly scale?: 'logit' | 'identity' | undefined;
}

/**
 * The AUC with DeLong's confidence interval: no resampling and no assumption on the distribution of the scores.
 * var = var(share of negatives below a positive) / positives + var(share of positives above a negative) / negatives.
 *
 * `yTrue`: 0 or 1, `yPred`: scores, `[batch, ...]` both; every value is one case, and the cases must be independent
 * (the pixels of an image are not: use `interval`). A weight says how often a case occurred; `n` is their sum.
 * The interval is NaN with fewer than two of either class. Perfect separation leaves no variance: the interval is then
 * one point and tells nothing.
 *
 * Sources: DeLong, DeLong, Clarke-Pearson, 1988, doi:10.2307/2531595; Sun and Xu, 2014, doi:10.1109/LSP.2014.2337313.
 *
 * @throws {RangeError} where `confidenceLevel` is not in (0, 1), the shapes do not fit, labels are not 0 or 1, values
 * are not finite or weights are not whole.
 * @example
 * ```ts
 * import { delongInterval, score } from 'tfjs-multitask/metrics';
 *
 * const { value, low, high } = await score(delongInterval(), [0, 0, 1, 0, 1, 1], [0.1, 0.4, 0.35, 0.3, 0.8, 0.9]);
 * ```
 */
export function delongInterval(options: DelongOptions = {}): Metric<ScoresState, Interval> {
  checkOptions(options, ['confidenceLevel', 'ignoreIndex', 'scale'], 'delongInterval');
  const { confidenceLevel = 0.95, scale = 'logit', ...rest } = options;
  checkConfidenceLevel('delongInterval', confidenceLevel);
  checkChoice(scale, ['logit', 'identity'], 'delongInterval: scale');
  const z = normalQuantile((1 + confidenceLevel) / 2);
  return keptScores({ ...ONE_SCORE, name: 'delongInterval' }, rest, (state) => {
    const ranking = rank(state);
    const { positives, negatives } = ranking;
    const odd = [...positives, ...negatives].find((count) => !Number.isInteger(count));
    if (odd !== undefined) {
      throw new RangeError(`delongInterval: weight must count cases, in whole numbers, got a total of ${odd}.`);
    }
    const { auc, ofPositives, ofNegatives } = components(ranking);
    const variance = varianceOfMean(ofPositives, positives) + varianceOfMean(ofNegatives, negatives);
    const standardError = Math.sqrt(variance);
    const end = scale === 'logit' ? onLogit : onIdentity;
    return {
      value: auc,
      low: end(auc, -z * standardError),
      high: end(auc, z * standardError),
      n: total(positives) + total(negatives),
      standardError,
    };
  });
}

function onIdentity(auc: number, shift: number): number {
  return Math.min(Math.max(auc + shift, 0), 1);
}

function onLogit(auc: number, shift: number): number {
  if (shift === 0) return auc;
  const spread = auc * (1 - auc);
  return 1 / (1 + Math.exp(-(Math.log(auc / (1 - auc)) + shift / spread)));
}
