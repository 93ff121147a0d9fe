import { checkChoice } from '../../internal/check';
import { DISTANCE_METRICS, type DistanceMetric, diagonalOf, distances } from './distance-transform';
import { checkEmptyDistance, type EmptyDistance, emptyDistance } from './empty-mask';
import type { MaskOptions, Masks } from './masks';
import { type PerImageMetric, perImage } from './per-image';
import { checkSpacing, readSpacing } from './spacing';
import { surface } from './surface';
import { meetingPoints, surfaceElements } from './surface-elements';

/**
 * What a surface consists of:
 * - `'pixel'`: the pixels of the mask with a neighbour outside of it or beyond the image, where neighbours share a
 *   side; each counts once. It is MONAI's.
 * - `'area'`: the points where pixels inside and outside of the mask meet (4 pixels in a plane, 8 in a volume; beyond
 *   the image is outside), each weighted by the length or area of the surface there, in the unit of `spacing`, by
 *   marching squares or cubes. It is DeepMind's `surface_distance`.
 */
export type SurfaceElements = 'pixel' | 'area';

/** How distances between masks are measured. */
export interface SurfaceOptions extends MaskOptions {
  /** The size of a pixel: one number, or one for each axis of the image. Default: 1. */
  readonly spacing?: number | readonly number[] | undefined;
  /** Default: `'euclidean'`. */
  readonly distanceMetric?: DistanceMetric | undefined;
  /** What the surfaces consist of; `'area'` in planes and volumes only. Default: `'pixel'`. */
  readonly elements?: SurfaceElements | undefined;
}

/** Throws unless the options say how distances can be measured. */
export function checkSurfaceOptions(
  { spacing = 1, distanceMetric = 'euclidean', elements = 'pixel' }: SurfaceOptions,
  name: string,
): void {
  checkSpacing(spacing, name);
  checkChoice(distanceMetric, DISTANCE_METRICS, `${name}: distanceMetric`);
  checkChoice(elements, ['pixel', 'area'], `${name}: elements`);
}

/** The size of a pixel along each axis of an image. */
export function readSides(
  { spacing = 1, elements = 'pixel' }: SurfaceOptions,
  shape: readonly number[],
  name: string,
): readonly number[] {
  if (elements === 'area' && shape.length !== 2 && shape.length !== 3) {
    throw new RangeError(
      `${name}: elements 'area' needs images of 2 or 3 axes, got ${shape.length}; elements 'pixel' takes any.`,
    );
  }
  return readSpacing(spacing, shape.length, name);
}

/** Options of metrics that are a distance between surfaces. */
export interface SurfaceDistanceOptions extends SurfaceOptions {
  /** What an image with an empty mask scores. Default: `'diagonal'`, so that each miss makes the mean worse. */
  readonly empty?: EmptyDistance | undefined;
}

/** The names of {@link SurfaceOptions}, and of what an empty mask scores. */
export const SURFACE_OPTIONS = [
  'classes',
  'distanceMetric',
  'elements',
  'empty',
  'ignoreIndex',
  'includeBackground',
  'labels',
  'spacing',
  'threshold',
] as const;

/** From every element of one surface to the nearest of the other, in the unit of the spacing; how large each is. */
export interface DirectedDistances {
  readonly distances: Float64Array;
  readonly sizes: Uint8Array | Float64Array;
}

export interface SurfaceDistances {
  readonly toTruth: DirectedDistances;
  readonly toPrediction: DirectedDistances;
}

/** The distances between the surfaces of two masks, neither of them empty. */
export function surfaceDistances(
  { truth, prediction, shape }: Masks,
  spacing: readonly number[],
  { distanceMetric = 'euclidean', elements = 'pixel' }: SurfaceOptions,
): SurfaceDistances {
  const isArea = elements === 'area';
  const sizesOf = (mask: Uint8Array) => (isArea ? surfaceElements(mask, shape, spacing) : surface(mask, shape));
  const grid = isArea ? meetingPoints(shape) : shape;
  const between = (from: Uint8Array | Float64Array, to: Uint8Array | Float64Array): DirectedDistances => ({
    distances: distances(to, grid, spacing, distanceMetric).filter((_, i) => from[i] > 0),
    sizes: from.filter((size) => size > 0),
  });
  const trueSurface = sizesOf(truth);
  const predictedSurface = sizesOf(prediction);
  return { toTruth: between(predictedSurface, trueSurface), toPrediction: between(trueSurface, predictedSurface) };
}

/** The sum over elements of their size times `measure` of their distance. */
export function sumOver({ distances, sizes }: DirectedDistances, measure: (distance: number) => number): number {
  return distances.reduce((sum, distance, i) => sum + sizes[i] * measure(distance), 0);
}

/** A metric that makes one number of the distances between the surfaces in each image. */
export function surfaceDistanceMetric(
  name: string,
  given: SurfaceDistanceOptions,
  measure: (distances: SurfaceDistances) => number,
): PerImageMetric {
  const { empty = 'diagonal', distanceMetric = 'euclidean' } = given;
  checkSurfaceOptions(given, name);
  checkEmptyDistance(empty, name);
  const traits = { name, direction: 'min', range: [0, Number.POSITIVE_INFINITY] } as const;
  return perImage(traits, given, () => (masks) => {
    const { inTruth, inPrediction, shape } = masks;
    const sides = readSides(given, shape, name);
    if (inTruth > 0 && inPrediction > 0) return measure(surfaceDistances(masks, sides, given));
    const diagonal = diagonalOf(shape, sides, distanceMetric);
    return emptyDistance(empty, inTruth === 0 && inPrediction === 0, diagonal);
  });
}
