import { checkOptions } from '../../internal/check-options';
import { checkEmptyOverlap, type EmptyOverlap, emptyOverlap } from './empty-mask';
import type { MaskOptions } from './masks';
import { type ImageAverageOptions, type PerImageMetric, perImage } from './per-image';

/** Options of {@link dicePerImage}. */
export interface OverlapPerImageOptions extends MaskOptions, ImageAverageOptions {
  /** What an image with an empty true mask scores. Default: `'skip'`. */
  readonly empty?: EmptyOverlap | undefined;
}

/** The names of {@link OverlapPerImageOptions}. */
export const OVERLAP_PER_IMAGE_OPTIONS = [
  'average',
  'classes',
  'empty',
  'ignoreIndex',
  'includeBackground',
  'labels',
  'threshold',
] as const;

/**
 * The Dice coefficient of each image, averaged over the images, so that a small lesion weighs as much as a large one.
 *
 * 2 |T and P| / (|T| + |P|), T the pixels of the true mask, P those of the predicted one
 *
 * `yTrue`, `yPred`: `[batch, h, w]`, `[batch, h, w, 1]` or `[batch, d, h, w, 1]`; with `classes` or `labels`,
 * one mask each on the last axis. `weight`: `[batch]`, or of each pixel.
 *
 * On empty true masks `'skip'` is MONAI's `DiceMetric` (`ignore_empty=True`), `'one'` the same with
 * `ignore_empty=False`, and `'skip-both'` torchmetrics' `DiceScore`, whose `average='weighted'` is this one's.
 *
 * Source: Dice, "Measures of the amount of ecologic association between species", 1945, doi:10.2307/1932409.
 *
 * @throws {RangeError} for shapes that do not fit, labels out of range and values that are not finite.
 * @example
 * ```ts
 * import { dicePerImage, score } from 'tfjs-multitask/metrics';
 *
 * const truth = [[[1, 1, 0]], [[0, 0, 0]]];
 * const { value, n, skipped } = await score(dicePerImage(), truth, [[[0.9, 0.2, 0.1]], [[0.7, 0.1, 0.2]]]);
 * console.log(value, n, skipped); // 0.667 over 1 image, 1 skipped
 * ```
 */
export function dicePerImage(options: OverlapPerImageOptions = {}): PerImageMetric {
  checkOptions(options, OVERLAP_PER_IMAGE_OPTIONS, 'dicePerImage');
  const { empty = 'skip' } = options;
  checkEmptyOverlap(empty, 'dicePerImage');
  return perImage(
    { name: 'dicePerImage', direction: 'max', range: [0, 1] },
    options,
    () =>
      ({ inTruth, inPrediction, inBoth }) =>
        inTruth === 0 || inPrediction === 0
          ? emptyOverlap(empty, inTruth, inPrediction)
          : (2 * inBoth) / (inTruth + inPrediction),
  );
}
