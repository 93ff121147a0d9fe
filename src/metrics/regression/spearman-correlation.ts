import { checkOptions } from '../../internal/check-options';
import type { Metric } from '../../types';
import { appendChunk, type Chunks, joinChunks, joinNumbers } from '../core/chunks';
import { weightOf } from '../core/weights';
import { within } from '../core/within';
import { outputsMetric, REGRESSION_OPTIONS, type RegressionOptions, type RegressionValue } from './outputs-metric';

/** Every pair of values, in the order of arrival: rows of four numbers, the output, the truth, the prediction, the weight. */
export type PairsState = Chunks<Float64Array>;

/**
 * Spearman's rank correlation of truth and prediction, in [-1, 1]: Pearson's correlation of their ranks, where equal
 * values share the mean of theirs.
 *
 * It asks for the same order, not for a straight line; 0/0 where either is constant.
 *
 * `yTrue`, `yPred`: `[batch, ...]` of one shape; every value counts, for several `outputs` those of each alone.
 * `weight`: `[batch]`, or of each element: how often it occurred. It is SciPy's `spearmanr`. The state holds every
 * value.
 *
 * Source: Spearman, "The proof and measurement of association between two things", 1904, doi:10.2307/1412159.
 *
 * @throws {RangeError} where the shapes do not fit, an option is out of range or values are not finite.
 * @example
 * ```ts
 * import { score, spearmanCorrelation } from 'tfjs-multitask/metrics';
 *
 * await score(spearmanCorrelation(), [1, 2, 3, 4], [1, 10, 5, 20]); // 0.8: 1 - 6 * 2 / (4 * 15)
 * ```
 */
export function spearmanCorrelation<A extends 'macro' | 'none' = 'macro'>(
  options: RegressionOptions<A> = {},
): Metric<PairsState, RegressionValue<A>> {
  checkOptions(options, REGRESSION_OPTIONS, 'spearmanCorrelation');
  const traits = { name: 'spearmanCorrelation', direction: 'max', range: [-1, 1] } as const;
  return outputsMetric<PairsState, A>(traits, options, (outputs) => ({
    init: () => [],
    add(state, pair) {
      const rows: number[] = [];
      for (let i = 0; i < pair.yPred.length; i++) {
        const weight = weightOf(pair, i);
        if (weight !== 0) rows.push(i % outputs, pair.yTrue[i], pair.yPred[i], weight);
      }
      return appendChunk(state, Float64Array.from(rows), joinNumbers);
    },
    merge: (a, b) => joinChunks(a, b, joinNumbers),
    outputValue(state, output, divide) {
      const { truth, prediction, weights } = columnsOf(state, output);
      const [a, b] = [centredRanks(truth, weights), centredRanks(prediction, weights)];
      const sum = (x: Float64Array, y: Float64Array) =>
        x.reduce((total, each, i) => total + weights[i] * each * y[i], 0);
      const most = Math.sqrt(sum(a, a)) * Math.sqrt(sum(b, b));
      return divide(within(-most, most, sum(a, b)), most);
    },
  }));
}

function columnsOf(state: PairsState, output: number) {
  const columns = { truth: [] as number[], prediction: [] as number[], weights: [] as number[] };
  for (const rows of state) {
    for (let row = 0; row < rows.length; row += 4) {
      if (rows[row] !== output) continue;
      columns.truth.push(rows[row + 1]);
      columns.prediction.push(rows[row + 2]);
      columns.weights.push(rows[row + 3]);
    }
  }
  return columns;
}

/** The rank of each value among all, minus the mean rank: half of the weight below it less that above it. */
function centredRanks(values: readonly number[], weights: readonly number[]): Float64Array {
  const order = values.map((_, i) => i).sort((i, j) => values[i] - values[j]);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const ranks = new Float64Array(values.length);
  let below = 0;
  for (let from = 0; from < order.length; ) {
    let to = from;
    let tied = 0;
    while (to < order.length && values[order[to]] === values[order[from]]) tied += weights[order[to++]];
    for (let place = from; place < to; place++) ranks[order[place]] = below + (tied - total) / 2;
    below += tied;
    from = to;
  }
  return ranks;
}
