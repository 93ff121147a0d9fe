import { checkInteger } from '../../internal/check';
import { checkOptions } from '../../internal/check-options';
import type { Metric } from '../../types';
import { type Average, type Averaged, averaged, checkAverage } from '../core/average';
import { dividing } from '../core/divide';
import { checkProbabilities } from '../core/read-pair';
import { eachValue } from '../core/read-targets';
import { PROBABILITIES } from '../core/readings';
import { targetMetric } from '../core/target-metric';
import { area } from './auc';
import { type Ranking, total } from './ranking';
import type { RankingOptions } from './ranking-metric';

/** Options of {@link binnedAuc}. */
export interface BinnedAucOptions<A extends Average = Average> extends RankingOptions<A> {
  /** How many thresholds, evenly from 0 to 1; scores between two of them are ties. Default: 200. */
  readonly thresholds?: number | undefined;
}

/** For each class or label the weight of the positives between two thresholds, then that of the negatives. */
export type BinnedScoresState = Float64Array;

/**
 * The area under the ROC curve from counts between fixed thresholds, in constant memory: for the pixels of a large set,
 * where `auc` would hold every score.
 *
 * Scores between two thresholds are ties, so that it differs from `auc` by the ties that this makes.
 *
 * `yTrue`, `yPred`: `[batch, ...]`, probabilities; every value is one case. Without positives or without negatives it
 * is `zeroDivision`, NaN by default. It is torchmetrics' `auroc(thresholds=n)`, whose curve leaves out the part up to
 * the first point where scores are 1.
 *
 * @throws {RangeError} where `thresholds` is not an integer of at least 2, the shapes do not fit, labels are out of
 * range or `yPred` is not in [0, 1].
 * @example
 * ```ts
 * import { binnedAuc, score } from 'tfjs-multitask/metrics';
 *
 * await score(binnedAuc({ thresholds: 3 }), [0, 0, 1, 1], [0.1, 0.6, 0.7, 0.8]); // 0.75: 0.6 ties with both positives
 * ```
 */
export function binnedAuc<A extends Average = 'macro'>(
  options: BinnedAucOptions<A> = {},
): Metric<BinnedScoresState, Averaged<A>> {
  const name = 'binnedAuc';
  checkOptions(options, ['average', 'classes', 'ignoreIndex', 'labels', 'thresholds', 'zeroDivision'], name);
  const { thresholds = 200 } = options;
  checkInteger(thresholds, 2, `${name}: thresholds`);
  checkAverage(name, options);
  const divide = dividing(name, options);
  const traits = { name, ...PROBABILITIES, direction: 'max', range: [0, 1] } as const;
  return targetMetric(traits, options, (final) => {
    const width = final.classes ?? final.labels ?? 1;
    const rankingOf = (state: BinnedScoresState, column: number): Ranking => {
      const from = 2 * thresholds * column;
      return {
        scores: new Float64Array(0),
        positives: state.slice(from, from + thresholds).reverse(),
        negatives: state.slice(from + thresholds, from + 2 * thresholds).reverse(),
      };
    };
    return {
      init: () => new Float64Array(2 * thresholds * width),
      add(state, targets) {
        checkProbabilities(name, targets);
        const next = Float64Array.from(state);
        eachValue(targets, (i, weight) => {
          const place = lastThreshold(targets.yPred[i], thresholds);
          next[thresholds * (2 * (i % width) + (targets.yTrue[i] === 1 ? 0 : 1)) + place] += weight;
        });
        return next;
      },
      merge: (a, b) => a.map((value, i) => value + b[i]),
      compute(state) {
        const rankings = Array.from({ length: width }, (_, column) => rankingOf(state, column));
        return averaged(final, divide, final.classes ?? final.labels, (from, to) => {
          const ranking = rankings.slice(from, to).reduce(pooled);
          return [area(ranking, divide), total(ranking.positives)];
        }) as Averaged<A>;
      },
    };
  });
}

function pooled(a: Ranking, b: Ranking): Ranking {
  const sum = (x: Float64Array, y: Float64Array) => x.map((value, i) => value + y[i]);
  return { ...a, positives: sum(a.positives, b.positives), negatives: sum(a.negatives, b.negatives) };
}

/** The place of the last threshold that the score reaches. The product may round, so the thresholds decide. */
function lastThreshold(score: number, thresholds: number): number {
  const place = Math.min(Math.floor(score * (thresholds - 1)), thresholds - 1);
  if (score < place / (thresholds - 1)) return place - 1;
  return place < thresholds - 1 && score >= (place + 1) / (thresholds - 1) ? place + 1 : place;
}
