import { checkRange } from '../../internal/check';
import { checkEmptyOverlap, type EmptyOverlap, emptyOverlap } from './empty-mask';
import { maskCount } from './masks';
import { type PerImageMetric, perImage } from './per-image';
import { checkSpacing, readSpacing } from './spacing';
import { type SurfaceOptions, surfaceDistances } from './surface-distances';

export interface SurfaceDiceOptions extends SurfaceOptions {
  /**
   * The distance that counts as near enough, in the unit of `spacing`: one number, or one for each class or label that
   * counts. Default: 1.
   */
  readonly tolerance?: number | readonly number[];
  /** What an image with an empty true mask scores. Default: `'skip'`. */
  readonly empty?: EmptyOverlap;
}

/** In 32 bits, so that 3 x 0.1 counts as within 0.3. */
function countWithin(distances: Float64Array, tolerance: number): number {
  return distances.filter((distance) => Math.fround(distance) <= Math.fround(tolerance)).length;
}

/**
 * The surface Dice (normalised surface distance) of each image, averaged over the images: the part of both surfaces
 * that lies near enough to the other.
 *
 * (|{a in P: d(a, T) <= tolerance}| + |{b in T: d(b, P) <= tolerance}|) / (|T| + |P|), T and P the surface pixels of
 * the true and the predicted mask, d(a, T) the Euclidean distance from a to the nearest of T
 *
 * `yTrue`, `yPred`: `[batch, h, w]`, `[batch, h, w, 1]` or `[batch, d, h, w, 1]`; with `classes` or `labels`, one mask
 * each on the last axis. `weight`: `[batch]`. A surface pixel is one with a neighbour outside of the mask or beyond the
 * image, where neighbours share a side; each counts once, whatever its area.
 *
 * It is MONAI's `compute_surface_dice` (`use_subvoxels=False`) with `empty: 'skip-both'`: 0 for an image with one
 * empty mask, NaN for two.
 *
 * Source: Nikolov et al., "Deep learning to achieve clinically applicable segmentation of head and neck anatomy for
 * radiotherapy", 2018, doi:10.48550/arXiv.1809.04430.
 *
 * @throws RangeError for shapes, spacings and tolerances that do not fit, labels out of range and values that are not
 * finite.
 * @example
 * const { value } = await score(surfaceDice({ tolerance: 1 }), [[[1, 0, 0, 0]]], [[[1, 1, 1, 0]]]); // 3/4
 */
export function surfaceDice({
  tolerance = 1,
  spacing = 1,
  empty = 'skip',
  ...options
}: SurfaceDiceOptions = {}): PerImageMetric {
  const name = 'surfaceDice';
  checkSpacing(spacing, name);
  checkEmptyOverlap(empty, name);
  if (typeof tolerance !== 'number' && tolerance.length !== maskCount(options)) {
    throw new RangeError(
      `${name}: tolerance must be one number, or one for each of ${maskCount(options)} masks, got [${tolerance}].`,
    );
  }
  for (const distance of [tolerance].flat()) checkRange(distance, 0, Number.MAX_VALUE, `${name}: tolerance`);
  return perImage(name, options, (masks, index) => {
    const { inTruth, inPrediction, shape } = masks;
    const sides = readSpacing(spacing, shape.length, name);
    if (inTruth === 0 || inPrediction === 0) return emptyOverlap(empty, inTruth, inPrediction);
    const { toTruth, toPrediction } = surfaceDistances(masks, sides);
    const near = typeof tolerance === 'number' ? tolerance : tolerance[index];
    const within = countWithin(toTruth, near) + countWithin(toPrediction, near);
    return within / (toTruth.length + toPrediction.length);
  });
}
