/** A place in the body, in millimetres: x to the patient's left (right in the image), y to the back (down). */
export type Point = readonly [x: number, y: number];

/** A closed outline as x0, y0, x1, y1, ... */
export type Outline = Float64Array;

/** The control points between two levels of a table; `z` runs from 0 (its first level) to 1 (its last). */
export function atLevel(table: readonly (readonly Point[])[], z: number): Point[] {
  const position = Math.min(Math.max(z, 0), 1) * (table.length - 1);
  const below = Math.min(Math.floor(position), table.length - 2);
  const t = position - below;
  return table[below].map(([x, y], i) => {
    const [nextX, nextY] = table[below + 1][i];
    return [x + (nextX - x) * t, y + (nextY - y) * t];
  });
}

/** Closes half an outline, given from the front midline to the back midline, with its mirror image. */
export function mirrored(half: readonly Point[]): Point[] {
  const other = half.slice(1, -1).map(([x, y]): Point => [-x, y]);
  return [...half, ...other.reverse()];
}

/** A smooth closed curve through the points (Catmull-Rom), `steps` corners per span. */
export function closedCurve(points: readonly Point[], steps = 6): Outline {
  const n = points.length;
  const outline = new Float64Array(2 * n * steps);
  for (let i = 0, at = 0; i < n; i++) {
    const p0 = points[(i + n - 1) % n];
    const p1 = points[i];
    const p2 = points[(i + 1) % n];
    const p3 = points[(i + 2) % n];
    for (let s = 0; s < steps; s++) {
      const t = s / steps;
      const w0 = -0.5 * t + t * t - 0.5 * t * t * t;
      const w1 = 1 - 2.5 * t * t + 1.5 * t * t * t;
      const w2 = 0.5 * t + 2 * t * t - 1.5 * t * t * t;
      const w3 = -0.5 * t * t + 0.5 * t * t * t;
      outline[at++] = w0 * p0[0] + w1 * p1[0] + w2 * p2[0] + w3 * p3[0];
      outline[at++] = w0 * p0[1] + w1 * p1[1] + w2 * p2[1] + w3 * p3[1];
    }
  }
  return outline;
}

/** A closed outline in polar form about a centre. */
export function polarCurve(center: Point, radius: (angle: number) => number, corners = 32): Outline {
  const outline = new Float64Array(2 * corners);
  for (let i = 0; i < corners; i++) {
    const angle = (2 * Math.PI * i) / corners;
    const r = radius(angle);
    outline[2 * i] = center[0] + r * Math.cos(angle);
    outline[2 * i + 1] = center[1] + r * Math.sin(angle);
  }
  return outline;
}

/** Distance from `origin` to where the ray at `angle` last leaves the outline; 0 if it never meets it. */
export function reach(outline: Outline, [x, y]: Point, angle: number): number {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  let farthest = 0;
  for (let i = 0; i < outline.length; i += 2) {
    const next = (i + 2) % outline.length;
    // The edge's ends in the ray's frame: along it (u) and beside it (v).
    const v0 = (outline[i + 1] - y) * cos - (outline[i] - x) * sin;
    const v1 = (outline[next + 1] - y) * cos - (outline[next] - x) * sin;
    if (v0 >= 0 === v1 >= 0) continue;
    const u0 = (outline[i] - x) * cos + (outline[i + 1] - y) * sin;
    const u1 = (outline[next] - x) * cos + (outline[next + 1] - y) * sin;
    farthest = Math.max(farthest, u0 + ((u1 - u0) * v0) / (v0 - v1));
  }
  return farthest;
}

/** 0 below `low`, 1 above `high`, smooth between. */
export function smoothStep(low: number, high: number, value: number): number {
  const t = Math.min(1, Math.max(0, (value - low) / (high - low)));
  return t * t * (3 - 2 * t);
}

/** The length of a vector: quicker than Math.hypot, which guards against overflow. */
export function length(x: number, y: number): number {
  return Math.sqrt(x * x + y * y);
}
