import { checkRange } from '../../internal/check';
import { checkBoolean } from '../../internal/check-kinds';
import { checkOptions } from '../../internal/check-options';
import { quantile } from '../core/quantile';
import { weightedQuantile } from '../core/weighted-quantile';
import type { PerImageMetric } from './per-image';
import {
  type DirectedDistances,
  SURFACE_OPTIONS,
  type SurfaceDistanceOptions,
  surfaceDistanceMetric,
} from './surface-distances';

/** Options of {@link hausdorff}. */
export interface HausdorffOptions extends SurfaceDistanceOptions {
  /** Which percentile of the distances is taken: 100 is the largest, 95 ignores outliers. Default: 100. */
  readonly percentile?: number | undefined;
  /** Only from the predicted to the true surface. Default: false. */
  readonly directed?: boolean | undefined;
}

/**
 * The Hausdorff distance between the surfaces of the true and the predicted mask of each image, averaged over the
 * images.
 *
 * max(Q_p of d(a, T) over a in P, Q_p of d(b, P) over b in T), T and P the elements of the surface (`elements`, by
 * default pixels) of the true and the predicted mask, d(a, T) the distance from a to the nearest of T, Q_p the
 * `percentile`, interpolated linearly; with `elements: 'area'` the smallest distance within which p % of the surface's
 * length or area lies
 *
 * `yTrue`, `yPred`: `[batch, h, w]`, `[batch, h, w, 1]` or `[batch, d, h, w, 1]`; with `classes` or `labels`, one
 * mask each on the last axis. `weight`: `[batch]`, or of each pixel. The distance is in the unit of `spacing`.
 *
 * A lesion that is missed or made up costs the diagonal of the image, as in the BraTS challenge, and two empty masks
 * are 0 apart. Pixels that are left out are outside of both masks.
 *
 * It is MONAI's `compute_hausdorff_distance`. For an image with one empty mask that returns Infinity, as
 * `empty: 'infinite'` does (NaN with a percentile), for two empty ones NaN; its mean leaves out NaN only.
 *
 * With `elements: 'area'` it is DeepMind's `compute_robust_hausdorff` (`surface_distance`), which is Infinity for two
 * empty masks too.
 *
 * Source: Huttenlocher, Klanderman and Rucklidge, "Comparing images using the Hausdorff distance", 1993,
 * doi:10.1109/34.232073; areas: Nikolov et al., 2021, doi:10.2196/26151.
 *
 * @throws {RangeError} for shapes and spacings that do not fit, labels out of range and values that are not finite.
 * @example
 * ```ts
 * import { hausdorff, score } from 'tfjs-multitask/metrics';
 *
 * const { value } = await score(hausdorff({ percentile: 95, spacing: 0.5 }), [[[1, 0, 0]]], [[[0, 0, 1]]]); // 1
 * ```
 */
export function hausdorff(options: HausdorffOptions = {}): PerImageMetric {
  checkOptions(options, ['directed', 'percentile', ...SURFACE_OPTIONS], 'hausdorff');
  const { percentile = 100, directed = false, elements } = options;
  checkBoolean(directed, 'hausdorff: directed');
  checkRange(percentile, 0, 100, 'hausdorff: percentile');
  return surfaceDistanceMetric('hausdorff', options, ({ toTruth, toPrediction }) => {
    const farthest = ({ distances, sizes }: DirectedDistances): number =>
      elements === 'area'
        ? weightedQuantile(distances, sizes, percentile / 100)
        : quantile(distances.toSorted(), percentile / 100);
    return directed ? farthest(toTruth) : Math.max(farthest(toTruth), farthest(toPrediction));
  });
}
