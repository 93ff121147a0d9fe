// Pooling and resizing over NHWC, four maps at a time.
import { argI, argP, copyFloats, loadPart, max32, min32, storePart } from './common';

// Arguments of the pools, by number.
const X: usize = 0, OUT: usize = 1, H: usize = 2, W: usize = 3, C: usize = 4, ROWS: usize = 5, COLS: usize = 6;
const FILTER_H: usize = 7, FILTER_W: usize = 8, STEP_Y: usize = 9, STEP_X: usize = 10, TOP: usize = 11, LEFT: usize = 12;
const KIND: usize = 13, DY: usize = 14, DILATE_Y: usize = 15, DILATE_X: usize = 16;

/** Whether windows are 2x2 neighbours over whole vectors of maps, the common case. */
// @ts-ignore: decorator
@inline
function isPlain(): bool {
  return argI(FILTER_H) == 2 && argI(FILTER_W) == 2 && argI(DILATE_Y) == 1 && argI(DILATE_X) == 1 && argI(C) % 4 == 0;
}

/** One output row of a maximum (kind 0) or mean (kind 1) pool; an item is (image, row). */
export function poolRow(item: i32, _thread: i32): void {
  const h = argI(H), w = argI(W), c = argI(C), rows = argI(ROWS), cols = argI(COLS), kind = argI(KIND);
  const stepY = argI(STEP_Y), stepX = argI(STEP_X), filterH = argI(FILTER_H), filterW = argI(FILTER_W);
  const dilateY = argI(DILATE_Y), dilateX = argI(DILATE_X);
  const b = item / rows;
  const y0 = (item - b * rows) * stepY - argI(TOP);
  const pixel = <usize>c << 2;
  const image = argP(X) + <usize>(b * h * w) * pixel;
  let to = argP(OUT) + <usize>(item * cols) * pixel;
  const plain = kind == 0 && isPlain() && y0 >= 0 && y0 + 2 <= h;
  for (let xx = 0; xx < cols; xx++) {
    const x0 = xx * stepX - argI(LEFT);
    if (plain && x0 >= 0 && x0 + 2 <= w) {
      maxOfFour(image + <usize>(y0 * w + x0) * pixel, pixel, <usize>w * pixel, to);
      to += pixel;
      continue;
    }
    for (let k = 0; k < c; k += 4) {
      const n = c - k;
      let v = kind == 0 ? f32x4.splat(-Infinity) : f32x4.splat(0);
      let count: f32 = 0;
      for (let i = 0; i < filterH; i++) {
        const y = y0 + i * dilateY;
        if (<u32>y >= <u32>h) continue;
        for (let j = 0; j < filterW; j++) {
          const x = x0 + j * dilateX;
          if (<u32>x >= <u32>w) continue;
          const p = loadPart(image + <usize>(y * w + x) * pixel + (<usize>k << 2), n);
          v = kind == 0 ? f32x4.pmax(v, p) : f32x4.add(v, p);
          count += 1;
        }
      }
      if (kind == 1) v = f32x4.div(v, f32x4.splat(count));
      storePart(to + (<usize>k << 2), v, n);
    }
    to += pixel;
  }
}

/** The largest of two by two pixels, the first at `from`. A NaN is no maximum. */
// @ts-ignore: decorator
@inline
function maxOfFour(from: usize, pixel: usize, pitch: usize, to: usize): void {
  for (const end = from + pixel; from < end; from += 16) {
    let v = f32x4.pmax(f32x4.splat(-Infinity), v128.load(from));
    v = f32x4.pmax(v, v128.load(from + pixel));
    v = f32x4.pmax(v, v128.load(from + pitch));
    v128.store(to, f32x4.pmax(v, v128.load(from + pitch + pixel)));
    to += 16;
  }
}

/**
 * Gradient of a maximum pool for one image's maps [4k, 4k + 4): the first of equal maxima gets all. OUT is zero before.
 * An item is (image, four maps) where windows overlap and (image, output row) where they do not.
 */
export function maxPoolGradient(item: i32, _thread: i32): void {
  const c = argI(C), rows = argI(ROWS), apart = argI(KIND);
  if (apart) {
    const b = item / rows;
    const y = item - b * rows;
    if (plainGradientRow(b, y)) return;
    for (let k = 0; k < c; k += 4) maxGradientRow(b, y, k);
  } else {
    const quads = (c + 3) >> 2;
    const b = item / quads;
    for (let y = 0; y < rows; y++) maxGradientRow(b, y, (item - b * quads) << 2);
  }
}

