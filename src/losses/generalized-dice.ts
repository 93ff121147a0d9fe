import {
  add,
  cast,
  div,
  greater,
  max,
  maximum,
  mul,
  onesLike,
  square,
  sub,
  sum,
  type Tensor1D,
  type Tensor2D,
  tile,
} from '@tensorflow/tfjs-core';
import { checkChoice } from '../internal/check';
import { checkBoolean } from '../internal/check-kinds';
import { checkOptions } from '../internal/check-options';
import type { Loss } from '../types';
import { defineLoss, type IgnoreOptions, OF_PROBABILITIES } from './define-loss';
import { readSmoothing, type Smoothing } from './region-loss';
import { countRegions, sumRegions } from './regions';

/** Options of {@link generalizedDice}. */
export interface GeneralizedDiceOptions extends IgnoreOptions {
  /**
   * The weight of a class whose target holds `n` pixels: `'square'` is `1 / n^2`, `'simple'` is `1 / n`, `'uniform'` is
   * 1. A class that the target does not hold weighs as much as the heaviest other class, and one of less than 1e-5 pixels
   * as one of 1e-5. Default: `'square'`.
   */
  readonly weightType?: 'square' | 'simple' | 'uniform' | undefined;
  /** In weighted pixels, so small; a number is added to both sides. Default: 1e-5. */
  readonly smooth?: number | Smoothing | undefined;
  /** `false` leaves out class 0. Default: true. */
  readonly includeBackground?: boolean | undefined;
  /** Whether the pixels of each sample are summed up or those of the whole batch, as in `softDice`. Default: `'sample'`. */
  readonly pool?: 'sample' | 'batch' | undefined;
}

/** Soft labels can hold less than this of a class; the square of what is left would then be 0, and the weight infinite. */
const FEWEST_PIXELS = 1e-5;

function classWeights(target: Tensor2D, weightType: 'square' | 'simple' | 'uniform'): Tensor2D {
  if (weightType === 'uniform') return onesLike(target);
  const present = cast(greater(target, 0), 'float32');
  const absent = sub(1, present);
  const pixels = maximum(add(target, absent), FEWEST_PIXELS);
  const weights = div(present, weightType === 'square' ? square(pixels) : pixels);
  return add(weights, mul(absent, max(weights, 1, true)));
}

/**
 * Generalised Dice loss of each sample: one Dice ratio over all classes, small ones weighing as much as large ones.
 *
 * `1 - (2 sum_c w_c sum(min(y_c, p_c)) + s_n) / (sum_c w_c (sum(y_c) + sum(p_c)) + s_d)`, with `w_c` from `weightType`, `s_n`
 * and `s_d` from `smooth`.
 *
 * `yTrue`, `yPred`: `[batch, ..., classes]` of one shape, in [0, 1]. A sample whose target holds none of the classes
 * costs `1 - s_n / s_d`, whatever the prediction, unless `weightType` is `'uniform'`.
 *
 * MONAI's `GeneralizedDiceLoss` has the same defaults and numbers; its `w_type` is `weightType`, its `batch=True` is
 * `pool: 'batch'`.
 *
 * Source: Sudre et al., 2017, doi:10.1007/978-3-319-67558-9_28.
 *
 * @throws {RangeError} for an unknown option or weightType, a negative smoothing or 0 in the denominator; when the loss
 * is called, where the shapes differ.
 * @throws {TypeError} where an argument of the loss is not a tensor.
 * @example
 * ```ts
 * import { tensor3d } from '@tensorflow/tfjs-core';
 * import { generalizedDice } from 'tfjs-multitask/losses';
 *
 * generalizedDice()(tensor3d([[[1, 0], [0, 1], [0, 1]]]), tensor3d([[[0, 1], [0, 1], [0, 1]]])); // [0.555553]
 * ```
 */
export function generalizedDice(options: GeneralizedDiceOptions = {}): Loss {
  const name = 'generalizedDice';
  checkOptions(options, ['weightType', 'smooth', 'includeBackground', 'pool', 'ignoreIndex'], name);
  const { weightType = 'square', smooth = 1e-5, includeBackground = true, pool = 'sample', ignoreIndex } = options;
  checkChoice(weightType, ['square', 'simple', 'uniform'], `${name}: weightType`);
  checkChoice(pool, ['sample', 'batch'], `${name}: pool`);
  checkBoolean(includeBackground, `${name}: includeBackground`);
  const { numerator, denominator } = readSmoothing(smooth, name);
  return defineLoss(name, { ...OF_PROBABILITIES, ignoreIndex }, (yTrue, yPred, weight) => {
    const counts = countRegions(yTrue, yPred, { weight, includeBackground, name });
    const { truePositives, target, predicted } = pool === 'batch' ? sumRegions(counts, 0) : counts;
    const weights = classWeights(target, weightType);
    const overlap = add(mul(sum(mul(truePositives, weights), 1), 2), numerator);
    const losses = sub<Tensor1D>(1, div(overlap, add(sum(mul(add(target, predicted), weights), 1), denominator)));
    return pool === 'batch' ? tile(losses, [yPred.shape[0]]) : losses;
  });
}
