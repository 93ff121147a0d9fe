import {
  cast,
  div,
  fill,
  greater,
  maximum,
  mean,
  mul,
  type Rank,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tile,
  where,
} from '@tensorflow/tfjs-core';
import { checkChoice, checkRange } from '../internal/check';
import { checkBoolean, checkRecord } from '../internal/check-kinds';
import type { Loss } from '../types';
import { checkPositive } from './check-positive';
import { readClassWeights } from './class-weights';
import { defineFunction, defineLoss, type IgnoreOptions, OF_PROBABILITIES } from './define-loss';
import { withPerClass } from './per-class';
import { countRegions, type Regions, sumRegions } from './regions';

/** What is added to both sides of an overlap ratio. */
export interface Smoothing {
  /** At least 0. */
  readonly numerator: number;
  /** At least 1e-18: an empty target with an empty prediction would otherwise be 0 / 0. */
  readonly denominator: number;
}

/** Options that `softDice`, `tversky`, `focalTversky` and `jaccard` have in common. */
export interface RegionOptions extends IgnoreOptions {
  /**
   * In pixels; a number is added to both sides. Over an empty target the gradient of Dice is at most `1 / smooth`.
   * Default: 1.
   */
  readonly smooth?: number | Smoothing | undefined;
  /** `false` leaves out class 0. Default: true. */
  readonly includeBackground?: boolean | undefined;
  /**
   * How the values of several classes become one, as in the metrics: `'macro'` their mean, `'micro'` one
   * ratio over all their pixels; or, for the settings of other libraries, `'sum'`. Default: `'macro'`.
   */
  readonly average?: 'macro' | 'micro' | 'sum' | undefined;
  /**
   * What a class costs in a sample whose target does not hold it. `'smooth'`: what the smoothed ratio says, which
   * pushes the prediction down; where the prediction is empty too, that is 0 for equal smoothing on both sides and 1
   * for none in the numerator. `'zero'`: nothing. `'skip'`: nothing, and the mean is over the other classes. Default:
   * `'smooth'`.
   */
  readonly absent?: 'smooth' | 'zero' | 'skip' | undefined;
  /**
   * What is summed up before the ratio is taken: the pixels of each sample, or of the whole batch, whose value each of its
   * samples then gets. In a batch, a class need not be in every sample; its value depends on what else is in the batch, and
   * not on weights of samples other than 0. Default: `'sample'`.
   */
  readonly pool?: 'sample' | 'batch' | undefined;
  /**
   * At least 0, one for each class (without the background where that is left out): the values of the classes are
   * multiplied by them, and averaged as before. Not with `average: 'micro'`. Default: 1 for each.
   */
  readonly classWeights?: readonly number[] | undefined;
}

/** The names of {@link RegionOptions}. */
export const REGION_OPTIONS = [
  'smooth',
  'includeBackground',
  'average',
  'absent',
  'pool',
  'classWeights',
  'ignoreIndex',
] as const;

const SMALLEST = 1e-18;

/** Checks the option `smooth`. */
export function readSmoothing(smooth: number | Smoothing, name: string): Smoothing {
  if (typeof smooth !== 'number') checkRecord(smooth, `${name}: smooth`);
  const { numerator, denominator } = typeof smooth === 'number' ? { numerator: smooth, denominator: smooth } : smooth;
  checkRange(numerator, 0, Number.POSITIVE_INFINITY, `${name}: smooth in the numerator`);
  checkPositive(denominator, `${name}: smooth in the denominator`);
  if (denominator < SMALLEST) {
    throw new RangeError(
      `${name}: smooth in the denominator must be at least ${SMALLEST}: the gradient divides by its square, which is 0 ` +
        `in single precision below that, got ${denominator}.`,
    );
  }
  return { numerator, denominator };
}

/** Makes an overlap loss from its value for each sample and class, `[batch, classes]`. */
export function regionLoss(
  name: string,
  options: RegionOptions,
  lossOf: (regions: Regions, smoothing: Smoothing) => Tensor2D,
  squared = false,
): Loss {
  const { smooth = 1, includeBackground = true, average = 'macro', absent = 'smooth', pool = 'sample' } = options;
  const { classWeights, ignoreIndex } = options;
  const smoothing = readSmoothing(smooth, name);
  checkBoolean(includeBackground, `${name}: includeBackground`);
  checkBoolean(squared, `${name}: squared`);
  checkChoice(average, ['macro', 'micro', 'sum'], `${name}: average`);
  checkChoice(absent, ['smooth', 'zero', 'skip'], `${name}: absent`);
  checkChoice(pool, ['sample', 'batch'], `${name}: pool`);
  if (classWeights !== undefined && average === 'micro') {
    throw new RangeError(
      `${name}: classWeights need one value per class: average must be 'macro' or 'sum', got 'micro'.`,
    );
  }
  const weights = readClassWeights(classWeights, `${name}: classWeights`);

  /** The mean or the sum over the classes. */
  const reduce = (values: Tensor2D, { target }: Regions): Tensor1D => {
    const overClasses = average === 'sum' ? sum<Tensor1D> : mean<Tensor1D>;
    if (absent === 'smooth') return overClasses(values, 1);
    const present = cast(greater(target, 0), 'float32');
    const counted = mul(values, present);
    if (absent === 'zero' || average === 'sum') return overClasses(counted, 1);
    return div(sum(counted, 1), maximum(sum(present, 1), 1));
  };

  /** The values of the classes, and what they are of, for each sample or the whole batch. */
  const valuesOf = (yTrue: Tensor, yPred: Tensor, weight?: Tensor): { values: Tensor2D; regions: Regions } => {
    const counts = countRegions(yTrue, yPred, { weight, includeBackground, squared, name });
    const ofClasses = average === 'micro' ? sumRegions(counts, 1) : counts;
    const regions = pool === 'batch' ? sumRegions(ofClasses, 0) : ofClasses;
    const values = lossOf(regions, smoothing);
    const classes = weights(values.shape[1]);
    return { values: classes ? mul<Tensor2D>(values, classes) : values, regions };
  };
  const toSamples = <R extends Tensor>(values: R, batch: number): R =>
    pool === 'batch' ? tile(values, [batch, ...values.shape.slice(1).fill(1)]) : values;

  const definition = { ...OF_PROBABILITIES, ignoreIndex };
  const loss = defineLoss(name, definition, (yTrue, yPred, weight) => {
    const { values, regions } = valuesOf(yTrue, yPred, weight);
    return toSamples(reduce(values, regions), yPred.shape[0]);
  });
  if (average === 'micro') return loss;
  const ofClasses = defineFunction(name, definition, (yTrue, yPred, weight) => {
    const { values, regions } = valuesOf(yTrue, yPred, weight);
    const ofAbsent = fill<Rank.R2>(values.shape, absent === 'zero' ? 0 : Number.NaN);
    const said = absent === 'smooth' ? values : where<Tensor2D>(greater(regions.target, 0), values, ofAbsent);
    return toSamples(said, yPred.shape[0]);
  });
  return withPerClass(loss, ofClasses.checked);
}
