import { length, type Outline } from './geometry';

/** Which part of the body, in millimetres, the square of `size` x `size` pixels shows. */
export interface View {
  readonly size: number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Is given each pixel that a shape touches, and how much of it the shape covers, in (0, 1]. */
export type Draw = (pixel: number, coverage: number) => void;

/** A point of a stroke with the stroke's radius there, in millimetres. */
export type StrokePoint = readonly [x: number, y: number, radius: number];

/** Turns shapes in millimetres into covered shares of pixels: the partial volume at their edges. */
export interface Canvas {
  readonly view: View;
  readonly pixels: number;
  /** Millimetres of a pixel's side, on average. */
  readonly spacing: number;
  /** Exact area coverage of a closed outline that does not cross itself. */
  fill(outline: Outline, draw: Draw): void;
  /** A path of up to 16 points with round ends and a radius that changes linearly along it. */
  stroke(path: readonly StrokePoint[], draw: Draw): void;
  /** Every pixel of a box, with its centre in millimetres. */
  visit(box: Box, visitor: (pixel: number, x: number, y: number) => void): void;
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A box around any body. */
export const everywhere: Box = { left: -500, top: -500, right: 500, bottom: 500 };

const longestPath = 16;

export function createCanvas(view: View): Canvas {
  const { size } = view;
  const perColumn = size / view.width;
  const perRow = size / view.height;
  const spacing = 2 / (perColumn + perRow);
  const stride = size + 2;
  const changes = new Float32Array(stride * size);
  /** For each piece of a stroke: start, direction, radius, its growth, 1 / length squared, extent in a pixel. */
  const pieces = new Float64Array(8 * longestPath);

  /** Adds a piece of an edge inside one row: what it covers to its right, as changes from column to column. */
  const addInRow = (row: number, xFrom: number, xTo: number, rise: number): void => {
    const from = Math.min(Math.max(xFrom, 0), size);
    const to = Math.min(Math.max(xTo, 0), size);
    const first = Math.floor(Math.min(from, to));
    const last = Math.floor(Math.max(from, to));
    for (let column = first; column <= last; column++) {
      const start = Math.min(Math.max(from, column), column + 1);
      const end = Math.min(Math.max(to, column), column + 1);
      const share = from === to ? rise : (rise * (end - start)) / (to - from);
      const inside = (start + end) / 2 - column;
      changes[row * stride + column] += share * (1 - inside);
      changes[row * stride + column + 1] += share * inside;
    }
  };

  const fill = (outline: Outline, draw: Draw): void => {
    let top = size;
    let bottom = -1;
    let left = size;
    let right = -1;
    for (let i = 0; i < outline.length; i += 2) {
      const next = (i + 2) % outline.length;
      const x0 = (outline[i] - view.left) * perColumn;
      const y0 = (outline[i + 1] - view.top) * perRow;
      const x1 = (outline[next] - view.left) * perColumn;
      const y1 = (outline[next + 1] - view.top) * perRow;
      left = Math.min(left, Math.floor(x0));
      right = Math.max(right, Math.floor(x0));
      if (y0 === y1) continue;
      const slope = (x1 - x0) / (y1 - y0);
      const low = Math.max(0, Math.min(y0, y1));
      const high = Math.min(size, Math.max(y0, y1));
      const sign = y0 < y1 ? 1 : -1;
      for (let row = Math.floor(low); row < high; row++) {
        const from = Math.max(low, row);
        const to = Math.min(high, row + 1);
        addInRow(row, x0 + (from - y0) * slope, x0 + (to - y0) * slope, sign * (to - from));
        top = Math.min(top, row);
        bottom = Math.max(bottom, row);
      }
    }
    left = Math.max(0, left);
    right = Math.min(size - 1, right + 1);
    for (let row = top; row <= bottom; row++) {
      let sum = 0;
      for (let column = left; column <= right; column++) {
        sum += changes[row * stride + column];
        const coverage = Math.min(1, Math.abs(sum));
        if (coverage > 1e-4) draw(row * size + column, coverage);
      }
      changes.fill(0, row * stride, (row + 1) * stride);
    }
  };

  const stroke = (path: readonly StrokePoint[], draw: Draw): void => {
    let left = size;
    let top = size;
    let right = -1;
    let bottom = -1;
    for (const [x, y, radius] of path) {
      const margin = radius + spacing / 2;
      left = Math.min(left, (x - margin - view.left) * perColumn);
      right = Math.max(right, (x + margin - view.left) * perColumn);
      top = Math.min(top, (y - margin - view.top) * perRow);
      bottom = Math.max(bottom, (y + margin - view.top) * perRow);
    }
    const count = Math.max(1, path.length - 1);
    for (let i = 0; i < count; i++) {
      const [x, y, radius] = path[i];
      const [nextX, nextY, nextRadius] = path[Math.min(i + 1, path.length - 1)];
      const [dx, dy] = [nextX - x, nextY - y];
      const squared = dx * dx + dy * dy;
      // A dot smaller than a pixel covers less of it than a line does.
      const extent = Math.min(1, (Math.sqrt(squared) + (Math.PI / 2) * radius) / spacing);
      pieces.set([x, y, dx, dy, radius, nextRadius - radius, squared > 0 ? 1 / squared : 0, extent], 8 * i);
    }
    const firstColumn = Math.max(0, Math.floor(left));
    for (let row = Math.max(0, Math.floor(top)); row < Math.min(size, bottom); row++) {
      const y = view.top + (row + 0.5) / perRow;
      for (let column = firstColumn; column < Math.min(size, right); column++) {
        const x = view.left + (column + 0.5) / perColumn;
        let coverage = 0;
        for (let i = 0; i < 8 * count; i += 8) {
          const fromX = x - pieces[i];
          const fromY = y - pieces[i + 1];
          const t = Math.min(1, Math.max(0, (fromX * pieces[i + 2] + fromY * pieces[i + 3]) * pieces[i + 6]));
          const distance = length(fromX - t * pieces[i + 2], fromY - t * pieces[i + 3]) / spacing;
          const radius = (pieces[i + 4] + t * pieces[i + 5]) / spacing;
          // The part of a pixel at this distance from the middle line that lies within the radius on both sides.
          const outer = Math.min(1, Math.max(0, radius - distance + 0.5));
          const inner = Math.min(1, Math.max(0, 0.5 - radius - distance));
          coverage = Math.max(coverage, pieces[i + 7] * (outer - inner));
        }
        if (coverage > 1e-4) draw(row * size + column, coverage);
      }
    }
  };

  const visit = (box: Box, visitor: (pixel: number, x: number, y: number) => void): void => {
    const first = Math.max(0, Math.floor((box.left - view.left) * perColumn));
    const last = Math.min(size - 1, Math.floor((box.right - view.left) * perColumn));
    const bottom = Math.min(size - 1, Math.floor((box.bottom - view.top) * perRow));
    for (let row = Math.max(0, Math.floor((box.top - view.top) * perRow)); row <= bottom; row++) {
      const y = view.top + (row + 0.5) / perRow;
      for (let column = first; column <= last; column++) {
        visitor(row * size + column, view.left + (column + 0.5) / perColumn, y);
      }
    }
  };

  return { view, pixels: size * size, spacing, fill, stroke, visit };
}
