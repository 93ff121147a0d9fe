import { checkInteger } from '../../internal/check';
import { refuse } from '../../internal/refuse';
import { whatToWrite } from '../../internal/what-to-write';
import type { NDArray, Values } from '../../types';
import { checkShape } from './check-shape';
import { oneHot, type readNumbers } from './class-numbers';
import { type Pair, readArguments, toPair } from './read-pair';
import { fitWeights, type Weighted, type Weights, weightOf } from './weights';

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

/** `yTrue` is 0 or 1 and has the shape of `yPred`, whatever it was given as. */
export interface Targets extends Pair {
  /** Of the last axis: `classes`, `labels`, or 1. */
  readonly width: number;
}

/** The options for the last axis. */
export const BOTH = ['classes', 'labels'] as const;

/** How a metric reads what it is given. */
export interface TargetReader {
  readonly name: string;
  /** Which options say what the last axis holds. Default: both. */
  readonly axis?: readonly ('classes' | 'labels')[] | undefined;
  /** What reads predictions that may be the numbers of classes. */
  readonly readNumbers?: typeof readNumbers | undefined;
}

export function checkTargets(name: string, { classes, labels, ignoreIndex }: TargetOptions): void {
  if (classes !== undefined && labels !== undefined) {
    refuse(`${name}: classes or labels`, 'be left out', 'both');
  }
  if (classes !== undefined) checkInteger(classes, 2, `${name}: classes`);
  if (labels !== undefined) checkInteger(labels, 1, `${name}: labels`);
  if (ignoreIndex === undefined) return;
  checkInteger(ignoreIndex, -(2 ** 31), `${name}: ignoreIndex`);
  if (classes === undefined && (ignoreIndex === 0 || ignoreIndex === 1)) {
    refuse(`${name}: ignoreIndex`, 'not be a label, 0 or 1', ignoreIndex);
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
  const { classes, labels, ignoreIndex } = options;
  const [truth, given, givenWeight] = await readArguments(name, yTrue, yPred, weight);
  const prediction = (classes !== undefined && reader.readNumbers?.(name, given, classes, truth.shape)) || given;
  const { data, shape } = prediction;
  const width = classes ?? labels;
  checkLastAxis(reader, width, truth.shape.length, shape);
  const label = `${name}: yTrue`;
  const positions = shape.slice(0, -1);
  checkShape(label, truth.shape, classes === undefined ? [shape] : [shape, positions, [...positions, 1]]);
  let weights = fitWeights(`${name}: weight`, givenWeight, truth, prediction);
  if (ignoreIndex !== undefined) {
    const fitted = { weights };
    const per = data.length / truth.data.length;
    const known = Float64Array.from(truth.data, (value, i) => (value === ignoreIndex ? 0 : weightOf(fitted, i * per)));
    weights = { data: known, per };
  }
  let ones = truth.data;
  if (classes !== undefined) {
    if (ones.length < data.length) ones = oneHot(label, truth, classes, weights);
    weights = weightsOfCases(label, ones, classes, { weights }, shape[0]);
  }
  const isLabel = (value: number) => value === 0 || value === 1;
  return { ...toPair(name, ones, prediction, weights, isLabel, 'be 0 or 1'), width: width ?? 1 };
}

/** Throws unless the last axis of predictions, whose labels have so many axes, holds `width` values, or what it may. */
function checkLastAxis(
  { name, axis = BOTH }: TargetReader,
  width: number | undefined,
  labelAxes: number,
  shape: readonly number[],
): void {
  const axes = shape.length;
  const last = shape[axes - 1];
  if (width === undefined && (axes === 1 || (axes === 3 && labelAxes === 3))) return;
  if (axes > 1 && last === (width ?? 1)) return;
  const advice = width === undefined ? `: ${whatToWrite(axis, last)}` : '';
  refuse(`${name}: the last axis of yPred`, `have length ${width ?? 1}`, `shape [${shape}]${advice}`);
}

/**
 * One weight for each case of classes: where each element has its own, that of the true class. Throws unless just one
 * class is true in each case that counts.
 */
function weightsOfCases(
  name: string,
  ones: NDArray['data'],
  width: number,
  weighted: Weighted,
  batch: number,
): Weights | undefined {
  const cases = weighted.weights?.per === 1 ? new Float64Array(ones.length / width) : undefined;
  for (let at = 0; at < ones.length; at += width) {
    let trueOnes = 0;
    let counts = false;
    for (let i = at; i < at + width; i++) {
      const weight = weightOf(weighted, i);
      counts ||= weight > 0;
      if (ones[i] !== 1) continue;
      trueOnes++;
      if (cases) cases[at / width] = weight;
    }
    if (counts && trueOnes !== 1) {
      const sample = Math.floor((at * batch) / ones.length);
      refuse(name, 'be one-hot', `${trueOnes} classes in sample ${sample}`);
    }
  }
  return cases ? { data: cases, per: width } : weighted.weights;
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
