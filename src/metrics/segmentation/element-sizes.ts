/** The corners of one neighbourhood that hang together by its edges, one piece after the other. */
function piecesOf(corners: readonly number[]): number[][] {
  const pieces: number[][] = [];
  for (const corner of corners) {
    const joined = pieces.filter((piece) => piece.some((other) => edgeBetween(corner, other) >= 0));
    for (const piece of joined) pieces.splice(pieces.indexOf(piece), 1);
    pieces.push([corner, ...joined.flat()]);
  }
  return pieces;
}

/** The axis along which two corners are neighbours; -1 if they share no edge. */
function edgeBetween(corner: number, other: number): number {
  return [1, 2, 4].indexOf(corner ^ other);
}

/** The length of the line that cuts a piece off from a square, between the middles of the edges that it crosses. */
function cutLength(piece: readonly number[], spacing: readonly number[]): number {
  return piece.length === 1 ? Math.hypot(...spacing) / 2 : spacing[edgeBetween(piece[0], piece[1])];
}

/**
 * The area of the polygon that cuts a piece off from a box, its vertices in the middle of the edges that it crosses. It
 * is a sum over flat parts, each computed from the shadows that it throws on the sides of the box, whose areas are
 * `sides`.
 */
function cutArea(piece: readonly number[], sides: readonly number[]): number {
  const neighbours = piece.map((corner) => piece.filter((other) => edgeBetween(corner, other) >= 0));
  const along = (axis: number): number =>
    piece.reduce(
      (sum, corner, i) => sum + neighbours[i].filter((other) => edgeBetween(corner, other) === axis).length,
      0,
    );
  const unused = sides.filter((_, axis) => along(axis) === 0);
  const all = Math.hypot(...sides);
  if (piece.length === 1) return all / 8; // a triangle
  if (piece.length === 2) return Math.hypot(...unused) / 2; // a rectangle
  if (piece.length === 3) return unused[0] / 2 + (3 * all) / 8; // a triangle and a trapezium
  if (unused.length === 1) return unused[0]; // a rectangle: half of the box
  if (neighbours.some((others) => others.length === 3)) return (3 * all) / 4; // a hexagon, flat
  // A chain of three edges: a trapezium and two triangles, which lean along the outer edges.
  const [first, second] = piece.filter((_, i) => neighbours[i].length === 2);
  const middle = edgeBetween(first, second);
  const outer = sides.filter((_, axis) => axis !== middle);
  return all / 2 + outer.reduce((sum, side) => sum + Math.hypot(side, sides[middle]) / 4, 0);
}

/**
 * How much surface lies between the pixels around a point where 4 of them meet (a length), or 8 voxels (an area), for
 * each set of them that is inside; 0 for none and all. Bit c of a set is the pixel that lies, along axis a, behind the
 * point if bit a of c is 1, else before it.
 *
 * Marching squares and cubes: the surface crosses an edge in its middle and cuts off, of the side with fewer pixels,
 * each piece that hangs together by edges. Source: Lorensen and Cline, "Marching cubes: a high resolution 3D surface
 * construction algorithm", 1987, doi:10.1145/37402.37422.
 */
export function elementSizes(spacing: readonly number[]): Float64Array {
  const corners = Array.from({ length: 2 ** spacing.length }, (_, corner) => corner);
  const sides = spacing.map((_, axis) => spacing.reduce((area, length, a) => (a === axis ? area : area * length), 1));
  return Float64Array.from({ length: 2 ** corners.length }, (_, set) => {
    const inside = corners.filter((corner) => (set >> corner) & 1);
    const outside = corners.filter((corner) => !((set >> corner) & 1));
    const cuts = piecesOf(inside.length <= outside.length ? inside : outside).map((piece) =>
      spacing.length === 2 ? cutLength(piece, spacing) : cutArea(piece, sides),
    );
    return cuts.reduce((sum, size) => sum + size, 0);
  });
}
