import { checkInteger } from '../../internal/check';
import type { NDArray, Output, Values } from '../../types';
import { oneHot, type readNumbers } from './class-numbers';
import { checkEach, checkOneShape, type Pair, readArguments, toPair } from './read-pair';
import { fitWeights, isShape, type Weights, weightOf } from './weights';

/** Which labels are left out. */
export interface IgnoreOptions {
  /**
   * The label of what is left out, whatever is predicted there: 255 for pixels in many masks, -1 for the missing
   * entries of several labels. A weight of 0 does the same. Default: none.
   */
  readonly ignoreIndex?: number | undefined;
}

/**
 * What `yTrue` and `yPred` hold. By default each value stands for itself: `yTrue` 0 or 1, `yPred` of the same shape a
 * score that is higher for 1. Give `classes` or `labels`, not both, where the last axis of `yPred` means more;
 * without, a last axis of channels (that of `[batch, n]` and of four axes and more) must hold one value. `[batch, h,
 * w]` has none.
 */
export interface TargetOptions extends IgnoreOptions {
  /**
   * The number of mutually exclusive classes, on the last axis of `yPred`. `yTrue` is one-hot of the same shape, or
   * holds the numbers of the classes, without that axis or with length 1 there. Metrics of decisions take numbers of
   * classes as `yPred` too, where its last axis is not as long as there are classes. Default: for a trainer's output
   * that is a distribution its width, else none.
   */
  readonly classes?: number | undefined;
  /**
   * The number of labels that may be true together, on the last axis of `yTrue` (each 0 or 1) and `yPred`. Default: for
   * a trainer's output of several probabilities their number, else none.
   */
  readonly labels?: number | undefined;
}

/** The options with what is known of the output, which only a trainer says. */
export type Bound<O> = O & { readonly output?: Output | undefined };

/** `yTrue` is 0 or 1 and has the shape of `yPred`, whatever it was given as. */
export interface Targets extends Pair {
  /** Of the last axis: `classes`, `labels`, or 1. */
  readonly width: number;
}

/** How a metric reads what it is given. */
export interface TargetReader {
  readonly name: string;
  /** Which of the options say what the last axis holds. */
  readonly options: readonly ('classes' | 'labels')[];
  /** What reads predictions that may be the numbers of classes. */
  readonly readNumbers?: typeof readNumbers | undefined;
}

export function checkTargets(name: string, { classes, labels, ignoreIndex }: TargetOptions): void {
  if (classes !== undefined && labels !== undefined) {
    throw new RangeError(`${name}: give classes or labels, not both.`);
  }
  if (classes !== undefined) checkInteger(classes, 2, `${name}: classes`);
  if (labels !== undefined) checkInteger(labels, 1, `${name}: labels`);
  if (ignoreIndex === undefined) return;
  checkInteger(ignoreIndex, Number.MIN_SAFE_INTEGER, `${name}: ignoreIndex`);
  if (classes === undefined && (ignoreIndex === 0 || ignoreIndex === 1)) {
    throw new RangeError(`${name}: ignoreIndex must not be 0 or 1, which are labels of their own, got ${ignoreIndex}.`);
  }
}

/** Reads and checks what a metric with {@link TargetOptions} was given. */
export async function readTargets(
  reader: TargetReader,
  options: TargetOptions,
  yTrue: Values,
  yPred: Values,
  weight?: Values,
): Promise<Targets> {
  const { name } = reader;
  const { classes, ignoreIndex } = options;
  const { truth, prediction: given, weight: givenWeight } = await readArguments(name, yTrue, yPred, weight);
  const prediction = (classes !== undefined && reader.readNumbers?.(name, given, classes, truth.shape)) || given;
  const { shape } = prediction;
  const numbers = holdsNumbers(truth.shape, shape);
  checkLastAxis(reader, options, numbers, truth.shape, shape);
  const width = classes ?? options.labels ?? 1;
  const fitted = fitWeights(name, givenWeight, truth.shape, shape);
  const weights =
    ignoreIndex === undefined ? fitted : leaveOut(truth.data, ignoreIndex, fitted, prediction.data.length);
  const hot = classes !== undefined && numbers ? oneHot(name, 'yTrue', truth, classes, weights) : truth;
  checkOneShape(name, hot.shape, shape);
  const targets = { ...toPair(name, hot, prediction, { weights }), width };
  checkEach(targets, targets.yTrue, `${name}: yTrue`, (value) => value === 0 || value === 1, 'be 0 or 1');
  return classes === undefined ? targets : { ...targets, weights: weightsOfCases(name, targets) };
}

