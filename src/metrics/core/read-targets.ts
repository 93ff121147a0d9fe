import { checkInteger } from '../../internal/check';
import type { NDArray, Values } from '../../types';
import { checkBinary, checkEach, type Pair, product, readArguments, toPair, weightOf } from './read-pair';

/**
 * What `yTrue` and `yPred` hold. By default each value stands for itself: `yTrue` 0 or 1, `yPred` of the same shape a
 * score that is higher for 1. Give `classes` or `labels`, not both, where the last axis of `yPred` means more.
 */
export interface TargetOptions {
  /**
   * The number of mutually exclusive classes, on the last axis of `yPred`. `yTrue` is one-hot of the same shape, or
   * holds the numbers of the classes, without that axis or with length 1 there.
   */
  readonly classes?: number;
  /** The number of labels that may be true together, on the last axis of `yTrue` (each 0 or 1) and `yPred`. */
  readonly labels?: number;
}

/** `yTrue` is 0 or 1 and has the shape of `yPred`, whatever it was given as. */
export interface Targets extends Pair {
  /** Of the last axis: `classes`, `labels`, or 1. */
  readonly width: number;
}

export function checkTargets(name: string, { classes, labels }: TargetOptions): void {
  if (classes !== undefined && labels !== undefined) {
    throw new RangeError(`${name}: give classes or labels, not both.`);
  }
  if (classes !== undefined) checkInteger(classes, 2, `${name}: classes`);
  if (labels !== undefined) checkInteger(labels, 1, `${name}: labels`);
}

/** Reads and checks what a metric with {@link TargetOptions} was given. */
export async function readTargets(
  name: string,
  { classes, labels }: TargetOptions,
  yTrue: Values,
  yPred: Values,
  weight?: Values,
): Promise<Targets> {
  const given = await readArguments(name, yTrue, yPred, weight);
  const width = classes ?? labels ?? 1;
  const { shape } = given.prediction;
  if ((classes ?? labels) !== undefined && (shape.length < 2 || shape[shape.length - 1] !== width)) {
    const noun = classes === undefined ? 'labels' : 'classes';
    throw new RangeError(`${name}: the last axis of yPred must hold ${width} ${noun}, got shape [${shape}].`);
  }
  const lacksAxis = holdsNumbers(given.truth.shape, shape);
  if (lacksAxis && (classes ?? labels) === undefined && shape[shape.length - 1] > 1) {
    throw new RangeError(
      `${name}: yTrue must have the shape of yPred, got [${given.truth.shape}] and [${shape}]; if it holds numbers of ` +
        `classes, give the option classes: ${shape[shape.length - 1]}.`,
    );
  }
  const numbered = classes !== undefined && lacksAxis;
  const truth = numbered ? oneHot(name, given.truth, shape, given.weight) : given.truth;
  const targets = { ...toPair(name, { ...given, truth }), width };
  checkBinary(name, targets);
  if (classes !== undefined && !numbered) checkOneHot(name, targets);
  return targets;
}

/** Whether labels of shape `truth` are numbers of classes beside predictions of shape `shape`. */
function holdsNumbers(truth: readonly number[], shape: readonly number[]): boolean {
  const positions = shape.slice(0, -1);
  return (
    positions.every((n, i) => n === truth[i]) &&
    (truth.length === positions.length || (truth.length === shape.length && truth[positions.length] === 1))
  );
}

function oneHot(name: string, truth: NDArray, shape: readonly number[], weight: Pair['weight']): NDArray {
  const classes = shape[shape.length - 1];
  const test = (value: number) => Number.isInteger(value) && value >= 0 && value < classes;
  const must = `be the number of one of ${classes} classes, 0 to ${classes - 1}`;
  checkEach({ batch: shape[0], weight }, truth.data, `${name}: yTrue`, test, must);
  const data = new Uint8Array(product(shape));
  truth.data.forEach((label, i) => {
    if (test(label)) data[i * classes + label] = 1;
  });
  return { data, shape };
}

function checkOneHot(name: string, targets: Targets): void {
  const { width, yTrue } = targets;
  eachPosition(targets, (at, _, sample) => {
    let ones = 0;
    for (let k = 0; k < width; k++) ones += yTrue[at + k];
    if (ones !== 1) throw new RangeError(`${name}: yTrue must be one-hot, got ${ones} classes in sample ${sample}.`);
  });
}

/** Calls `visit` for every `width` values of the samples that count, with the place of the first. */
export function eachPosition(targets: Targets, visit: (at: number, weight: number, sample: number) => void): void {
  const { batch, size, width } = targets;
  for (let sample = 0; sample < batch; sample++) {
    const weight = weightOf(targets, sample);
    if (weight === 0) continue;
    for (let at = sample * size; at < (sample + 1) * size; at += width) visit(at, weight, sample);
  }
}
