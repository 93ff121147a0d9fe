import { clipByValue, mul, sub } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/check-options';
import type { Loss } from '../types';
import { checkPositive } from './check-positive';
import { defineMeanLoss, type IgnoreOptions } from './define-loss';

/** Options of {@link huber}. */
export interface HuberOptions extends IgnoreOptions {
  /** Above 0, in the unit of the labels: errors up to it are squared, larger ones are not. Default: 1. */
  readonly delta?: number | undefined;
}

/**
 * Huber loss of each sample: squared error for small errors, absolute error for outliers.
 *
 * `mean(e^2 / 2)` where `|e| <= delta`, and of `delta (|e| - delta / 2)` beyond, with `e = yTrue - yPred`, the mean over all
 * but the batch axis.
 *
 * `yTrue`, `yPred`: `[batch, ...]` of one shape, in any unit. Equals the mean of Keras's `Huber(delta)` and of torch's
 * `HuberLoss(delta)` over one sample; torch's `SmoothL1Loss(beta)` is this divided by beta, with `delta: beta`.
 *
 * Source: Huber, 1964, doi:10.1214/aoms/1177703732.
 *
 * @throws {RangeError} for an unknown option or a delta of 0 or less; when the loss is called, where the shapes differ.
 * @throws {TypeError} where an argument of the loss is not a tensor.
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { huber } from 'tfjs-multitask/losses';
 *
 * huber()(tensor2d([[0, 3]]), tensor2d([[0.5, 0]])); // [1.3125]
 * ```
 */
export function huber(options: HuberOptions = {}): Loss {
  checkOptions(options, ['delta', 'ignoreIndex'], 'huber');
  const { delta = 1, ...ignore } = options;
  checkPositive(delta, 'huber: delta');
  return defineMeanLoss('huber', ignore, (yTrue, yPred) => {
    const error = sub(yTrue, yPred);
    const within = clipByValue(error, -delta, delta);
    // Within delta both factors are the error and half of it; beyond, delta and the error less half of delta.
    return mul(within, sub(error, mul(within, 0.5)));
  });
}
