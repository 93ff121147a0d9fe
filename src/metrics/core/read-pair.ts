import { refuse } from '../../internal/refuse';
import { readArray } from '../../internal/values';
import type { NDArray, Values } from '../../types';
import { checkShape } from './check-shape';
import { fitWeights, type Weighted, type Weights, weightOf } from './weights';

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

/** Labels, predictions and, where there are some, weights. */
export type Arguments = readonly [truth: NDArray, prediction: NDArray, weight: NDArray | undefined];

/** Reads what a metric was given, but for what the shapes mean. */
export async function readArguments(
  name: string,
  yTrue: Values,
  yPred: Values,
  weight: Values | undefined,
): Promise<Arguments> {
  const read = await Promise.all([
    readArray(yTrue, `${name}: yTrue`),
    readArray(yPred, `${name}: yPred`),
    weight === undefined ? weight : readArray(weight, `${name}: weight`),
  ]);
  if (read[1].shape.length === 0) refuse(`${name}: yPred`, 'have a batch axis', 'one number');
  return read;
}

/** Reads two sets of values of one shape, every one that counts finite. */
export async function readPair(name: string, yTrue: Values, yPred: Values, weight: Values | undefined): Promise<Pair> {
  const [truth, prediction, weights] = await readArguments(name, yTrue, yPred, weight);
  checkShape(`${name}: yTrue`, truth.shape, [prediction.shape]);
  const fitted = fitWeights(`${name}: weight`, weights, truth, prediction);
  return toPair(name, truth.data, prediction, fitted, Number.isFinite, 'be finite');
}

/** The pair of labels and predictions. Throws unless each label that counts passes `test` and each prediction is finite. */
export function toPair(
  name: string,
  yTrue: NDArray['data'],
  prediction: NDArray,
  weights: Weights | undefined,
  test: (value: number) => boolean,
  must: string,
): Pair {
  const { data: yPred, shape } = prediction;
  const [batch] = shape;
  const pair = { batch, size: yPred.length / (batch || 1), shape, yTrue, yPred, weights };
  checkEach(pair, yTrue, `${name}: yTrue`, test, must);
  checkEach(pair, yPred, `${name}: yPred`, Number.isFinite, 'be finite');
  return pair;
}

/** Throws unless every prediction that counts lies in [0, 1]. */
export function checkProbabilities(name: string, pair: Pair): void {
  checkEach(pair, pair.yPred, `${name}: yPred`, (value) => value >= 0 && value <= 1, 'be a probability in [0, 1]');
}

/** Throws unless every one of `values` that counts passes `test`; each stands for `per` values of the predictions. */
export function checkEach(
  pair: Pick<Pair, 'size' | 'weights'>,
  values: ArrayLike<number>,
  name: string,
  test: (value: number) => boolean,
  must: string,
  per = 1,
): void {
  for (let i = 0; i < values.length; i++) {
    if (test(values[i]) || weightOf(pair, i * per) === 0) continue;
    refuse(name, must, `${values[i]} in sample ${Math.floor((i * per) / pair.size)}`);
  }
}
