import { cast, div, greater, maximum, mean, mul, sum, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import { checkChoice, checkRange } from '../internal/check';
import type { Loss } from '../types';
import { checkPositive } from './check-positive';
import { defineLoss, OF_PROBABILITIES } from './define-loss';
import { countRegions, type Regions } from './regions';

/** What is added to both sides of an overlap ratio. */
export interface Smoothing {
  /** At least 0. */
  readonly numerator: number;
  /** At least 1e-18: an empty target with an empty prediction would otherwise be 0 / 0. */
  readonly denominator: number;
}

/** Options that `softDice`, `tversky`, `focalTversky` and `jaccard` have in common. */
export interface RegionOptions {
  /**
   * In pixels; a number is added to both sides. Over an empty target the gradient of Dice is at most `1 / smooth`.
   * Default: 1.
   */
  readonly smooth?: number | Smoothing;
  /** `false` leaves out class 0. Default: true. */
  readonly includeBackground?: boolean;
  /**
   * How the values of several classes become one, as in the metrics: `'macro'` their mean, `'micro'` one
   * ratio over all their pixels; or, for the settings of other libraries, `'sum'`. Default: `'macro'`.
   */
  readonly average?: 'macro' | 'micro' | 'sum';
  /**
   * What a class costs in a sample whose target does not hold it. `'smooth'`: what the smoothed ratio says, which
   * pushes the prediction down; where the prediction is empty too, that is 0 for equal smoothing on both sides and 1
   * for none in the numerator. `'zero'`: nothing. `'skip'`: nothing, and the mean is over the other classes. Default:
   * `'smooth'`.
   */
  readonly absent?: 'smooth' | 'zero' | 'skip';
}

const SMALLEST = 1e-18;

/** Checks the option `smooth`. */
export function readSmoothing(smooth: number | Smoothing, name: string): Smoothing {
  const { numerator, denominator } = typeof smooth === 'object' ? smooth : { numerator: smooth, denominator: smooth };
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

function pool({ truePositives, target, predicted }: Regions): Regions {
  const total = (counts: Tensor2D): Tensor2D => sum<Tensor2D>(counts, 1, true);
  return { truePositives: total(truePositives), target: total(target), predicted: total(predicted) };
}

/** Makes an overlap loss from its value for each sample and class, `[batch, classes]`. */
export function regionLoss(
  name: string,
  { smooth = 1, includeBackground = true, average = 'macro', absent = 'smooth' }: RegionOptions,
  lossOf: (regions: Regions, smoothing: Smoothing) => Tensor2D,
  squared = false,
): Loss {
  const smoothing = readSmoothing(smooth, name);
  checkChoice(average, ['macro', 'micro', 'sum'], `${name}: average`);
  checkChoice(absent, ['smooth', 'zero', 'skip'], `${name}: absent`);
  return defineLoss(name, OF_PROBABILITIES, (yTrue, yPred) => {
    const counts = countRegions(yTrue, yPred, { includeBackground, squared, name });
    const regions = average === 'micro' ? pool(counts) : counts;
    const losses = lossOf(regions, smoothing);
    const reduce = average === 'sum' ? sum<Tensor1D> : mean<Tensor1D>;
    if (absent === 'smooth') return reduce(losses, 1);
    const present = cast(greater(regions.target, 0), 'float32');
    const counted = mul(losses, present);
    if (absent === 'zero' || average === 'sum') return reduce(counted, 1);
    return div(sum(counted, 1), maximum(sum(present, 1), 1));
  });
}
