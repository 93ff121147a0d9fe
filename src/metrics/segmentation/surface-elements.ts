import { elementSizes } from './element-sizes';

/** The points where the pixels of an image meet, those on its border too: one more along each axis. */
export const meetingPoints = (shape: readonly number[]): readonly number[] => shape.map((length) => length + 1);

/**
 * How much of the surface of a mask each point has where pixels meet: a length in a plane, an area in a volume, in the
 * unit of `spacing`; 0 off the surface. Beyond the image is outside.
 */
export function surfaceElements(mask: Uint8Array, shape: readonly number[], spacing: readonly number[]): Float64Array {
  const points = meetingPoints(shape);
  const strides = points.map((_, axis) => points.slice(axis + 1).reduce((product, n) => product * n, 1));
  // From the point before a pixel along every axis to the point of which the pixel is neighbour c (see elementSizes).
  const steps = Array.from({ length: 2 ** shape.length }, (_, c) =>
    strides.reduce((sum, stride, axis) => sum + ((c >> axis) & 1 ? 0 : stride), 0),
  );
  const sets = new Uint8Array(points.reduce((product, n) => product * n, 1));
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] === 0) continue;
    let rest = i;
    let first = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      first += (rest % shape[axis]) * strides[axis];
      rest = Math.floor(rest / shape[axis]);
    }
    steps.forEach((step, c) => {
      sets[first + step] |= 1 << c;
    });
  }
  const sizes = elementSizes(spacing);
  return Float64Array.from(sets, (set) => sizes[set]);
}