/** Does that of a row whose windows are plain, inside the image and apart, or returns false. */
function plainGradientRow(b: i32, row: i32): bool {
  const h = argI(H), w = argI(W), cols = argI(COLS), stepX = argI(STEP_X), left = argI(LEFT);
  const y = row * argI(STEP_Y) - argI(TOP);
  if (!isPlain() || stepX < 2 || left != 0 || y < 0 || y + 2 > h || (cols - 1) * stepX + 2 > w) return false;
  const pixel = <usize>argI(C) << 2, pitch = <usize>w * pixel;
  const offset = <usize>((b * h + y) * w) * pixel;
  let image = argP(X) + offset, out = argP(OUT) + offset;
  let dy = argP(DY) + <usize>((b * argI(ROWS) + row) * cols) * pixel;
  const low = f32x4.splat(-Infinity);
  for (let xx = 0; xx < cols; xx++) {
    for (let k: usize = 0; k < pixel; k += 16) {
      const p0 = v128.load(image + k), p1 = v128.load(image + pixel + k);
      const p2 = v128.load(image + pitch + k), p3 = v128.load(image + pitch + pixel + k);
      const t0 = f32x4.pmax(low, p0), t1 = f32x4.pmax(t0, p1), t2 = f32x4.pmax(t1, p2);
      // the last that is more than all before; the first also where none is
      let g = v128.load(dy + k);
      const m3 = f32x4.gt(p3, t2), m2 = f32x4.gt(p2, t1), m1 = f32x4.gt(p1, t0);
      v128.store(out + pitch + pixel + k, v128.and(g, m3));
      g = v128.andnot(g, m3);
      v128.store(out + pitch + k, v128.and(g, m2));
      g = v128.andnot(g, m2);
      v128.store(out + pixel + k, v128.and(g, m1));
      v128.store(out + k, v128.andnot(g, m1));
    }
    dy += pixel;
    image += <usize>stepX * pixel;
    out += <usize>stepX * pixel;
  }
  return true;
}

function maxGradientRow(b: i32, row: i32, k: i32): void {
  const h = argI(H), w = argI(W), c = argI(C), rows = argI(ROWS), cols = argI(COLS);
  const stepX = argI(STEP_X), filterH = argI(FILTER_H), filterW = argI(FILTER_W);
  const dilateY = argI(DILATE_Y), dilateX = argI(DILATE_X);
  const y0 = row * argI(STEP_Y) - argI(TOP);
  const n = c - k;
  const pixel = <usize>c << 2;
  const offset = <usize>(b * h * w) * pixel + (<usize>k << 2);
  const image = argP(X) + offset, out = argP(OUT) + offset;
  let dy = argP(DY) + <usize>((b * rows + row) * cols) * pixel + (<usize>k << 2);
  for (let xx = 0; xx < cols; xx++) {
    const x0 = xx * stepX - argI(LEFT);
    let top = f32x4.splat(-Infinity), where = i32x4.splat(0);
    for (let i = 0; i < filterH; i++) {
      const y = y0 + i * dilateY;
      if (<u32>y >= <u32>h) continue;
      for (let j = 0; j < filterW; j++) {
        const x = x0 + j * dilateX;
        if (<u32>x >= <u32>w) continue;
        const p = loadPart(image + <usize>(y * w + x) * pixel, n);
        const more = f32x4.gt(p, top);
        top = v128.bitselect(p, top, more);
        where = v128.bitselect(i32x4.splat(i * filterW + j), where, more);
      }
    }
    const g = loadPart(dy, n);
    for (let i = 0; i < filterH; i++) {
      const y = y0 + i * dilateY;
      if (<u32>y >= <u32>h) continue;
      for (let j = 0; j < filterW; j++) {
        const x = x0 + j * dilateX;
        if (<u32>x >= <u32>w) continue;
        const at = out + <usize>(y * w + x) * pixel;
        const chosen = v128.and(g, i32x4.eq(where, i32x4.splat(i * filterW + j)));
        storePart(at, f32x4.add(loadPart(at, n), chosen), n);
      }
    }
    dy += pixel;
  }
}

