import { checkChoice } from '../../internal/check';
import { DISTANCE_METRICS, type DistanceMetric, diagonalOf, distances } from './distance-transform';
import { checkEmptyDistance, type EmptyDistance, emptyDistance } from './empty-mask';
import type { MaskOptions, Masks } from './masks';
import { type PerImageMetric, perImage } from './per-image';
import { checkSpacing, readSpacing } from './spacing';
import { surface } from './surface';

/** How distances between masks are measured. */
export interface SurfaceOptions extends MaskOptions {
  /** The size of a pixel: one number, or one for each axis of the image. Default: 1. */
  readonly spacing?: number | readonly number[];
  /** Default: `'euclidean'`. */
  readonly distanceMetric?: DistanceMetric;
}

/** Throws unless the options say how distances can be measured. */
export function checkSurfaceOptions({ spacing = 1, distanceMetric = 'euclidean' }: SurfaceOptions, name: string): void {
  checkSpacing(spacing, name);
  checkChoice(distanceMetric, DISTANCE_METRICS, `${name}: distanceMetric`);
}

export interface SurfaceDistanceOptions extends SurfaceOptions {
  /** What an image with an empty mask scores. Default: `'diagonal'`, so that each miss makes the mean worse. */
  readonly empty?: EmptyDistance;
}

/** From every surface pixel of one mask to the nearest surface pixel of the other, in the unit of the spacing. */
export interface SurfaceDistances {
  readonly toTruth: Float64Array;
  readonly toPrediction: Float64Array;
}

/** The distances between the surfaces of two masks, neither of them empty. */
export function surfaceDistances(
  { truth, prediction, shape }: Masks,
  spacing: readonly number[],
  metric: DistanceMetric = 'euclidean',
): SurfaceDistances {
  const between = (from: Uint8Array, to: Uint8Array): Float64Array =>
    distances(to, shape, spacing, metric).filter((_, i) => from[i] === 1);
  const trueSurface = surface(truth, shape);
  const predictedSurface = surface(prediction, shape);
  return { toTruth: between(predictedSurface, trueSurface), toPrediction: between(trueSurface, predictedSurface) };
}

/** A metric that makes one number of the distances between the surfaces in each image. */
export function surfaceDistanceMetric(
  name: string,
  given: SurfaceDistanceOptions,
  measure: (distances: SurfaceDistances) => number,
): PerImageMetric {
  const { spacing = 1, empty = 'diagonal', distanceMetric = 'euclidean' } = given;
  checkSurfaceOptions(given, name);
  checkEmptyDistance(empty, name);
  const traits = { name, direction: 'min', range: [0, Number.POSITIVE_INFINITY] } as const;
  return perImage(traits, given, () => (masks) => {
    const { inTruth, inPrediction, shape } = masks;
    const sides = readSpacing(spacing, shape.length, name);
    if (inTruth > 0 && inPrediction > 0) return measure(surfaceDistances(masks, sides, distanceMetric));
    const diagonal = diagonalOf(shape, sides, distanceMetric);
    return emptyDistance(empty, inTruth === 0 && inPrediction === 0, diagonal);
  });
}