/** Throws unless the last axis of the predictions holds what the options say. */
function checkLastAxis(
  { name, options }: TargetReader,
  { classes, labels }: TargetOptions,
  numbers: boolean,
  truth: readonly number[],
  shape: readonly number[],
): void {
  const width = classes ?? labels;
  const last = shape[shape.length - 1];
  if (width !== undefined) {
    if (shape.length > 1 && last === width) return;
    const noun = classes === undefined ? 'labels' : 'classes';
    throw new RangeError(`${name}: the last axis of yPred must hold ${width} ${noun}, got shape [${shape}].`);
  }
  if (!numbers) checkOneShape(name, truth, shape);
  if (last > 1 && (numbers || shape.length === 2 || shape.length > 3)) {
    throw new RangeError(
      `${name}: the last axis of yPred holds ${last} values, got shape [${shape}]: ${whatToWrite(options, last)}.`,
    );
  }
}

/** What to write where the last axis holds `width` values. */
export function whatToWrite(options: TargetReader['options'], width: number): string {
  const meanings = {
    classes: `classes: ${width} if just one of them is true (a softmax)`,
    labels: `labels: ${width} if each is true or not (sigmoids)`,
  };
  if (options.length > 0) return `say what they are, ${options.map((option) => meanings[option]).join(', ')}`;
  return 'it takes one score for each case, so give it those of one class or label alone';
}

/** Whether labels of shape `truth` are numbers of classes beside predictions of shape `shape`. */
function holdsNumbers(truth: readonly number[], shape: readonly number[]): boolean {
  const positions = shape.slice(0, -1);
  return isShape(truth, positions) || isShape(truth, [...positions, 1]);
}

/** The weights without what bears the label `ignoreIndex`. */
function leaveOut(labels: NDArray['data'], ignoreIndex: number, weights: Weights | undefined, size: number): Weights {
  const per = Math.max(1, size / labels.length);
  const data = Float64Array.from(labels, (label, i) => (label === ignoreIndex ? 0 : weightOf({ weights }, i * per)));
  return { data, per };
}

/**
 * One weight for each case of classes: where each element has its own, that of the true class. Throws unless just one
 * class is true in each case that counts.
 */
function weightsOfCases(name: string, targets: Targets): Weights | undefined {
  const { width, size, weights, yTrue } = targets;
  const ofElements = weights?.per === 1;
  const cases = new Float64Array(ofElements ? yTrue.length / width : 0);
  for (let at = 0; at < yTrue.length; at += width) {
    let ones = 0;
    let counts = false;
    for (let i = at; i < at + width; i++) {
      const weight = weightOf(targets, i);
      counts ||= weight !== 0;
      if (yTrue[i] !== 1) continue;
      ones++;
      if (ofElements) cases[at / width] = weight;
    }
    if (counts && ones !== 1) {
      throw new RangeError(`${name}: yTrue must be one-hot, got ${ones} classes in sample ${Math.floor(at / size)}.`);
    }
  }
  return ofElements ? { data: cases, per: width } : weights;
}

/** Calls `visit` for every case of `width` values that counts, with the place of the first. */
export function eachCase(targets: Targets, visit: (at: number, weight: number) => void): void {
  const { width, yPred } = targets;
  for (let at = 0; at < yPred.length; at += width) {
    const weight = weightOf(targets, at);
    if (weight !== 0) visit(at, weight);
  }
}

/** Calls `visit` for every value that counts, with its place. */
export function eachValue(targets: Targets, visit: (i: number, weight: number) => void): void {
  for (let i = 0; i < targets.yPred.length; i++) {
    const weight = weightOf(targets, i);
    if (weight !== 0) visit(i, weight);
  }
}
