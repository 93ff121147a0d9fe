import type { Metric } from '../../types';
import { appendChunk, type Chunks, joinChunks, joinNumbers } from '../core/chunks';
import { checkTargets, eachPosition, readTargets, type TargetOptions, type Targets } from '../core/read-targets';

/**
 * Every score with its label and weight, exact and in the order of arrival. A chunk holds rows of 2 * width + 1 numbers:
 * the scores, the labels (0 or 1) and the weight.
 */
export type ScoresState = Chunks<Float64Array>;

/** A metric that is a function of all scores and labels. */
export function keptScores<R>(
  name: string,
  options: TargetOptions,
  compute: (scores: ScoresState) => R,
): Metric<ScoresState, R> {
  checkTargets(name, options);
  return {
    init: () => [],
    async update(state, yTrue, yPred, weight) {
      return appendChunk(state, rowsOf(await readTargets(name, options, yTrue, yPred, weight)), joinNumbers);
    },
    merge: (a, b) => joinChunks(a, b, joinNumbers),
    compute,
  };
}

function rowsOf(targets: Targets): Float64Array {
  const { width, yTrue, yPred } = targets;
  const stride = 2 * width + 1;
  const rows = new Float64Array((yPred.length / width) * stride);
  let to = 0;
  eachPosition(targets, (at, weight) => {
    for (let k = 0; k < width; k++) {
      rows[to + k] = yPred[at + k];
      rows[to + width + k] = yTrue[at + k];
    }
    rows[to + 2 * width] = weight;
    to += stride;
  });
  return to < rows.length ? rows.slice(0, to) : rows;
}

/** Calls `visit` for each score of the columns from `from` up to `to`, in the order of arrival. */
export function eachScore(
  scores: ScoresState,
  width: number,
  from: number,
  to: number,
  visit: (score: number, positive: boolean, weight: number) => void,
): void {
  const stride = 2 * width + 1;
  for (const rows of scores) {
    for (let row = 0; row < rows.length; row += stride) {
      for (let k = from; k < to; k++) visit(rows[row + k], rows[row + width + k] === 1, rows[row + 2 * width]);
    }
  }
}
