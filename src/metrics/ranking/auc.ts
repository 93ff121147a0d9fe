import { checkNumber } from '../../internal/check-kinds';
import { checkOptions } from '../../internal/check-options';
import { refuse } from '../../internal/refuse';
import type { Metric } from '../../types';
import type { Average, Averaged } from '../core/average';
import type { Divide } from '../core/divide';
import type { ScoresState } from './kept-scores';
import { type Ranking, total } from './ranking';
import { type RankingOptions, rankingMetric } from './ranking-metric';

/** Options of {@link auc}. */
export interface AucOptions<A extends Average = Average> extends RankingOptions<A> {
  /**
   * Takes only the part of the curve up to this false positive rate, in (0, 1], standardised so that chance is 0.5 and
   * perfection 1: McClish, "Analyzing a portion of the ROC curve", 1989, doi:10.1177/0272989X8900900307.
   * Default: 1, the whole curve.
   */
  readonly maxFpr?: number | undefined;
}

/**
 * The exact area under the ROC curve: the chance that a positive scores higher than a negative, where a tie counts half
 * (the Mann-Whitney statistic).
 *
 * With `classes` or `labels` the average of each class against the others.
 *
 * `yTrue`, `yPred`: `[batch, ...]`; every value is one case. Without positives or without negatives it is
 * `zeroDivision`, NaN by default as in scikit-learn and MONAI; torchmetrics returns 0.
 *
 * Source: Hanley and McNeil, "The meaning and use of the area under a receiver operating characteristic (ROC) curve",
 * 1982, doi:10.1148/radiology.143.1.7063747.
 *
 * @throws {RangeError} where `maxFpr` is not in (0, 1], the shapes do not fit, labels are out of range or values are
 * not finite.
 * @example
 * ```ts
 * import { auc, score } from 'tfjs-multitask/metrics';
 *
 * await score(auc(), [0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]); // 0.75
 * ```
 */
export function auc<A extends Average = 'macro'>(options: AucOptions<A> = {}): Metric<ScoresState, Averaged<A>> {
  checkOptions(options, ['average', 'classes', 'ignoreIndex', 'labels', 'maxFpr', 'zeroDivision'], 'auc');
  const { maxFpr = 1 } = options;
  checkNumber(maxFpr, 'auc: maxFpr');
  if (!(maxFpr > 0 && maxFpr <= 1)) refuse('auc: maxFpr', 'lie in (0, 1]', maxFpr);
  return rankingMetric('auc', options, (ranking, divide) => area(ranking, divide, maxFpr));
}

/**
 * The area under the curve up to `maxFpr`, standardised: for a = area / maxFpr, (a + 1 - maxFpr) / (2 - maxFpr), which is a
 * for the whole curve.
 */
export function area({ positives, negatives }: Ranking, divide: Divide, maxFpr = 1): number {
  const end = maxFpr * total(negatives);
  let right = 0;
  let higher = 0;
  let wins = 0;
  for (let i = 0; right < end; i++) {
    const step = Math.min(negatives[i], end - right);
    const rise = (positives[i] * step) / (negatives[i] || 1);
    wins += step * (higher + rise / 2);
    right += step;
    higher += positives[i];
  }
  const most = end * total(positives);
  const rest = most * (1 - maxFpr);
  return divide(Math.min(wins, most) + rest, most + rest);
}
