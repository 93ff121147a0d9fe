import {
  add,
  concat,
  conv2d,
  div,
  mean,
  mul,
  type Rank,
  reshape,
  split,
  square,
  sub,
  type Tensor,
  tensor4d,
} from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/check-options';
import { gaussianWindow, WINDOW_SIDE } from '../internal/gaussian-window';
import type { Loss } from '../types';
import { checkPositive } from './check-positive';
import { defineLoss } from './define-loss';
import { meanOverElements } from './mean-over-elements';

/** Options of {@link ssim}. */
export interface SsimOptions {
  /** The length of the range of the values: 1 for images in [0, 1], 255 for bytes. Default: 1. */
  readonly valueRange?: number | undefined;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** The axes of pixels: those between batch and channels, which `[batch, h, w]` has none of. */
function pixelAxes({ shape }: Tensor): number[] {
  if (shape.length < 3) {
    throw new RangeError(
      `ssim: images must be [batch, h, w], [batch, h, w, channels] or [batch, d, h, w, channels], got shape [${shape}].`,
    );
  }
  const axes = [...shape.keys()].slice(1, shape.length > 3 ? -1 : undefined);
  if (axes.some((axis) => shape[axis] < WINDOW_SIDE)) {
    throw new RangeError(
      `ssim: images must have at least ${WINDOW_SIDE} pixels on each side, got [${axes.map((axis) => shape[axis])}].`,
    );
  }
  return axes;
}

/** Weighted means over windows that lie within the image, one axis after the other. */
function filter(images: Tensor, axes: readonly number[]): Tensor {
  const window = tensor4d([...gaussianWindow()], [WINDOW_SIDE, 1, 1, 1]);
  return axes.reduce((values, axis) => {
    const { shape } = values;
    const [before, after] = [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis + 1))];
    const filtered = conv2d(reshape<Rank.R4>(values, [before, shape[axis], after, 1]), window, 1, 'valid');
    return reshape(
      filtered,
      shape.map((n, i) => (i === axis ? n - WINDOW_SIDE + 1 : n)),
    );
  }, images);
}

/** The similarity of each window. Variances do not change with a shift, and cancel less about the mean of the image. */
function similarity(yTrue: Tensor, yPred: Tensor, valueRange: number): Tensor {
  const [c1, c2] = [(0.01 * valueRange) ** 2, (0.03 * valueRange) ** 2];
  const axes = pixelAxes(yTrue);
  const centre = mean(yTrue, [...yTrue.shape.keys()].slice(1), true);
  const [y, p] = [sub(yTrue, centre), sub(yPred, centre)];
  const filtered = filter(concat([y, p, square(y), square(p), mul(y, p)]), axes);
  const [meanY, meanP, ofYY, ofPP, ofYP] = split(filtered, 5);
  const covariance = sub(ofYP, mul(meanY, meanP));
  const variances = sub(add(ofYY, ofPP), add(square(meanY), square(meanP)));
  const structure = div(add(mul(covariance, 2), c2), add(variances, c2));
  const [lightY, lightP] = [add(meanY, centre), add(meanP, centre)];
  const light = div(add(mul(mul(lightY, lightP), 2), c1), add(add(square(lightY), square(lightP)), c1));
  return mul(structure, light);
}

/**
 * Structural similarity loss of each image: 1 minus whether windows of the two agree in mean, contrast and structure.
 *
 * `1 - mean((2 m_y m_p + c_1) (2 cov + c_2) / ((m_y^2 + m_p^2 + c_1) (var_y + var_p + c_2)))` over the windows of 11 pixels on
 * each axis that lie within the image, and over the channels; a window is weighted by a Gaussian of standard deviation 1.5,
 * `c_1 = (0.01 valueRange)^2`, `c_2 = (0.03 valueRange)^2`. It is 1 minus the metric `structuralSimilarity`.
 *
 * `yTrue`, `yPred`: `[batch, h, w]`, `[batch, h, w, channels]` or `[batch, d, h, w, channels]` of one shape, at least 11 pixels
 * on each side. The loss lies in [0, 2]. As it compares windows it takes weights of images alone (in a trainer
 * `batch.weight` of `[batch]`), none of elements.
 *
 * Equals MONAI's `SSIMLoss(spatial_dims, data_range=valueRange)` of one image.
 *
 * Source: Wang, Bovik, Sheikh, Simoncelli, 2004, doi:10.1109/TIP.2003.819861.
 *
 * @throws {RangeError} for an unknown option or a range of 0 or less; when the loss is called, where the shapes differ,
 * are none of images or too small, or a weight of elements is given.
 * @throws {TypeError} where an argument of the loss is not a tensor.
 * @example
 * ```ts
 * import { ones, zeros } from '@tensorflow/tfjs-core';
 * import { ssim } from 'tfjs-multitask/losses';
 *
 * ssim()(zeros([1, 11, 11]), ones([1, 11, 11])); // [0.9999]
 * ```
 */
export function ssim(options: SsimOptions = {}): Loss {
  checkOptions(options, ['valueRange'], 'ssim');
  const { valueRange = 1 } = options;
  checkPositive(valueRange, 'ssim: valueRange');
  const ofImages = defineLoss('ssim', {}, (yTrue, yPred) =>
    meanOverElements(sub(1, similarity(yTrue, yPred, valueRange))),
  );
  // Without a third argument: that tells a trainer to refuse weights of elements before they come here.
  return (yTrue, yPred, ...[weight]) => {
    if (weight !== undefined) {
      throw new RangeError('ssim: it compares windows of pixels, so it takes no weight for each element.');
    }
    return ofImages(yTrue, yPred);
  };
}
