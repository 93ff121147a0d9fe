import { checkOptions } from '../../internal/check-options';
import { OVERLAP_PER_IMAGE_OPTIONS, type OverlapPerImageOptions } from './dice-per-image';
import { checkEmptyOverlap, emptyOverlap } from './empty-mask';
import { type PerImageMetric, perImage } from './per-image';

/**
 * The intersection over union (Jaccard index) of each image, averaged over the images.
 *
 * |T and P| / |T or P|, T the pixels of the true mask, P those of the predicted one
 *
 * `yTrue`, `yPred`: `[batch, h, w]`, `[batch, h, w, 1]` or `[batch, d, h, w, 1]`; with `classes` or `labels`,
 * one mask each on the last axis. `weight`: `[batch]`, or of each pixel.
 *
 * On empty true masks `'skip'` is MONAI's `MeanIoU` (`ignore_empty=True`), `'one'` the same with `ignore_empty=False`,
 * and `'skip-both'` torchmetrics' `MeanIoU` for one mask per image.
 *
 * Source: Jaccard, "The distribution of the flora in the alpine zone", 1912, doi:10.1111/j.1469-8137.1912.tb05611.x.
 *
 * @throws {RangeError} for shapes that do not fit, labels out of range and values that are not finite.
 * @example
 * ```ts
 * import { iouPerImage, score } from 'tfjs-multitask/metrics';
 *
 * const { value } = await score(iouPerImage(), [[[1, 1, 0]]], [[[0.9, 0.2, 0.1]]]); // 0.5
 * ```
 */
export function iouPerImage(options: OverlapPerImageOptions = {}): PerImageMetric {
  checkOptions(options, OVERLAP_PER_IMAGE_OPTIONS, 'iouPerImage');
  const { empty = 'skip' } = options;
  checkEmptyOverlap(empty, 'iouPerImage');
  return perImage(
    { name: 'iouPerImage', direction: 'max', range: [0, 1] },
    options,
    () =>
      ({ inTruth, inPrediction, inBoth }) =>
        inTruth === 0 || inPrediction === 0
          ? emptyOverlap(empty, inTruth, inPrediction)
          : inBoth / (inTruth + inPrediction - inBoth),
  );
}
