import type { Metric } from '../../types';
import { type Average, type Averaged, type AverageOptions, averaged, checkAverage } from '../core/average';
import { type Divide, dividing, type ZeroDivisionOptions } from '../core/divide';
import type { TargetOptions } from '../core/read-targets';
import { keptScores, type ScoresState } from './kept-scores';
import { type Ranking, rank, total } from './ranking';

/** Options of metrics of the order of scores, such as {@link averagePrecision}. */
export interface RankingOptions<A extends Average = Average>
  extends TargetOptions,
    AverageOptions<A>,
    ZeroDivisionOptions {}

/** A metric that is a function of the order of the scores of one class against the others, averaged over the classes. */
export function rankingMetric<A extends Average>(
  name: string,
  given: RankingOptions<A>,
  value: (ranking: Ranking, divide: Divide) => number,
): Metric<ScoresState, Averaged<A>> {
  checkAverage(name, given);
  const divide = dividing(name, given);
  return keptScores({ name, direction: 'max', range: [0, 1] }, given, (state, options) => {
    const count = options.classes ?? options.labels;
    return averaged(options, divide, count, (from, to) => {
      const ranking = rank(state, count, from, to);
      return [value(ranking, divide), total(ranking.positives)];
    }) as Averaged<A>;
  });
}
