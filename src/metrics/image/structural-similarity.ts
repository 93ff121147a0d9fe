import type { Metric } from '../../types';
import type { ImageScores } from '../core/image-scores';
import { within } from '../core/within';
import { type ImageOptions, type ImageScoresState, imageMetric, readImageOptions } from './image-metric';
import { checkImage, planesOf, similarity } from './similarity';

/**
 * The structural similarity (SSIM) of each image, averaged over the images: whether windows of the two agree in mean,
 * contrast and structure.
 *
 * 1 is best, for equal images; it lies in [-1, 1].
 *
 * (2 m_y m_p + c_1) (2 cov + c_2) / ((m_y^2 + m_p^2 + c_1) (var_y + var_p + c_2)) over windows of 11 pixels on each
 * axis, weighted by a Gaussian of standard deviation 1.5, c_1 = (0.01 valueRange)^2, c_2 = (0.03 valueRange)^2; the
 * mean over all windows within the image and over the channels
 *
 * `yTrue`, `yPred`: `[batch, h, w]`, `[batch, h, w, channels]` or `[batch, d, h, w, channels]`. `weight`: `[batch]`.
 * It is scikit-image's `structural_similarity` with `gaussian_weights=True`, `sigma=1.5` and
 * `use_sample_covariance=False`.
 *
 * Source: Wang, Bovik, Sheikh, Simoncelli, "Image quality assessment: from error visibility to structural similarity",
 * 2004, doi:10.1109/TIP.2003.819861.
 *
 * @throws {RangeError} where `valueRange` is not positive, an image has fewer than 11 pixels on a side, pixels of an
 * image have different weights, the shapes do not fit or values are not finite.
 * @example
 * ```ts
 * import { ones, zeros } from '@tensorflow/tfjs-core';
 * import { score, structuralSimilarity } from 'tfjs-multitask/metrics';
 *
 * const { value } = await score(structuralSimilarity(), zeros([1, 11, 11]), ones([1, 11, 11])); // 0.0001
 * ```
 */
export function structuralSimilarity(options: ImageOptions = {}): Metric<ImageScoresState, ImageScores> {
  const name = 'structuralSimilarity';
  const valueRange = readImageOptions(options, name);
  return imageMetric({ name, direction: 'max', range: [-1, 1] }, (images, image) => {
    checkImage(name, images, image, 1);
    const values = planesOf(images, image).map(
      ([truth, prediction]) => similarity(truth, prediction, valueRange).whole,
    );
    return within(-1, 1, values.reduce((sum, value) => sum + value, 0) / values.length);
  });
}
