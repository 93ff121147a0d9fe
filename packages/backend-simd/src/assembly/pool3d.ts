// Pooling of volumes over NDHWC, four maps at a time.
import { argI, argP, loadPart, max32, min32, storePart } from './common';

// Arguments, by number.
const X: usize = 0, OUT: usize = 1, DY: usize = 2, KIND: usize = 3, C: usize = 4;
const D: usize = 5, H: usize = 6, W: usize = 7, PLANES: usize = 8, ROWS: usize = 9, COLS: usize = 10;
const FILTER_D: usize = 11, FILTER_H: usize = 12, FILTER_W: usize = 13;
const STEP_Z: usize = 14, STEP_Y: usize = 15, STEP_X: usize = 16, FRONT: usize = 17, TOP: usize = 18, LEFT: usize = 19;

/** One output row of a maximum (kind 0) or mean (kind 1) pool; an item is (volume, plane, row). */
export function volumePoolRow(item: i32, _thread: i32): void {
  const d = argI(D), h = argI(H), w = argI(W), c = argI(C), rows = argI(ROWS), cols = argI(COLS), kind = argI(KIND);
  const plane = item / rows;
  const b = plane / argI(PLANES);
  const z0 = (plane - b * argI(PLANES)) * argI(STEP_Z) - argI(FRONT), y0 = (item - plane * rows) * argI(STEP_Y) - argI(TOP);
  const zFrom = max32(0, z0), zTo = min32(d, z0 + argI(FILTER_D)), yFrom = max32(0, y0), yTo = min32(h, y0 + argI(FILTER_H));
  const pixel = <usize>c << 2;
  const volume = argP(X) + <usize>(b * d * h * w) * pixel;
  let to = argP(OUT) + <usize>(item * cols) * pixel;
  for (let col = 0; col < cols; col++) {
    const x0 = col * argI(STEP_X) - argI(LEFT);
    const xFrom = max32(0, x0), xTo = min32(w, x0 + argI(FILTER_W));
    const count = max32(0, zTo - zFrom) * max32(0, yTo - yFrom) * max32(0, xTo - xFrom);
    for (let k = 0; k < c; k += 4) {
      const n = c - k;
      let v = kind == 0 ? f32x4.splat(-Infinity) : f32x4.splat(0);
      for (let z = zFrom; z < zTo; z++) {
        for (let y = yFrom; y < yTo; y++) {
          let at = volume + <usize>((z * h + y) * w + xFrom) * pixel + (<usize>k << 2);
          for (let x = xFrom; x < xTo; x++) {
            const p = loadPart(at, n);
            v = kind == 0 ? f32x4.pmax(v, p) : f32x4.add(v, p);
            at += pixel;
          }
        }
      }
      if (kind == 1) v = f32x4.div(v, f32x4.splat(<f32>max32(count, 1)));
      storePart(to + (<usize>k << 2), v, n);
    }
    to += pixel;
  }
}

