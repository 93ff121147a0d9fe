import { createFill } from './fill';
import type { Outline } from './geometry';
import { createStroke } from './stroke';
import { type Draw, gridOf, type StrokePoint, type View } from './view';

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

export function createCanvas(view: View): Canvas {
  const { size } = view;
  const grid = gridOf(view);
  const { perColumn, perRow, spacing } = grid;

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

  return { view, pixels: size * size, spacing, fill: createFill(grid), stroke: createStroke(grid), visit };
}
