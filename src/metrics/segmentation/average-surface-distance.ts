import { checkOptions } from '../../internal/check-options';
import type { PerImageMetric } from './per-image';
import { type SurfaceDistanceOptions, surfaceDistanceMetric } from './surface-distances';

export interface AverageSurfaceDistanceOptions extends SurfaceDistanceOptions {
  /** From either surface to the other; else only from the predicted to the true one. Default: true. */
  readonly symmetric?: boolean;
}

/**
 * The average distance between the surfaces of the true and the predicted mask of each image, averaged over the
 * images.
 *
 * (sum of d(a, T) over a in P + sum of d(b, P) over b in T) / (|T| + |P|), T and P the surface pixels of the true and
 * the predicted mask, d(a, T) the distance from a to the nearest of T; without `symmetric` the first sum
 * over |P|
 *
 * `yTrue`, `yPred`: `[batch, h, w]`, `[batch, h, w, 1]` or `[batch, d, h, w, 1]`; with `classes` or `labels`, one
 * mask each on the last axis. `weight`: `[batch]`, or of each pixel. The distance is in the unit of `spacing`. A
 * surface pixel is one with a neighbour outside of the mask or beyond the image, where neighbours share a side.
 *
 * A lesion that is missed or made up costs the diagonal of the image, and two empty masks are 0 apart. Pixels that are
 * left out are outside of both masks.
 *
 * It is MONAI's `compute_average_surface_distance`, where `symmetric` is false by default. For an image with one empty
 * mask that returns Infinity, as `empty: 'infinite'` does, for two empty ones NaN; its mean leaves out NaN only.
 *
 * Source: Heimann et al., "Comparison and evaluation of methods for liver segmentation from CT datasets", 2009,
 * doi:10.1109/TMI.2009.2013851.
 *
 * @throws RangeError for shapes and spacings that do not fit, labels out of range and values that are not finite.
 * @example
 * const { value } = await score(averageSurfaceDistance({ spacing: 0.5 }), [[[1, 0, 0]]], [[[0, 0, 1]]]); // 1
 */
export function averageSurfaceDistance(options: AverageSurfaceDistanceOptions = {}): PerImageMetric {
  checkOptions(
    options,
    [
      'classes',
      'distanceMetric',
      'empty',
      'ignoreIndex',
      'includeBackground',
      'labels',
      'spacing',
      'symmetric',
      'threshold',
    ],
    'averageSurfaceDistance',
  );
  const { symmetric = true } = options;
  return surfaceDistanceMetric('averageSurfaceDistance', options, ({ toTruth, toPrediction }) => {
    const sum = (distances: Float64Array): number => distances.reduce((total, distance) => total + distance, 0);
    if (!symmetric) return sum(toTruth) / toTruth.length;
    return (sum(toTruth) + sum(toPrediction)) / (toTruth.length + toPrediction.length);
  });
}
