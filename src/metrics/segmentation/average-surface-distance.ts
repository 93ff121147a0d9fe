import { checkBoolean } from '../../internal/check-kinds';
import { checkOptions } from '../../internal/check-options';
import type { PerImageMetric } from './per-image';
import { SURFACE_OPTIONS, type SurfaceDistanceOptions, sumOver, surfaceDistanceMetric } from './surface-distances';

/** Options of {@link averageSurfaceDistance}. */
export interface AverageSurfaceDistanceOptions extends SurfaceDistanceOptions {
  /** From either surface to the other; else only from the predicted to the true one. Default: true. */
  readonly symmetric?: boolean | undefined;
}

/**
 * The average distance between the surfaces of the true and the predicted mask of each image, averaged over the
 * images.
 *
 * (sum of d(a, T) over a in P + sum of d(b, P) over b in T) / (|T| + |P|), T and P the elements of the surface
 * (`elements`, by default pixels) of the true and the predicted mask, d(a, T) the distance from a to the nearest of T;
 * without `symmetric` the first sum over |P|. With `elements: 'area'` a distance is weighted by the length or area of
 * its element, and |T| and |P| are those of the surfaces.
 *
 * `yTrue`, `yPred`: `[batch, h, w]`, `[batch, h, w, 1]` or `[batch, d, h, w, 1]`; with `classes` or `labels`, one
 * mask each on the last axis. `weight`: `[batch]`, or of each pixel. The distance is in the unit of `spacing`.
 *
 * A lesion that is missed or made up costs the diagonal of the image, and two empty masks are 0 apart. Pixels that are
 * left out are outside of both masks.
 *
 * It is MONAI's `compute_average_surface_distance`, where `symmetric` is false by default. For an image with one empty
 * mask that returns Infinity, as `empty: 'infinite'` does, for two empty ones NaN; its mean leaves out NaN only.
 *
 * With `elements: 'area'` and without `symmetric` it is the second value of DeepMind's
 * `compute_average_surface_distance` (`surface_distance`), which is NaN where the predicted mask is empty.
 *
 * Source: Heimann et al., "Comparison and evaluation of methods for liver segmentation from CT datasets", 2009,
 * doi:10.1109/TMI.2009.2013851; areas: Nikolov et al., 2021, doi:10.2196/26151.
 *
 * @throws {RangeError} for shapes and spacings that do not fit, labels out of range and values that are not finite.
 * @example
 * ```ts
 * import { averageSurfaceDistance, score } from 'tfjs-multitask/metrics';
 *
 * const { value } = await score(averageSurfaceDistance({ spacing: 0.5 }), [[[1, 0, 0]]], [[[0, 0, 1]]]); // 1
 * ```
 */
export function averageSurfaceDistance(options: AverageSurfaceDistanceOptions = {}): PerImageMetric {
  checkOptions(options, ['symmetric', ...SURFACE_OPTIONS], 'averageSurfaceDistance');
  const { symmetric = true } = options;
  checkBoolean(symmetric, 'averageSurfaceDistance: symmetric');
  return surfaceDistanceMetric('averageSurfaceDistance', options, ({ toTruth, toPrediction }) => {
    const ways = symmetric ? [toTruth, toPrediction] : [toTruth];
    const sum = (measure: (distance: number) => number) =>
      ways.reduce((total, way) => total + sumOver(way, measure), 0);
    return sum((distance) => distance) / sum(() => 1);
  });
}
