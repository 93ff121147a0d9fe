import type { Outline } from './geometry';
import type { Draw, Grid } from './view';

/** Fills outlines: edges are added up as changes of coverage from column to column, which each row then sums. */
export function createFill({ view, perColumn, perRow }: Grid): (outline: Outline, draw: Draw) => void {
  const { size } = view;
  const stride = size + 2;
  const changes = new Float32Array(stride * size);

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

  /** Sums the changes of some rows, draws what is covered and clears them. */
  const drawRows = (top: number, bottom: number, left: number, right: number, draw: Draw): void => {
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

  return (outline, draw) => {
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
    drawRows(top, bottom, Math.max(0, left), Math.min(size - 1, right + 1), draw);
  };
}
