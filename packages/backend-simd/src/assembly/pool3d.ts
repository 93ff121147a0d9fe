// Pooling of volumes over NDHWC, four channels at a time.
import { loadPart, max32, min32, storePart } from './common';
import { MaxVolumeGradientArguments, MeanVolumeGradientArguments, Pool, VolumePoolRowArguments } from './generated/abi';

/** One output row of a pool; an item is (volume, plane, row). */
export function volumePoolRow(args: VolumePoolRowArguments, item: i32, _thread: i32): void {
  const d = args.depth, h = args.height, w = args.width, c = args.channels, rows = args.rows, cols = args.cols;
  const kind = args.pool;
  const plane = item / rows;
  const b = plane / args.planes;
  const z0 = (plane - b * args.planes) * args.stepZ - args.front, y0 = (item - plane * rows) * args.stepY - args.top;
  const zFrom = max32(0, z0), zTo = min32(d, z0 + args.filterDepth), yFrom = max32(0, y0);
  const yTo = min32(h, y0 + args.filterHeight);
  const pixel = <usize>c << 2;
  const volume = args.x + <usize>(b * d * h * w) * pixel;
  let to = args.out + <usize>(item * cols) * pixel;
  for (let col = 0; col < cols; col++) {
    const x0 = col * args.stepX - args.left;
    const xFrom = max32(0, x0), xTo = min32(w, x0 + args.filterWidth);
    const count = max32(0, zTo - zFrom) * max32(0, yTo - yFrom) * max32(0, xTo - xFrom);
    for (let k = 0; k < c; k += 4) {
      const n = c - k;
      let v = kind == Pool.max ? f32x4.splat(-Infinity) : f32x4.splat(0);
      for (let z = zFrom; z < zTo; z++) {
        for (let y = yFrom; y < yTo; y++) {
          let at = volume + <usize>((z * h + y) * w + xFrom) * pixel + (<usize>k << 2);
          for (let x = xFrom; x < xTo; x++) {
            const p = loadPart(at, n);
            v = kind == Pool.max ? f32x4.pmax(v, p) : f32x4.add(v, p);
            at += pixel;
          }
        }
      }
      if (kind == Pool.mean) v = f32x4.div(v, f32x4.splat(<f32>max32(count, 1)));
      storePart(to + (<usize>k << 2), v, n);
    }
    to += pixel;
  }
}

/**
 * Gradient of a maximum pool: the first of equal maxima gets all. `out` is zero before. An item is (volume, four
 * channels).
 */
export function maxVolumeGradient(args: MaxVolumeGradientArguments, item: i32, _thread: i32): void {
  const d = args.depth, h = args.height, w = args.width, c = args.channels, planes = args.planes, rows = args.rows;
  const cols = args.cols;
  const quads = (c + 3) >> 2;
  const b = item / quads;
  const k = (item - b * quads) << 2;
  const n = c - k;
  const pixel = <usize>c << 2;
  const offset = <usize>(b * d * h * w) * pixel + (<usize>k << 2);
  const volume = args.x + offset, out = args.out + offset;
  let dy = args.dy + <usize>(b * planes * rows * cols) * pixel + (<usize>k << 2);
  for (let position = 0; position < planes * rows * cols; position++) {
    const line = position / cols;
    const plane = line / rows;
    const z0 = plane * args.stepZ - args.front, y0 = (line - plane * rows) * args.stepY - args.top;
    const x0 = (position - line * cols) * args.stepX - args.left;
    const zFrom = max32(0, z0), zTo = min32(d, z0 + args.filterDepth), yFrom = max32(0, y0);
    const yTo = min32(h, y0 + args.filterHeight);
    const xFrom = max32(0, x0), xTo = min32(w, x0 + args.filterWidth);
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

/**
 * Gradient of a mean pool, one input row: each window that covers a voxel gives it dy over the voxels that it covers.
 * An item is (volume, plane, row).
 */
export function meanVolumeGradient(args: MeanVolumeGradientArguments, item: i32, _thread: i32): void {
  const d = args.depth, h = args.height, w = args.width, c = args.channels, planes = args.planes, rows = args.rows;
  const cols = args.cols;
  const filterD = args.filterDepth, filterH = args.filterHeight, filterW = args.filterWidth;
  const stepZ = args.stepZ, stepY = args.stepY, stepX = args.stepX, front = args.front, top = args.top;
  const leftPad = args.left;
  const depth = item / h;
  const b = depth / d;
  const z = depth - b * d + front, y = item - depth * h + top;
  const pixel = <usize>c << 2;
  const dy = args.dy + <usize>(b * planes * rows * cols) * pixel;
  const planeFrom = firstOver(z, filterD, stepZ), planeTo = min32(planes, lastOver(z, stepZ) + 1);
  const rowFrom = firstOver(y, filterH, stepY), rowTo = min32(rows, lastOver(y, stepY) + 1);
  let to = args.out + <usize>(item * w) * pixel;
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

/**
 * The first and the last window, each `step` after the one before, that covers a place counted from the first one's
 * start.
 */
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
