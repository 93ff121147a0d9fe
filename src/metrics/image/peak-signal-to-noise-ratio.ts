import type { Metric } from '../../types';
import type { ImageScores } from '../core/image-scores';
import { weightOf } from '../core/weights';
import { type ImageOptions, type ImageScoresState, imageMetric, readImageOptions } from './image-metric';

/**
 * The peak signal-to-noise ratio of each image, in decibels, averaged over the images: 10 log10(valueRange^2 / mean of
 * (p - y)^2).
 *
 * Higher is better; an image that is reproduced exactly scores Infinity, and so does the mean then.
 *
 * `yTrue`, `yPred`: `[batch, h, w]`, `[batch, h, w, channels]` or `[batch, d, h, w, channels]`. `weight`: `[batch]`,
 * or of each element. It is scikit-image's `peak_signal_noise_ratio` of each image.
 *
 * Source: Huynh-Thu and Ghanbari, "Scope of validity of PSNR in image/video quality assessment", 2008,
 * doi:10.1049/el:20080522.
 *
 * @throws {RangeError} where `valueRange` is not positive, the shapes do not fit or values are not finite.
 * @example
 * ```ts
 * import { peakSignalToNoiseRatio, score } from 'tfjs-multitask/metrics';
 *
 * const { value } = await score(peakSignalToNoiseRatio(), [[[0.5, 0.5]]], [[[0.4, 0.6]]]); // 20
 * ```
 */
export function peakSignalToNoiseRatio(options: ImageOptions = {}): Metric<ImageScoresState, ImageScores> {
  const name = 'peakSignalToNoiseRatio';
  const valueRange = readImageOptions(options, name);
  const range = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;
  return imageMetric({ name, direction: 'max', range }, (images, image) => {
    const { size, yTrue, yPred } = images;
    let sum = 0;
    let total = 0;
    for (let i = image * size; i < (image + 1) * size; i++) {
      const weight = weightOf(images, i);
      if (weight === 0) continue;
      sum += weight * (yPred[i] - yTrue[i]) ** 2;
      total += weight;
    }
    return 10 * Math.log10((valueRange * valueRange * total) / sum);
  });
}
