import { type Ranking, runningSums, total } from '../ranking/ranking';

/**
 * DeLong's structural components of an AUC. For a positive: the share of the negatives below it, for a negative: the
 * share of the positives above it, ties half; one for each place in the ranking. From running sums over the ranking,
 * as in the fast algorithm, so O(n) after the sort.
 *
 * Sources: DeLong, DeLong, Clarke-Pearson, "Comparing the areas under two or more correlated receiver operating
 * characteristic curves", 1988, doi:10.2307/2531595; Sun and Xu, "Fast implementation of DeLong's algorithm", 2014,
 * doi:10.1109/LSP.2014.2337313.
 */
export interface Components {
  readonly auc: number;
  readonly ofPositives: Float64Array;
  readonly ofNegatives: Float64Array;
}

export function components({ positives, negatives }: Ranking): Components {
  const allPositives = total(positives);
  const allNegatives = total(negatives);
  const below = runningSums(negatives.toReversed()).reverse();
  const above = runningSums(positives);
  const ofPositives = below.map((sum, i) => (sum - negatives[i] / 2) / allNegatives);
  const ofNegatives = above.map((sum, i) => (sum - positives[i] / 2) / allPositives);
  const auc = positives.reduce((sum, weight, i) => sum + weight * ofPositives[i], 0) / allPositives;
  return { auc, ofPositives, ofNegatives };
}

/** The variance of the mean of `values`; `weights` says how often each occurred. NaN for fewer than two. */
export function varianceOfMean(
  values: ArrayLike<number>,
  weights: Float64Array = new Float64Array(values.length).fill(1),
): number {
  const count = total(weights);
  const mean = weights.reduce((sum, weight, i) => sum + weight * values[i], 0) / count;
  const squares = weights.reduce((sum, weight, i) => sum + weight * (values[i] - mean) ** 2, 0);
  return squares / (count - 1) / count;
}
