// Pooling and resizing over NHWC, four channels at a time.
import { copyFloats, loadPart, max32, min32, storePart } from './common';
import {
  BlendGradientArguments, BlendRowArguments, MaxPoolGradientArguments, MeanPoolGradientArguments, PickGradientArguments,
  PickRowArguments, Pool,
  PoolArguments, PoolRowArguments, RepeatGradientRowArguments,
} from './generated/abi';

/** Whether windows are 2x2 neighbours over whole vectors of channels, the common case. */
// @ts-ignore: decorator
@inline
function isPlain(args: PoolArguments): bool {
  return (
    args.filterHeight == 2 && args.filterWidth == 2 && args.dilationY == 1 && args.dilationX == 1 &&
    args.channels % 4 == 0
  );
}

/** One output row of a pool; an item is (image, row). */
export function poolRow(args: PoolRowArguments, item: i32, _thread: i32): void {
  const h = args.height, w = args.width, c = args.channels, rows = args.rows, cols = args.cols, kind = args.pool;
  const stepY = args.stepY, stepX = args.stepX, filterH = args.filterHeight, filterW = args.filterWidth;
  const dilateY = args.dilationY, dilateX = args.dilationX;
  const b = item / rows;
  const y0 = (item - b * rows) * stepY - args.top;
  const pixel = <usize>c << 2;
  const image = args.x + <usize>(b * h * w) * pixel;
  let to = args.out + <usize>(item * cols) * pixel;
  const plain = kind == Pool.max && isPlain(args) && y0 >= 0 && y0 + 2 <= h;
  for (let xx = 0; xx < cols; xx++) {
    const x0 = xx * stepX - args.left;
    if (plain && x0 >= 0 && x0 + 2 <= w) {
      maxOfFour(image + <usize>(y0 * w + x0) * pixel, pixel, <usize>w * pixel, to);
      to += pixel;
      continue;
    }
    for (let k = 0; k < c; k += 4) {
      const n = c - k;
      let v = kind == Pool.max ? f32x4.splat(-Infinity) : f32x4.splat(0);
      let count: f32 = 0;
      for (let i = 0; i < filterH; i++) {
        const y = y0 + i * dilateY;
        if (<u32>y >= <u32>h) continue;
        for (let j = 0; j < filterW; j++) {
          const x = x0 + j * dilateX;
          if (<u32>x >= <u32>w) continue;
          const p = loadPart(image + <usize>(y * w + x) * pixel + (<usize>k << 2), n);
          v = kind == Pool.max ? f32x4.pmax(v, p) : f32x4.add(v, p);
          count += 1;
        }
      }
      if (kind == Pool.mean) v = f32x4.div(v, f32x4.splat(count));
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
 * Gradient of a maximum pool for one image's channels [4k, 4k + 4): the first of equal maxima gets all. `out` is zero
 * before. An item is (image, four channels) where windows overlap and (image, output row) where they do not.
 */
export function maxPoolGradient(args: MaxPoolGradientArguments, item: i32, _thread: i32): void {
  const c = args.channels, rows = args.rows, apart = args.apart;
  if (apart) {
    const b = item / rows;
    const y = item - b * rows;
    if (plainGradientRow(args, b, y)) return;
    for (let k = 0; k < c; k += 4) maxGradientRow(args, b, y, k);
  } else {
    const quads = (c + 3) >> 2;
    const b = item / quads;
    for (let y = 0; y < rows; y++) maxGradientRow(args, b, y, (item - b * quads) << 2);
  }
}

/** Does that of a row whose windows are plain, inside the image and apart, or returns false. */
function plainGradientRow(args: MaxPoolGradientArguments, b: i32, row: i32): bool {
  const h = args.height, w = args.width, cols = args.cols, stepX = args.stepX, left = args.left;
  const y = row * args.stepY - args.top;
  if (!isPlain(args) || stepX < 2 || left != 0 || y < 0 || y + 2 > h || (cols - 1) * stepX + 2 > w) return false;
  const pixel = <usize>args.channels << 2, pitch = <usize>w * pixel;
  const offset = <usize>((b * h + y) * w) * pixel;
  let image = args.x + offset, out = args.out + offset;
  let dy = args.dy + <usize>((b * args.rows + row) * cols) * pixel;
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

function maxGradientRow(args: MaxPoolGradientArguments, b: i32, row: i32, k: i32): void {
  const h = args.height, w = args.width, c = args.channels, rows = args.rows, cols = args.cols;
  const stepX = args.stepX, filterH = args.filterHeight, filterW = args.filterWidth;
  const dilateY = args.dilationY, dilateX = args.dilationX;
  const y0 = row * args.stepY - args.top;
  const n = c - k;
  const pixel = <usize>c << 2;
  const offset = <usize>(b * h * w) * pixel + (<usize>k << 2);
  const image = args.x + offset, out = args.out + offset;
  let dy = args.dy + <usize>((b * rows + row) * cols) * pixel + (<usize>k << 2);
  for (let xx = 0; xx < cols; xx++) {
    const x0 = xx * stepX - args.left;
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

/**
 * Gradient of a mean pool, one input row: each window that covers a pixel gives it dy over the window's pixels. An item
 * is (image, row).
 */
export function meanPoolGradient(args: MeanPoolGradientArguments, item: i32, _thread: i32): void {
  const h = args.height, w = args.width, c = args.channels, rows = args.rows, cols = args.cols;
  const stepY = args.stepY, stepX = args.stepX, filterH = args.filterHeight, filterW = args.filterWidth;
  const top = args.top, leftPad = args.left;
  const b = item / h;
  const y = item - b * h + top;
  const pixel = <usize>c << 2;
  const dy = args.dy + <usize>(b * rows * cols) * pixel;
  let to = args.out + <usize>(item * w) * pixel;
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

/** Nearest neighbours, one output row. The tables hold the input row of each output row, likewise columns. */
export function pickRow(args: PickRowArguments, item: i32, _thread: i32): void {
  const h = args.height, w = args.width, c = args.channels, rows = args.rows, cols = args.cols;
  const b = item / rows;
  const y = load<i32>(args.rowTable + (<usize>(item - b * rows) << 2));
  const pixel = <usize>c << 2;
  const row = args.x + <usize>((b * h + y) * w) * pixel;
  const places = args.colTable;
  let to = args.out + <usize>(item * cols) * pixel;
  for (let x = 0; x < cols; x++) {
    copyFloats(row + <usize>load<i32>(places + (<usize>x << 2)) * pixel, to, c);
    to += pixel;
  }
}

/** Its gradient: adds dy to the pixels it was read from. dx is zero before. An item is (image, four channels). */
export function pickGradient(args: PickGradientArguments, item: i32, _thread: i32): void {
  const h = args.height, w = args.width, c = args.channels, rows = args.rows, cols = args.cols;
  const quads = (c + 3) >> 2;
  const b = item / quads;
  const k = (item - b * quads) << 2;
  const pixel = <usize>c << 2;
  const image = args.dx + <usize>(b * h * w) * pixel + (<usize>k << 2);
  let from = args.dy + <usize>(b * rows * cols) * pixel + (<usize>k << 2);
  for (let y = 0; y < rows; y++) {
    const row = image + <usize>(load<i32>(args.rowTable + (<usize>y << 2)) * w) * pixel;
    for (let x = 0; x < cols; x++) {
      const at = row + <usize>load<i32>(args.colTable + (<usize>x << 2)) * pixel;
      storePart(at, f32x4.add(loadPart(at, c - k), loadPart(from, c - k)), c - k);
      from += pixel;
    }
  }
}

/** The gradient where pixels are repeated by whole factors, one row of x: the sum over each block. */
export function repeatGradientRow(args: RepeatGradientRowArguments, item: i32, _thread: i32): void {
  const w = args.width, c = args.channels, factorY = args.factorY, factorX = args.factorX;
  const pixel = <usize>c << 2;
  const pitch = <usize>(w * factorX) * pixel;
  const dy = args.dy + <usize>(item * factorY) * pitch;
  let to = args.dx + <usize>(item * w) * pixel;
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
 * Interpolation between two rows and two columns, one output row. Tables: for each output row two input rows and the
 * weight of the second, likewise columns.
 */
export function blendRow(args: BlendRowArguments, item: i32, _thread: i32): void {
  const h = args.height, w = args.width, c = args.channels, rows = args.rows, cols = args.cols;
  const b = item / rows;
  const pixel = <usize>c << 2;
  const rowEntry = args.rowTable + <usize>(item - b * rows) * 12;
  const image = args.x + <usize>(b * h * w) * pixel;
  const upper = image + <usize>(load<i32>(rowEntry) * w) * pixel;
  const lower = image + <usize>(load<i32>(rowEntry, 4) * w) * pixel;
  const fy = v128.load32_splat(rowEntry, 8);
  let to = args.out + <usize>(item * cols) * pixel;
  for (let x = 0; x < cols; x++) {
    const entry = args.colTable + <usize>x * 12;
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
 * Its gradient for one image and a block of channels: adds shares of dy to the four pixels it was read from. dx is zero
 * before; an item is (image, four channels).
 */
export function blendGradient(args: BlendGradientArguments, item: i32, _thread: i32): void {
  const h = args.height, w = args.width, c = args.channels, rows = args.rows, cols = args.cols;
  const quads = (c + 3) >> 2;
  const b = item / quads;
  const k = (item - b * quads) << 2;
  const n = c - k;
  const pixel = <usize>c << 2;
  const image = args.dx + <usize>(b * h * w) * pixel + (<usize>k << 2);
  let from = args.dy + <usize>(b * rows * cols) * pixel + (<usize>k << 2);
  for (let y = 0; y < rows; y++) {
    const rowEntry = args.rowTable + <usize>y * 12;
    const upper = image + <usize>(load<i32>(rowEntry) * w) * pixel;
    const lower = image + <usize>(load<i32>(rowEntry, 4) * w) * pixel;
    const fy = v128.load32_splat(rowEntry, 8);
    for (let x = 0; x < cols; x++) {
      const entry = args.colTable + <usize>x * 12;
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
