import { add, mul, sub, tensor1d } from '@tensorflow/tfjs-core';
import { checkRange } from '../internal/check';
import { checkArray } from '../internal/check-kinds';
import { checkOptions } from '../internal/check-options';
import type { Loss } from '../types';
import { absolute } from './absolute';
import { classesOf } from './class-weights';
import { defineMeanLoss, type IgnoreOptions } from './define-loss';

/** Options of {@link pinball}. */
export interface PinballOptions extends IgnoreOptions {
  /** In [0, 1]: which quantile to predict, one number or one for each entry of the last axis. Default: 0.5, the median. */
  readonly quantile?: number | readonly number[] | undefined;
}

/**
 * Pinball or quantile loss of each sample: it is least where `yPred` is a quantile of what `yTrue` may be.
 *
 * `mean(max(q e, (q - 1) e))` with `e = yTrue - yPred`, the mean over all but the batch axis.
 *
 * `yTrue`, `yPred`: `[batch, ...]` of one shape, in any unit; the loss is in the same unit. Several quantiles are several
 * entries of the last axis, each with the label. Equals scikit-learn's `mean_pinball_loss(alpha=q)` of one sample; for the
 * median it is half of `mae`. The slope is that of the mean of both sides where the two agree, 0 for the median.
 *
 * Source: Koenker, Bassett, 1978, doi:10.2307/1913643.
 *
 * @throws {RangeError} for an unknown option or a quantile outside [0, 1]; when the loss is called, where the shapes
 * differ or hold not one entry for each quantile.
 * @throws {TypeError} where an argument of the loss is not a tensor.
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { pinball } from 'tfjs-multitask/losses';
 *
 * pinball({ quantile: 0.9 })(tensor2d([[1, 1]]), tensor2d([[0, 2]])); // [0.5]
 * ```
 */
export function pinball(options: PinballOptions = {}): Loss {
  checkOptions(options, ['quantile', 'ignoreIndex'], 'pinball');
  const { quantile = 0.5, ...ignore } = options;
  if (typeof quantile !== 'number') checkArray(quantile, 'pinball: quantile');
  const quantiles: readonly number[] = typeof quantile === 'number' ? [quantile] : [...quantile];
  for (const each of quantiles) checkRange(each, 0, 1, 'pinball: quantile');
  return defineMeanLoss('pinball', ignore, (yTrue, yPred) => {
    if (typeof quantile !== 'number' && quantiles.length !== classesOf(yPred)) {
      throw new RangeError(
        `pinball: quantile must hold one number per entry of the last axis, got ${quantiles.length} for ${classesOf(yPred)}.`,
      );
    }
    const error = sub(yTrue, yPred);
    // |e| / 2 + (q - 1/2) e: the same as the larger of the two, with a slope of its own where e is 0.
    return add(mul(absolute(error), 0.5), mul(error, tensor1d(quantiles.map((q) => q - 0.5))));
  });
}
