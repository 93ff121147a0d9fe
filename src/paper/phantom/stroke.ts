import { length } from './geometry';
import type { Draw, Grid, StrokePoint } from './view';

const longestPath = 16;

/** Draws strokes: a pixel is covered as far as the nearest piece's radius reaches into it. */
export function createStroke({
  view,
  perColumn,
  perRow,
  spacing,
}: Grid): (path: readonly StrokePoint[], draw: Draw) => void {
  const { size } = view;
  /** For each piece of a stroke: start, direction, radius, its growth, 1 / length squared, extent in a pixel. */
  const pieces = new Float64Array(8 * longestPath);

  /** Cuts a path into its pieces and returns how many there are. */
  const setPieces = (path: readonly StrokePoint[]): number => {
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
    return count;
  };

  /** How much of the pixel around a point the first `count` pieces cover. */
  const coverageAt = (x: number, y: number, count: number): number => {
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
    return coverage;
  };

  return (path, draw) => {
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
    const count = setPieces(path);
    const firstColumn = Math.max(0, Math.floor(left));
    for (let row = Math.max(0, Math.floor(top)); row < Math.min(size, bottom); row++) {
      const y = view.top + (row + 0.5) / perRow;
      for (let column = firstColumn; column < Math.min(size, right); column++) {
        const x = view.left + (column + 0.5) / perColumn;
        const coverage = coverageAt(x, y, count);
        if (coverage > 1e-4) draw(row * size + column, coverage);
      }
    }
  };
}
