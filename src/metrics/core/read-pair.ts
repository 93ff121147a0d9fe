import { readValues } from '../../internal/values';
import type { NDArray, Values } from '../../types';

/** What a metric was given, as plain numbers that have passed the checks. */
export interface Pair {
  /** Samples. */
  readonly batch: number;
  /** Values of `yPred` in one sample. */
  readonly size: number;
  /** Of `yPred`, the batch first. */
  readonly shape: readonly number[];
  readonly yTrue: NDArray['data'];
  readonly yPred: NDArray['data'];
  /** One for each sample; a sample of weight 0 has not been checked and must not be read. */
  readonly weight: NDArray['data'] | undefined;
}

/** The weight of sample `i`. */
export function weightOf(pair: Pick<Pair, 'weight'>, i: number): number {
  return pair.weight === undefined ? 1 : pair.weight[i];
}

/**
 * The cut-off for `scores`: a score at or above it is positive, as in a ROC curve, so that a threshold read off a curve
 * reproduces the curve's point. Rounded to 32 bits where the scores are, so that tensors and arrays agree.
 */
export function cutOff(threshold: number, scores: NDArray['data']): number {
  return scores instanceof Float32Array ? Math.fround(threshold) : threshold;
}

/** What a metric was given, as plain numbers. */
export interface Arguments {
  readonly truth: NDArray;
  readonly prediction: NDArray;
  readonly weight: NDArray['data'] | undefined;
}

/** Reads what a metric was given and checks all but what depends on the shape of a sample. */
export async function readArguments(
  name: string,
  yTrue: Values,
  yPred: Values,
  weight: Values | undefined,
): Promise<Arguments> {
  const [truth, prediction, weights] = await Promise.all([
    readArray(yTrue, `${name}: yTrue`),
    readArray(yPred, `${name}: yPred`),
    weight === undefined ? undefined : readArray(weight, `${name}: weight`),
  ]);
  const batch = prediction.shape[0];
  if (truth.shape[0] !== batch) {
    throw new RangeError(
      `${name}: yTrue and yPred must hold the same samples, got shapes [${truth.shape}] and [${prediction.shape}].`,
    );
  }
  if (weights) checkWeights(name, weights, batch);
  return { truth, prediction, weight: weights?.data };
}

/**
 * The pair of arguments that have been read. Throws an error that names `name` and the argument unless the shapes are
 * one and every value of a sample that counts is finite.
 */
export function toPair(name: string, { truth, prediction, weight }: Arguments): Pair {
  const { shape } = prediction;
  if (truth.shape.length !== shape.length || truth.shape.some((n, i) => n !== shape[i])) {
    throw new RangeError(`${name}: yTrue and yPred must have one shape, got [${truth.shape}] and [${shape}].`);
  }
  const pair = {
    batch: shape[0],
    size: product(shape.slice(1)),
    shape,
    yTrue: truth.data,
    yPred: prediction.data,
    weight,
  };
  checkEach(pair, pair.yTrue, `${name}: yTrue`, Number.isFinite, 'be finite');
  checkEach(pair, pair.yPred, `${name}: yPred`, Number.isFinite, 'be finite');
  return pair;
}

/** Throws unless every label of a sample that counts is 0 or 1. */
export function checkBinary(name: string, pair: Pair): void {
  checkEach(pair, pair.yTrue, `${name}: yTrue`, (value) => value === 0 || value === 1, 'be 0 or 1');
}

/** Throws unless every prediction of a sample that counts lies in [0, 1]. */
export function checkProbabilities(name: string, pair: Pair): void {
  checkEach(pair, pair.yPred, `${name}: yPred`, (value) => value >= 0 && value <= 1, 'be a probability in [0, 1]');
}

/** Throws unless every value of a sample that counts passes `test`. */
export function checkEach(
  pair: Pick<Pair, 'batch' | 'weight'>,
  values: NDArray['data'],
  name: string,
  test: (value: number) => boolean,
  must: string,
): void {
  const size = values.length / pair.batch;
  for (let i = 0; i < pair.batch; i++) {
    if (weightOf(pair, i) === 0) continue;
    for (let j = i * size; j < (i + 1) * size; j++) {
      if (!test(values[j])) throw new RangeError(`${name} must ${must}, got ${values[j]} in sample ${i}.`);
    }
  }
}

export function product(shape: readonly number[]): number {
  return shape.reduce((result, n) => result * n, 1);
}

async function readArray(values: Values, name: string): Promise<NDArray> {
  const array = await readValues(values, name);
  if (!ArrayBuffer.isView(array.data)) throw new TypeError(`${name} must hold numbers.`);
  if (array.shape.length === 0) throw new RangeError(`${name} must have a batch axis, got a single number.`);
  return array;
}

function checkWeights(name: string, { data, shape }: NDArray, batch: number): void {
  if (shape.length !== 1 || shape[0] !== batch) {
    throw new RangeError(`${name}: weight must have one value for each of the ${batch} samples, got shape [${shape}].`);
  }
  for (const value of data) {
    if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`${name}: weight must be finite and not negative, got ${value}.`);
    }
  }
}
