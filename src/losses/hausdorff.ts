import { add, mul, pow, squaredDifference, type Tensor } from '@tensorflow/tfjs-core';
import { checkBoolean } from '../internal/check-kinds';
import { checkOptions } from '../internal/check-options';
import type { Loss } from '../types';
import { checkPositive } from './check-positive';
import { defineLoss, type IgnoreOptions, OF_PROBABILITIES } from './define-loss';
import { checkSpacing, readSpacing, squaredDistances } from './distance-map';
import { meanOverElements } from './mean-over-elements';
import { untracked } from './untracked';
import { withoutBackground } from './without-background';

/** Options of {@link hausdorff}. */
export interface HausdorffOptions extends IgnoreOptions {
  /** Above 0: the power of the distances, how much far errors cost. Default: 2. */
  readonly alpha?: number | undefined;
  /** `false` leaves out class 0. Default: true. */
  readonly includeBackground?: boolean | undefined;
  /** Above 0: the distance between neighbours along each axis of pixels. Default: 1 for each. */
  readonly spacing?: readonly number[] | undefined;
}

/**
 * Hausdorff distance loss of each sample: squared errors, each weighted by its distance from the boundaries of mask and
 * prediction.
 *
 * `mean((y - p)^2 (d_y^alpha + d_p^alpha))` over pixels and classes; d_y is the distance of a pixel to the nearest one on the
 * other side of the boundary of what is above 0.5 in y, and d_p the same of p, taken for a constant in gradients.
 *
 * `yTrue`, `yPred`: `[batch, ..., classes]` of one shape with at least one axis of pixels. Distances in pixels, or the unit of
 * `spacing`; d is 0 for a class that is nowhere or everywhere, so that the loss is best added to one over regions.
 *
 * MONAI's `HausdorffDTLoss(alpha=a, include_background=True)` is `alpha: a`; by default it leaves out the background.
 *
 * The distances are computed on the device, in time that grows with the pixels times the length of their axes.
 *
 * Source: Karimi, Salcudean, 2020, doi:10.1109/TMI.2019.2930068.
 *
 * @throws {RangeError} for an unknown option, and an alpha or a spacing of 0 or less; when the loss is called, where
 * the shapes differ, have no axis of pixels or not one for each spacing.
 * @throws {TypeError} where an argument of the loss is not a tensor.
 * @example
 * ```ts
 * import { tensor3d } from '@tensorflow/tfjs-core';
 * import { hausdorff } from 'tfjs-multitask/losses';
 *
 * hausdorff()(tensor3d([[[1], [1], [0], [0]]]), tensor3d([[[0], [1], [0], [0]]])); // [1.25]
 * ```
 */
export function hausdorff(options: HausdorffOptions = {}): Loss {
  checkOptions(options, ['alpha', 'includeBackground', 'spacing', 'ignoreIndex'], 'hausdorff');
  const { alpha = 2, includeBackground = true, spacing, ignoreIndex } = options;
  checkPositive(alpha, 'hausdorff: alpha');
  checkBoolean(includeBackground, 'hausdorff: includeBackground');
  checkSpacing(spacing, 'hausdorff');
  return defineLoss('hausdorff', { ...OF_PROBABILITIES, ignoreIndex }, (...inputs) => {
    const [yTrue, yPred, weight] = includeBackground ? inputs : withoutBackground(inputs, 'hausdorff');
    const steps = readSpacing(spacing, yTrue, 'hausdorff');
    const distances = (mask: Tensor): Tensor =>
      untracked(mask, (held) => {
        const { inside, outside } = squaredDistances(held, steps);
        return pow(add(inside, outside), alpha / 2);
      });
    const costs = mul(squaredDifference(yTrue, yPred), add(distances(yTrue), distances(yPred)));
    return meanOverElements(costs, weight);
  });
}
