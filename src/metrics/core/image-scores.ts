import type { Chunks } from './chunks';

/** A score of each image, and their mean. */
export interface ImageScores {
  /** The weighted mean over the images that count; NaN if there are none. */
  readonly value: number;
  /** Images that count. */
  readonly n: number;
  /** Images that were left out: for an empty mask, or as none of its pixels is known. */
  readonly skipped: number;
  /** One score per image, in the order of arrival; NaN where it was left out or weighs 0. */
  readonly values: readonly number[];
}

/** Summarizes one score of each image; a row is an image's weight and the scores of its masks. */
export function summarize(
  state: Chunks<Float64Array>,
  width: number,
  scoreOf: (scores: Float64Array) => number,
): ImageScores {
  const values: number[] = [];
  let sum = 0;
  let total = 0;
  let n = 0;
  let skipped = 0;
  for (const rows of state) {
    for (let at = 0; at < rows.length; at += width) {
      const weight = rows[at];
      const score = scoreOf(rows.subarray(at + 1, at + width));
      values.push(score);
      if (weight === 0) continue;
      if (Number.isNaN(score)) {
        skipped++;
        continue;
      }
      n++;
      sum += weight * score;
      total += weight;
    }
  }
  return { value: sum / total, n, skipped, values };
}