/** Pixels of a window that starts at `start` and lie in an image of `size`. */
// @ts-ignore: decorator
@inline
function covered(start: i32, filter: i32, size: i32): i32 {
  return min32(size, start + filter) - max32(0, start);
}

/** Gradient of a mean pool, one input row: each window that covers a pixel gives it dy over the window's pixels. An item is (image, row). */
export function meanPoolGradient(item: i32, _thread: i32): void {
  const h = argI(H), w = argI(W), c = argI(C), rows = argI(ROWS), cols = argI(COLS);
  const stepY = argI(STEP_Y), stepX = argI(STEP_X), filterH = argI(FILTER_H), filterW = argI(FILTER_W);
  const top = argI(TOP), leftPad = argI(LEFT);
  const b = item / h;
  const y = item - b * h + top;
  const pixel = <usize>c << 2;
  const dy = argP(DY) + <usize>(b * rows * cols) * pixel;
  let to = argP(OUT) + <usize>(item * w) * pixel;
  for (let xx = 0; xx < w; xx++) {
    const x = xx + leftPad;
    for (let k = 0; k < c; k += 4) {
      const n = c - k;
      let v = f32x4.splat(0);
      for (let row = max32(0, (y - filterH + stepY) / stepY); row < rows && row * stepY <= y; row++) {
        if (row * stepY + filterH <= y) continue;
        for (let col = max32(0, (x - filterW + stepX) / stepX); col < cols && col * stepX <= x; col++) {
          if (col * stepX + filterW <= x) continue;
          const area = covered(row * stepY - top, filterH, h) * covered(col * stepX - leftPad, filterW, w);
          const g = loadPart(dy + <usize>(row * cols + col) * pixel + (<usize>k << 2), n);
          v = f32x4.add(v, f32x4.div(g, f32x4.splat(<f32>area)));
        }
      }
      storePart(to + (<usize>k << 2), v, n);
    }
    to += pixel;
  }
}

/** Nearest neighbours, one output row. Arguments: x, out, h, w, c, rows, cols, input row of each output row, likewise columns. */
export function pickRow(item: i32, _thread: i32): void {
  const h = argI(2), w = argI(3), c = argI(4), rows = argI(5), cols = argI(6);
  const b = item / rows;
  const y = load<i32>(argP(7) + (<usize>(item - b * rows) << 2));
  const pixel = <usize>c << 2;
  const row = argP(0) + <usize>((b * h + y) * w) * pixel;
  const places = argP(8);
  let to = argP(1) + <usize>(item * cols) * pixel;
  for (let x = 0; x < cols; x++) {
    copyFloats(row + <usize>load<i32>(places + (<usize>x << 2)) * pixel, to, c);
    to += pixel;
  }
}

/** Its gradient: adds dy to the pixels it was read from. Arguments as pickRow's, dy for x; OUT is zero before. An item is (image, four maps). */
export function pickGradient(item: i32, _thread: i32): void {
  const h = argI(2), w = argI(3), c = argI(4), rows = argI(5), cols = argI(6);
  const quads = (c + 3) >> 2;
  const b = item / quads;
  const k = (item - b * quads) << 2;
  const pixel = <usize>c << 2;
  const image = argP(1) + <usize>(b * h * w) * pixel + (<usize>k << 2);
  let from = argP(0) + <usize>(b * rows * cols) * pixel + (<usize>k << 2);
  for (let y = 0; y < rows; y++) {
    const row = image + <usize>(load<i32>(argP(7) + (<usize>y << 2)) * w) * pixel;
    for (let x = 0; x < cols; x++) {
      const at = row + <usize>load<i32>(argP(8) + (<usize>x << 2)) * pixel;
      storePart(at, f32x4.add(loadPart(at, c - k), loadPart(from, c - k)), c - k);
      from += pixel;
    }
  }
}

/** The gradient where pixels are repeated by whole factors, one row of x: the sum over each block. Arguments: dy, dx, h, w, c, factor y, factor x. */
export function repeatGradientRow(item: i32, _thread: i32): void {
  const w = argI(3), c = argI(4), factorY = argI(5), factorX = argI(6);
  const pixel = <usize>c << 2;
  const pitch = <usize>(w * factorX) * pixel;
  const dy = argP(0) + <usize>(item * factorY) * pitch;
  let to = argP(1) + <usize>(item * w) * pixel;
  for (let x = 0; x < w; x++) {
    for (let k = 0; k < c; k += 4) {
      let v = f32x4.splat(0);
      for (let i = 0; i < factorY; i++) {
        for (let j = 0; j < factorX; j++) {
          v = f32x4.add(v, loadPart(dy + <usize>i * pitch + <usize>(x * factorX + j) * pixel + (<usize>k << 2), c - k));
        }
      }
      storePart(to + (<usize>k << 2), v, c - k);
    }
    to += pixel;
  }
}