/** Gradient of a maximum pool: the first of equal maxima gets all. OUT is zero before. An item is (volume, four maps). */
export function maxVolumeGradient(item: i32, _thread: i32): void {
  const d = argI(D), h = argI(H), w = argI(W), c = argI(C), planes = argI(PLANES), rows = argI(ROWS), cols = argI(COLS);
  const quads = (c + 3) >> 2;
  const b = item / quads;
  const k = (item - b * quads) << 2;
  const n = c - k;
  const pixel = <usize>c << 2;
  const offset = <usize>(b * d * h * w) * pixel + (<usize>k << 2);
  const volume = argP(X) + offset, out = argP(OUT) + offset;
  let dy = argP(DY) + <usize>(b * planes * rows * cols) * pixel + (<usize>k << 2);
  for (let position = 0; position < planes * rows * cols; position++) {
    const line = position / cols;
    const plane = line / rows;
    const z0 = plane * argI(STEP_Z) - argI(FRONT), y0 = (line - plane * rows) * argI(STEP_Y) - argI(TOP);
    const x0 = (position - line * cols) * argI(STEP_X) - argI(LEFT);
    const zFrom = max32(0, z0), zTo = min32(d, z0 + argI(FILTER_D)), yFrom = max32(0, y0), yTo = min32(h, y0 + argI(FILTER_H));
    const xFrom = max32(0, x0), xTo = min32(w, x0 + argI(FILTER_W));
    let top = f32x4.splat(0), where = i32x4.splat(-1);
    for (let z = zFrom; z < zTo; z++) {
      for (let y = yFrom; y < yTo; y++) {
        for (let x = xFrom; x < xTo; x++) {
          const at = (z * h + y) * w + x;
          const p = loadPart(volume + <usize>at * pixel, n);
          const more = v128.or(f32x4.gt(p, top), i32x4.lt_s(where, i32x4.splat(0)));
          top = v128.bitselect(p, top, more);
          where = v128.bitselect(i32x4.splat(at), where, more);
        }
      }
    }
    const g = loadPart(dy, n);
    for (let z = zFrom; z < zTo; z++) {
      for (let y = yFrom; y < yTo; y++) {
        for (let x = xFrom; x < xTo; x++) {
          const at = (z * h + y) * w + x;
          const chosen = v128.and(g, i32x4.eq(where, i32x4.splat(at)));
          const p = out + <usize>at * pixel;
          storePart(p, f32x4.add(loadPart(p, n), chosen), n);
        }
      }
    }
    dy += pixel;
  }
}

/** Gradient of a mean pool, one input row: each window that covers a voxel gives it dy over the voxels that it covers. An item is (volume, plane, row). */
export function meanVolumeGradient(item: i32, _thread: i32): void {
  const d = argI(D), h = argI(H), w = argI(W), c = argI(C), planes = argI(PLANES), rows = argI(ROWS), cols = argI(COLS);
  const filterD = argI(FILTER_D), filterH = argI(FILTER_H), filterW = argI(FILTER_W);
  const stepZ = argI(STEP_Z), stepY = argI(STEP_Y), stepX = argI(STEP_X), front = argI(FRONT), top = argI(TOP), leftPad = argI(LEFT);
  const depth = item / h;
  const b = depth / d;
  const z = depth - b * d + front, y = item - depth * h + top;
  const pixel = <usize>c << 2;
  const dy = argP(DY) + <usize>(b * planes * rows * cols) * pixel;
  const planeFrom = firstOver(z, filterD, stepZ), planeTo = min32(planes, lastOver(z, stepZ) + 1);
  const rowFrom = firstOver(y, filterH, stepY), rowTo = min32(rows, lastOver(y, stepY) + 1);
  let to = argP(OUT) + <usize>(item * w) * pixel;
  for (let xx = 0; xx < w; xx++) {
    const x = xx + leftPad;
    const colFrom = firstOver(x, filterW, stepX), colTo = min32(cols, lastOver(x, stepX) + 1);
    for (let k = 0; k < c; k += 4) {
      const n = c - k;
      let v = f32x4.splat(0);
      for (let plane = planeFrom; plane < planeTo; plane++) {
        const deep = covered(plane * stepZ - front, filterD, d);
        for (let row = rowFrom; row < rowTo; row++) {
          const area = deep * covered(row * stepY - top, filterH, h);
          for (let col = colFrom; col < colTo; col++) {
            const count = area * covered(col * stepX - leftPad, filterW, w);
            const g = loadPart(dy + <usize>((plane * rows + row) * cols + col) * pixel + (<usize>k << 2), n);
            v = f32x4.add(v, f32x4.div(g, f32x4.splat(<f32>count)));
          }
        }
      }
      storePart(to + (<usize>k << 2), v, n);
    }
    to += pixel;
  }
}

/** The first and the last window, each `step` after the one before, that covers a place counted from the first one's start. */
// @ts-ignore: decorator
@inline
function firstOver(place: i32, filter: i32, step: i32): i32 {
  return place < filter ? 0 : (place - filter) / step + 1;
}

// @ts-ignore: decorator
@inline
function lastOver(place: i32, step: i32): i32 {
  return place < 0 ? -1 : place / step;
}

/** Places of a window that starts at `start` and lie in `size`. */
// @ts-ignore: decorator
@inline
function covered(start: i32, filter: i32, size: i32): i32 {
  return min32(size, start + filter) - max32(0, start);
}
