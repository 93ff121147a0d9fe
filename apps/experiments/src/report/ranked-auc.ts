/**
 * The area under the ROC curve as a function of the weights of the cases, which are ranked once: what a bootstrap calls
 * thousands of times. A case without a class (null) counts for nothing. NaN where a class is missing.
 */
export function rankedAuc(
  truth: readonly (number | null)[],
  scores: readonly number[],
): (weights: ArrayLike<number>) => number {
  const order = truth.flatMap((value, i) => (value === null ? [] : [i])).sort((i, j) => scores[j] - scores[i]);
  return (weights) => {
    let wins = 0;
    let higher = 0;
    let negatives = 0;
    for (let from = 0; from < order.length; ) {
      let tiedPositives = 0;
      let tiedNegatives = 0;
      let to = from;
      for (; to < order.length && scores[order[to]] === scores[order[from]]; to++) {
        if (truth[order[to]] === 1) tiedPositives += weights[order[to]];
        else tiedNegatives += weights[order[to]];
      }
      wins += tiedNegatives * (higher + tiedPositives / 2);
      higher += tiedPositives;
      negatives += tiedNegatives;
      from = to;
    }
    return wins / (higher * negatives);
  };
}
