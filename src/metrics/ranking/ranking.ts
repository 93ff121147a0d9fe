import { eachScore, type ScoresState } from './kept-scores';

/** The distinct scores, highest first, with the weights of the positives and negatives that have each. */
export interface Ranking {
  readonly scores: Float64Array;
  readonly positives: Float64Array;
  readonly negatives: Float64Array;
}

/** Ranks the scores of the columns from `from` up to `to`: O(n log n), by a sort of plain numbers and a search for each. */
export function rank(state: ScoresState, width = 1, from = 0, to = width): Ranking {
  const rows = state.reduce((sum, chunk) => sum + chunk.length / (3 * width), 0);
  const all = new Float64Array(rows * (to - from));
  let count = 0;
  eachScore(state, width, from, to, (score) => {
    all[count++] = -score;
  });
  const scores = distinct(all.subarray(0, count).sort());
  const positives = new Float64Array(scores.length);
  const negatives = new Float64Array(scores.length);
  eachScore(state, width, from, to, (score, label, weight) => {
    (label ? positives : negatives)[search(scores, -score)] += weight;
  });
  return { scores: scores.map((score) => 0 - score), positives, negatives };
}

function distinct(sorted: Float64Array): Float64Array {
  let count = 0;
  for (const value of sorted) if (value !== sorted[count - 1]) sorted[count++] = value;
  return sorted.subarray(0, count);
}

/** The place of `value` in `sorted`, which holds it. */
function search(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Running sums, each with all before it. */
export function runningSums(values: Float64Array): Float64Array {
  let sum = 0;
  return values.map((value) => {
    sum += value;
    return sum;
  });
}

export function total(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