/**
 * Interpolation between two rows and two columns, one output row. Arguments: x, out, h, w, c, rows, cols, then tables over
 * output rows (two input rows, weight of the second) and columns (two input columns, weight).
 */
export function blendRow(item: i32, _thread: i32): void {
  const h = argI(2), w = argI(3), c = argI(4), rows = argI(5), cols = argI(6);
  const b = item / rows;
  const pixel = <usize>c << 2;
  const rowEntry = argP(7) + <usize>(item - b * rows) * 12;
  const image = argP(0) + <usize>(b * h * w) * pixel;
  const upper = image + <usize>(load<i32>(rowEntry) * w) * pixel, lower = image + <usize>(load<i32>(rowEntry, 4) * w) * pixel;
  const fy = v128.load32_splat(rowEntry, 8);
  let to = argP(1) + <usize>(item * cols) * pixel;
  for (let x = 0; x < cols; x++) {
    const entry = argP(8) + <usize>x * 12;
    const left = <usize>load<i32>(entry) * pixel, right = <usize>load<i32>(entry, 4) * pixel;
    const fx = v128.load32_splat(entry, 8);
    for (let k = 0; k < c; k += 4) {
      const n = c - k;
      const at = <usize>k << 2;
      const ul = loadPart(upper + left + at, n), ur = loadPart(upper + right + at, n);
      const ll = loadPart(lower + left + at, n), lr = loadPart(lower + right + at, n);
      const u = f32x4.add(ul, f32x4.mul(f32x4.sub(ur, ul), fx)), l = f32x4.add(ll, f32x4.mul(f32x4.sub(lr, ll), fx));
      storePart(to + at, f32x4.add(u, f32x4.mul(f32x4.sub(l, u), fy)), n);
    }
    to += pixel;
  }
}

/**
 * Its gradient for one image and a block of maps: spreads dy over the four pixels it was read from. OUT is zero before.
 * Arguments: dy, dx, h, w, c, rows, cols, row table, column table; an item is (image, four maps).
 */
export function blendGradient(item: i32, _thread: i32): void {
  const h = argI(2), w = argI(3), c = argI(4), rows = argI(5), cols = argI(6);
  const quads = (c + 3) >> 2;
  const b = item / quads;
  const k = (item - b * quads) << 2;
  const n = c - k;
  const pixel = <usize>c << 2;
  const image = argP(1) + <usize>(b * h * w) * pixel + (<usize>k << 2);
  let from = argP(0) + <usize>(b * rows * cols) * pixel + (<usize>k << 2);
  for (let y = 0; y < rows; y++) {
    const rowEntry = argP(7) + <usize>y * 12;
    const upper = image + <usize>(load<i32>(rowEntry) * w) * pixel, lower = image + <usize>(load<i32>(rowEntry, 4) * w) * pixel;
    const fy = v128.load32_splat(rowEntry, 8);
    for (let x = 0; x < cols; x++) {
      const entry = argP(8) + <usize>x * 12;
      const left = <usize>load<i32>(entry) * pixel, right = <usize>load<i32>(entry, 4) * pixel;
      const fx = v128.load32_splat(entry, 8);
      const g = loadPart(from, n);
      const lowG = f32x4.mul(g, fy), upG = f32x4.sub(g, lowG);
      const ur = f32x4.mul(upG, fx), lr = f32x4.mul(lowG, fx);
      storePart(upper + left, f32x4.add(loadPart(upper + left, n), f32x4.sub(upG, ur)), n);
      storePart(upper + right, f32x4.add(loadPart(upper + right, n), ur), n);
      storePart(lower + left, f32x4.add(loadPart(lower + left, n), f32x4.sub(lowG, lr)), n);
      storePart(lower + right, f32x4.add(loadPart(lower + right, n), lr), n);
      from += pixel;
    }
  }
}
