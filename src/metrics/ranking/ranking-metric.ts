import type { Metric } from '../../types';
import { type Average, type Averaged, type AverageOptions, averaged, checkAverage } from '../core/average';
import { type Divide, dividing, type ZeroDivisionOptions } from '../core/divide';
import type { TargetOptions } from '../core/read-targets';
import { keptScores, type ScoresState } from './kept-scores';
import { type Ranking, rank, total } from './ranking';

export interface RankingOptions<A extends Average = Average>
  extends TargetOptions,
    AverageOptions<A>,
    ZeroDivisionOptions {}

/** A metric that is a function of the order of the scores of one class against the others, averaged over the classes. */
export function rankingMetric<A extends Average>(
  name: string,
  options: RankingOptions<A>,
  value: (ranking: Ranking, divide: Divide) => number,
): Metric<ScoresState, Averaged<A>> {
  const { classes, labels, average } = options;
  const several = (classes ?? labels) !== undefined;
  const width = classes ?? labels ?? 1;
  checkAverage(name, average, several);
  const divide = dividing(options);
  return keptScores(name, options, (state) => {
    const ofColumns = (from: number, to: number) => rank(state, width, from, to);
    const evaluate = (ranking: Ranking) => value(ranking, divide);
    const result = several
      ? averaged(
          average ?? 'macro',
          () => Array.from({ length: width }, (_, k) => ofColumns(k, k + 1)),
          () => ofColumns(0, width),
          evaluate,
          (ranking) => total(ranking.positives),
          divide,
        )
      : evaluate(ofColumns(0, 1));
    return result as Averaged<A>;
  });
}
