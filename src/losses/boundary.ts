import { cast, greater, mul, sqrt, sub, type Tensor } from '@tensorflow/tfjs-core';
import { checkBoolean } from '../internal/check-kinds';
import { checkOptions } from '../internal/check-options';
import type { Loss } from '../types';
import { defineLoss, type IgnoreOptions, OF_PROBABILITIES } from './define-loss';
import { checkSpacing, readSpacing, squaredDistances } from './distance-map';
import { meanOverElements } from './mean-over-elements';
import { untracked } from './untracked';
import { withoutBackground } from './without-background';

/** Options of {@link boundary}. */
export interface BoundaryOptions extends IgnoreOptions {
  /** `false` leaves out class 0. Default: true. */
  readonly includeBackground?: boolean | undefined;
  /** Above 0: the distance between neighbours along each axis of pixels. Default: 1 for each. */
  readonly spacing?: readonly number[] | undefined;
}

/** Distances to the boundary of a mask: above 0 outside, 0 for its outermost pixels, below 0 further inside. */
function signedDistance(mask: Tensor, steps: readonly number[]): Tensor {
  const { inside, outside } = squaredDistances(mask, steps);
  const within = cast(greater(inside, 0), 'float32');
  return sub(sqrt(outside), mul(within, sub(sqrt(inside), 1)));
}

/**
 * Boundary loss of each sample: what is predicted costs its distance from the mask, and gains it within.
 *
 * `mean(phi p)` over pixels and classes, where phi is the distance to the nearest pixel of the mask outside of it, and within
 * it 1 less the distance to the nearest pixel outside.
 *
 * `yTrue`, `yPred`: `[batch, ..., classes]` of one shape with at least one axis of pixels; `yTrue` above 0.5 is the mask. In
 * pixels, or the unit of `spacing`. The loss may be below 0: it is least where the prediction is the mask. A class that a
 * sample does not hold, or that fills it, has no boundary and adds 0. Meant to be added to a loss over regions
 * (`sumOf([softDice(), boundary()], { weights: [1, 0.01] })`): alone it is content with an empty prediction of a small mask.
 *
 * Equals the authors' `BoundaryLoss(idc=[1, ...])` over `one_hot2dist` with `includeBackground: false`.
 *
 * The distances are computed on the device, in time that grows with the pixels times the length of their axes.
 *
 * Source: Kervadec et al., 2021, doi:10.1016/j.media.2020.101851.
 *
 * @throws {RangeError} for an unknown option or a spacing of 0 or less; when the loss is called, where the shapes
 * differ, have no axis of pixels or not one for each spacing.
 * @throws {TypeError} where an argument of the loss is not a tensor.
 * @example
 * ```ts
 * import { tensor3d } from '@tensorflow/tfjs-core';
 * import { boundary } from 'tfjs-multitask/losses';
 *
 * boundary()(tensor3d([[[1], [1], [0], [0]]]), tensor3d([[[0], [1], [0], [1]]])); // [0.5]
 * ```
 */
export function boundary(options: BoundaryOptions = {}): Loss {
  checkOptions(options, ['includeBackground', 'spacing', 'ignoreIndex'], 'boundary');
  const { includeBackground = true, spacing, ignoreIndex } = options;
  checkBoolean(includeBackground, 'boundary: includeBackground');
  checkSpacing(spacing, 'boundary');
  return defineLoss('boundary', { ...OF_PROBABILITIES, ignoreIndex }, (...inputs) => {
    const [yTrue, yPred, weight] = includeBackground ? inputs : withoutBackground(inputs, 'boundary');
    const steps = readSpacing(spacing, yTrue, 'boundary');
    const distance = untracked(yTrue, (mask) => signedDistance(mask, steps));
    return meanOverElements(mul(distance, yPred), weight);
  });
}
