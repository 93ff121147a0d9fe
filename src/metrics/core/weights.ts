import type { NDArray } from '../../types';

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
 * @throws {RangeError} for any other shape.
 */
export function fitWeights(
  name: string,
  weight: NDArray | undefined,
  truth: readonly number[],
  prediction: readonly number[],
): Weights | undefined {
  if (weight === undefined) return undefined;
  const { data, shape } = weight;
  const [batch] = prediction;
  const perPosition = prediction.length > 1 ? [[...prediction.slice(0, -1), 1]] : [];
  if (![[batch], prediction, truth, ...perPosition].some((each) => isShape(shape, each))) {
    throw new RangeError(
      `${name}: weight must have the shape [${batch}] of the samples, or of the elements, ` +
        `${[truth, ...perPosition].map((each) => `[${each}]`).join(' or ')}, got shape [${shape}].`,
    );
  }
  const size = prediction.reduce((product, n) => product * n, 1);
  return { data, per: Math.max(1, size / data.length) };
}

export function isShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((n, i) => n === b[i]);
}
