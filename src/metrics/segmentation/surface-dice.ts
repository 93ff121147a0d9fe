import { checkRange } from '../../internal/check';
import { checkArray } from '../../internal/check-kinds';
import { checkOptions } from '../../internal/check-options';
import { checkEmptyOverlap, type EmptyOverlap, emptyOverlap } from './empty-mask';
import { maskCount } from './masks';
import { type PerImageMetric, perImage } from './per-image';
import {
  checkSurfaceOptions,
  readSides,
  SURFACE_OPTIONS,
  type SurfaceOptions,
  sumOver,
  surfaceDistances,
} from './surface-distances';

/** Options of {@link surfaceDice}. */
export interface SurfaceDiceOptions extends SurfaceOptions {
  /**
   * The distance that counts as near enough, in the unit of `spacing`: one number, or one for each class or label that
   * counts. Default: 1.
   */
  readonly tolerance?: number | readonly number[] | undefined;
  /** What an image with an empty true mask scores. Default: `'skip'`. */
  readonly empty?: EmptyOverlap | undefined;
}

/** In 32 bits, so that 3 x 0.1 counts as within 0.3. */
const isWithin = (distance: number, tolerance: number): boolean => Math.fround(distance) <= Math.fround(tolerance);

/**
 * The surface Dice (normalised surface distance) of each image, averaged over the images: the part of both surfaces
 * that lies near enough to the other.
 *
 * (|{a in P: d(a, T) <= tolerance}| + |{b in T: d(b, P) <= tolerance}|) / (|T| + |P|), T and P the elements of the
 * surface (`elements`, by default pixels) of the true and the predicted mask, d(a, T) the distance from a to the
 * nearest of T; with `elements: 'area'` each |...| is a length or area of surface, else a number of pixels
 *
 * `yTrue`, `yPred`: `[batch, h, w]`, `[batch, h, w, 1]` or `[batch, d, h, w, 1]`; with `classes` or `labels`, one
 * mask each on the last axis. `weight`: `[batch]`, or of each pixel. Pixels that are left out are outside of both
 * masks.
 *
 * It is MONAI's `compute_surface_dice` (`use_subvoxels=False`) with `empty: 'skip-both'`: 0 for an image with one
 * empty mask, NaN for two. With `elements: 'area'` it is so DeepMind's
 * `compute_surface_dice_at_tolerance` (`surface_distance`), as the source defines the measure.
 *
 * Source: Nikolov et al., "Deep learning to achieve clinically applicable segmentation of head and neck anatomy for
 * radiotherapy", 2018, doi:10.48550/arXiv.1809.04430; 2021, doi:10.2196/26151.
 *
 * @throws {RangeError} for shapes, spacings and tolerances that do not fit, labels out of range and values that are not
 * finite.
 * @example
 * ```ts
 * import { score, surfaceDice } from 'tfjs-multitask/metrics';
 *
 * const { value } = await score(surfaceDice({ tolerance: 1 }), [[[1, 0, 0, 0]]], [[[1, 1, 1, 0]]]); // 0.75
 * ```
 */
export function surfaceDice(options: SurfaceDiceOptions = {}): PerImageMetric {
  const name = 'surfaceDice';
  checkOptions(options, ['tolerance', ...SURFACE_OPTIONS], name);
  const { empty = 'skip' } = options;
  checkSurfaceOptions(options, name);
  checkEmptyOverlap(empty, name);
  return perImage({ name, direction: 'max', range: [0, 1] }, options, (final) => {
    const tolerances = readTolerances(final, name);
    return (masks, index) => {
      const { inTruth, inPrediction, shape } = masks;
      const sides = readSides(options, shape, name);
      if (inTruth === 0 || inPrediction === 0) return emptyOverlap(empty, inTruth, inPrediction);
      const { toTruth, toPrediction } = surfaceDistances(masks, sides, options);
      const near = (distance: number): number => (isWithin(distance, tolerances[index]) ? 1 : 0);
      const within = sumOver(toTruth, near) + sumOver(toPrediction, near);
      return within / (sumOver(toTruth, () => 1) + sumOver(toPrediction, () => 1));
    };
  });
}

/** One tolerance for each mask that counts. */
function readTolerances({ tolerance = 1, ...options }: SurfaceDiceOptions, name: string): readonly number[] {
  const count = maskCount(options);
  const tolerances = typeof tolerance === 'number' ? Array<number>(count).fill(tolerance) : tolerance;
  checkArray(tolerances, `${name}: tolerance`);
  if (tolerances.length !== count) {
    throw new RangeError(
      `${name}: tolerance must be one number, or one for each of ${count} masks, got [${tolerance}].`,
    );
  }
  for (const distance of tolerances) checkRange(distance, 0, Number.MAX_VALUE, `${name}: tolerance`);
  return tolerances;
}
