import type { Metric } from '../../types';
import { appendChunk, type Chunks, joinChunks, joinNumbers } from '../core/chunks';
import type { TargetOptions, Targets } from '../core/read-targets';
import { type TargetTraits, targetMetric } from '../core/target-metric';
import { weightOf } from '../core/weights';

/**
 * Every score with its label and weight, exact and in the order of arrival. A chunk holds rows of 3 * width numbers:
 * the scores, the labels (0 or 1) and the weights.
 */
export type ScoresState = Chunks<Float64Array>;

/** A metric that is a function of all scores and labels, and of the options that it has in the end. */
export function keptScores<O extends TargetOptions, R>(
  traits: TargetTraits,
  given: O,
  compute: (scores: ScoresState, options: O) => R,
): Metric<ScoresState, R> {
  return targetMetric(traits, given, (options) => ({
    init: () => [],
    add: (state, targets) => appendChunk(state, rowsOf(targets), joinNumbers),
    merge: (a, b) => joinChunks(a, b, joinNumbers),
    compute: (state) => compute(state, options),
  }));
}

/** What metrics of one score for each case have in common, all of them better when higher, up to 1. */
export const ONE_SCORE = { axis: [], direction: 'max', range: [0, 1] } as const;

function rowsOf(targets: Targets): Float64Array {
  const { width, yTrue, yPred } = targets;
  const rows = new Float64Array(3 * yPred.length);
  let to = 0;
  for (let at = 0; at < yPred.length; at += width) {
    let counts = false;
    for (let k = 0; k < width; k++) {
      const weight = weightOf(targets, at + k);
      rows[to + 2 * width + k] = weight;
      if (weight === 0) continue;
      counts = true;
      rows[to + k] = yPred[at + k];
      rows[to + width + k] = yTrue[at + k];
    }
    if (counts) to += 3 * width;
  }
  return to < rows.length ? rows.slice(0, to) : rows;
}

/** Calls `visit` for each score of the columns from `from` up to `to`, in the order of arrival. */
export function eachScore(
  scores: ScoresState,
  width: number,
  from: number,
  to: number,
  visit: (score: number, label: number, weight: number) => void,
): void {
  const stride = 3 * width;
  for (const rows of scores) {
    for (let row = 0; row < rows.length; row += stride) {
      for (let k = row + from; k < row + to; k++) {
        const weight = rows[k + 2 * width];
        if (weight > 0) visit(rows[k], rows[k + width], weight);
      }
    }
  }
}
