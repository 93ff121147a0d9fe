import fc from 'fast-check';

/** A mask in a plane, row by row. */
export type Plane = readonly (readonly number[])[];

type Point = readonly [number, number];

/** Pixels of the mask with one of the four neighbours outside of it, found by looking at each. */
function surfacePoints(mask: Plane): Point[] {
  const at = (y: number, x: number): number => mask[y]?.[x] ?? 0;
  const points: Point[] = [];
  for (let y = 0; y < mask.length; y++) {
    for (let x = 0; x < mask[y].length; x++) {
      const neighbours = [at(y - 1, x), at(y + 1, x), at(y, x - 1), at(y, x + 1)];
      if (at(y, x) === 1 && neighbours.includes(0)) points.push([y, x]);
    }
  }
  return points;
}

/** From each surface point of one mask to the nearest of the other, by trying all. */
export function nearest(from: Plane, to: Plane, [height, width]: Point): number[] {
  const targets = surfacePoints(to);
  return surfacePoints(from).map(([y, x]) =>
    Math.min(...targets.map(([v, u]) => Math.sqrt(((y - v) * height) ** 2 + ((x - u) * width) ** 2))),
  );
}

const side = { min: 1, max: 8 };
const length = fc.double({ min: 0.1, max: 5, noNaN: true });

/** Two masks of one size, neither of them empty, and the size of a pixel. */
export const planes = fc.tuple(fc.integer(side), fc.integer(side)).chain(([rows, columns]) => {
  const mask = fc
    .array(fc.array(fc.integer({ min: 0, max: 1 }), { minLength: columns, maxLength: columns }), {
      minLength: rows,
      maxLength: rows,
    })
    .filter((plane) => plane.some((row) => row.includes(1)));
  return fc.record({ truth: mask, prediction: mask, spacing: fc.tuple(length, length) });
});

/** The mask with `before` and `after` empty rows and columns around it. */
export function pad(mask: Plane, before: number, after: number): number[][] {
  const zeros = (n: number): number[] => Array<number>(n).fill(0);
  const width = mask[0].length + before + after;
  return [
    ...Array.from({ length: before }, () => zeros(width)),
    ...mask.map((row) => [...zeros(before), ...row, ...zeros(after)]),
    ...Array.from({ length: after }, () => zeros(width)),
  ];
}
