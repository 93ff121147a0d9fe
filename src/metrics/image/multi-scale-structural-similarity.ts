import type { Metric } from '../../types';
import type { ImageScores } from '../core/image-scores';
import { within } from '../core/within';
import { type ImageOptions, type ImageScoresState, imageMetric, readImageOptions } from './image-metric';
import { checkImage, halve, planesOf, similarity } from './similarity';

/** How much each scale counts, the finest first. */
const EXPONENTS = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];

/**
 * The multi-scale structural similarity (MS-SSIM) of each image, averaged over the images: `structuralSimilarity` over
 * five scales, each half as large as the one before, so that neither fine nor coarse structure decides alone.
 *
 * 1 is best; it lies in [0, 1].
 *
 * The product over the scales of (their mean of contrast and structure)^e, at the coarsest of their whole similarity,
 * with e = 0.0448, 0.2856, 0.3001, 0.2363, 0.1333; a negative mean counts as 0
 *
 * `yTrue`, `yPred`: `[batch, h, w]`, `[batch, h, w, channels]` or `[batch, d, h, w, channels]`. `weight`: `[batch]`.
 * It is MONAI's `MultiScaleSSIMMetric`; that of torchmetrics takes the coarsest scale over mirrored borders too.
 *
 * Source: Wang, Simoncelli, Bovik, "Multiscale structural similarity for image quality assessment", 2003,
 * doi:10.1109/ACSSC.2003.1292216.
 *
 * @throws {RangeError} where `valueRange` is not positive, an image has fewer than 176 pixels on a side, pixels of an
 * image have different weights, the shapes do not fit or values are not finite.
 * @example
 * ```ts
 * import { ones } from '@tensorflow/tfjs-core';
 * import { multiScaleStructuralSimilarity, score } from 'tfjs-multitask/metrics';
 *
 * const images = ones([1, 176, 176]);
 * const { value } = await score(multiScaleStructuralSimilarity(), images, images); // 1
 * ```
 */
export function multiScaleStructuralSimilarity(options: ImageOptions = {}): Metric<ImageScoresState, ImageScores> {
  const name = 'multiScaleStructuralSimilarity';
  const valueRange = readImageOptions(options, name);
  return imageMetric({ name, direction: 'max', range: [0, 1] }, (images, image) => {
    checkImage(name, images, image, EXPONENTS.length);
    let planes = planesOf(images, image);
    const factors = EXPONENTS.map((exponent, scale) => {
      const last = scale === EXPONENTS.length - 1;
      const values = planes.map(([truth, prediction]) => similarity(truth, prediction, valueRange));
      if (!last) planes = planes.map(([truth, prediction]) => [halve(truth), halve(prediction)]);
      const mean = values.reduce((sum, { whole, contrast }) => sum + (last ? whole : contrast), 0) / values.length;
      return Math.max(0, mean) ** exponent;
    });
    return within(
      0,
      1,
      factors.reduce((product, factor) => product * factor, 1),
    );
  });
}
