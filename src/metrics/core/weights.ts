import { refuse } from '../../internal/refuse';
import type { NDArray } from '../../types';
import { checkShape } from './check-shape';

/** How much the values of a prediction count: each number stands for `per` values in a row. */
export interface Weights {
  readonly data: ArrayLike<number>;
  readonly per: number;
}

/** What a part of the data weighs. */
export interface Weighted {
  readonly weights: Weights | undefined;
}

/** The weight of value `i` of a prediction. */
export function weightOf({ weights }: Weighted, i: number): number {
  return weights === undefined ? 1 : weights.data[Math.floor(i / weights.per)];
}

/** What sample `sample` of `size` values weighs: the mean weight of what counts in it, so that nothing left out lowers it. */
export function sampleWeight(weighted: Weighted, size: number, sample: number): number {
  let sum = 0;
  let n = 0;
  for (let i = sample * size; i < (sample + 1) * size; i++) {
    const weight = weightOf(weighted, i);
    sum += weight;
    if (weight !== 0) n++;
  }
  return n === 0 ? 0 : sum / n;
}

/**
 * Fits weights to a prediction: one for each sample, or for each element of the labels, or with 1 as the last axis for
 * all values there.
 *
 * @throws {RangeError} for any other shape, and for weights that are negative or not finite.
 */
export function fitWeights(
  name: string,
  weight: NDArray | undefined,
  truth: NDArray,
  { data: values, shape }: NDArray,
): Weights | undefined {
  if (weight === undefined) return undefined;
  const { data } = weight;
  checkShape(name, weight.shape, [shape.slice(0, 1), truth.shape, [shape[0], ...shape.slice(1).fill(1, -1)], shape]);
  for (const value of data) {
    if (!(value >= 0 && Number.isFinite(value))) refuse(name, 'be finite and not negative', value);
  }
  return { data, per: values.length / data.length };
}
