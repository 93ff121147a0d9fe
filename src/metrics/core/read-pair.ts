import { readValues } from '../../internal/values';
import type { NDArray, Values } from '../../types';
import { fitWeights, isShape, type Weighted, weightOf } from './weights';

/** What a metric was given, as plain numbers that have passed the checks. */
export interface Pair extends Weighted {
  /** Samples. */
  readonly batch: number;
  /** Values of `yPred` in one sample. */
  readonly size: number;
  /** Of `yPred`, the batch first. */
  readonly shape: readonly number[];
  /** A value of weight 0 has not been checked and must not be read, neither here nor in `yPred`. */
  readonly yTrue: NDArray['data'];
  readonly yPred: NDArray['data'];
}

/** What a metric was given, as plain numbers. */
export interface Arguments {
  readonly truth: NDArray;
  readonly prediction: NDArray;
  readonly weight: NDArray | undefined;
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
  if (truth.shape[0] !== prediction.shape[0]) {
    throw new RangeError(
      `${name}: yTrue and yPred must hold the same samples, got shapes [${truth.shape}] and [${prediction.shape}].`,
    );
  }
  for (const value of weights?.data ?? []) {
    if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`${name}: weight must be finite and not negative, got ${value}.`);
    }
  }
  return { truth, prediction, weight: weights };
}

/** Reads two sets of values of one shape, every one that counts finite. */
export async function readPair(name: string, yTrue: Values, yPred: Values, weight: Values | undefined): Promise<Pair> {
  const { truth, prediction, weight: given } = await readArguments(name, yTrue, yPred, weight);
  checkOneShape(name, truth.shape, prediction.shape);
  return toPair(name, truth, prediction, { weights: fitWeights(name, given, truth.shape, prediction.shape) });
}

export function checkOneShape(name: string, truth: readonly number[], prediction: readonly number[]): void {
  if (!isShape(truth, prediction)) {
    throw new RangeError(`${name}: yTrue and yPred must have one shape, got [${truth}] and [${prediction}].`);
  }
}

/** The pair of two arrays of one shape. Throws unless every value that counts is finite. */
export function toPair(name: string, truth: NDArray, prediction: NDArray, { weights }: Weighted): Pair {
  const { shape } = prediction;
  const pair = {
    batch: shape[0],
    size: product(shape.slice(1)),
    shape,
    yTrue: truth.data,
    yPred: prediction.data,
    weights,
  };
  checkEach(pair, pair.yTrue, `${name}: yTrue`, Number.isFinite, 'be finite');
  checkEach(pair, pair.yPred, `${name}: yPred`, Number.isFinite, 'be finite');
  return pair;
}

/** Throws unless every prediction that counts lies in [0, 1]. */
export function checkProbabilities(name: string, pair: Pair): void {
  checkEach(pair, pair.yPred, `${name}: yPred`, (value) => value >= 0 && value <= 1, 'be a probability in [0, 1]');
}

/** Throws unless every one of `values` that counts passes `test`. */
export function checkEach(
  pair: Pick<Pair, 'size' | 'weights'>,
  values: ArrayLike<number>,
  name: string,
  test: (value: number) => boolean,
  must: string,
): void {
  for (let i = 0; i < values.length; i++) {
    if (test(values[i]) || weightOf(pair, i) === 0) continue;
    throw new RangeError(`${name} must ${must}, got ${values[i]} in sample ${Math.floor(i / pair.size)}.`);
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
