// Depthwise convolution over NHWC, each channel by a filter of its own: four channels at a time, four pixels of a row
// together.
import { loadPart, madd, min32, storePart } from './common';
import { DepthwiseGradientArguments, DepthwiseRowArguments } from './generated/abi';
import { activate } from './store-tile';

// Row taps are (row offset, bytes into the filter), column taps (pixel offset, bytes into the filter, first and last +
// 1 position that reads inside the image), offsets ascending.

/**
 * The sum over row taps [i0, i1) and column taps [j0, j1) for the pixel whose taps count from `at`, and four channels.
 */
// @ts-ignore: decorator
@inline
function onePixel(
  at: usize, filter: usize, v: v128, rows: usize, i0: i32, i1: i32, cols: usize, j0: i32, j1: i32, pitch: usize,
  pixel: usize,
): v128 {
  for (let i = i0; i < i1; i++) {
    const row = rows + (<usize>i << 3);
    const p = at + <usize>load<i32>(row) * pitch, f = filter + <usize>load<i32>(row, 4);
    for (let j = j0; j < j1; j++) {
      const col = cols + (<usize>j << 4);
      v = madd(v128.load(p + <usize>load<i32>(col) * pixel), v128.load(f + <usize>load<i32>(col, 4)), v);
    }
  }
  return v;
}

/**
 * One row of positions of one image; an item is (image, row). Positions [from, end) read no column outside the image.
 */
export function depthwiseRow(args: DepthwiseRowArguments, item: i32, _thread: i32): void {
  const h = args.height, w = args.width, c = args.channels, rows = args.rows, cols = args.cols, stepX = args.stepX;
  const rowTaps = args.rowTaps, colTaps = args.colTaps, filter = args.filter, bias = args.bias;
  const activation = args.activation;
  const rowTable = args.table, colTable = rowTable + (<usize>rowTaps << 3);
  const b = item / rows;
  const y = item - b * rows;
  const pixel = <usize>c << 2;
  const pitch = <usize>w * pixel;
  const outStep = <usize>args.outStepX * pixel;
  const y0 = y * args.stepY;
  let i0 = 0;
  while (i0 < rowTaps && y0 + load<i32>(rowTable + (<usize>i0 << 3)) < 0) i0++;
  let i1 = i0;
  while (i1 < rowTaps && y0 + load<i32>(rowTable + (<usize>i1 << 3)) < h) i1++;
  const image = args.x + <usize>(b * h + y0) * pitch;
  let to = args.out + <usize>((b * args.outHeight + y * args.outStepY + args.outY) * args.outWidth + args.outX) * pixel;
  const from = args.from, end = args.end;
  const step = <usize>stepX * pixel;
  for (let x = 0; x < cols; ) {
    const at = image + <usize>x * step;
    if (x >= from && x + 4 <= end) {
      for (let k = 0; k < c; k += 4) {
        const lane = <usize>k << 2;
        let v0 = bias ? loadPart(bias + lane, c - k) : f32x4.splat(0);
        let v1 = v0, v2 = v0, v3 = v0;
        for (let i = i0; i < i1; i++) {
          const row = rowTable + (<usize>i << 3);
          const line = at + lane + <usize>load<i32>(row) * pitch, f = filter + lane + <usize>load<i32>(row, 4);
          for (let j = 0; j < colTaps; j++) {
            const col = colTable + (<usize>j << 4);
            const weight = v128.load(f + <usize>load<i32>(col, 4));
            let p = line + <usize>load<i32>(col) * pixel;
            v0 = madd(v128.load(p), weight, v0);
            p += step;
            v1 = madd(v128.load(p), weight, v1);
            p += step;
            v2 = madd(v128.load(p), weight, v2);
            v3 = madd(v128.load(p + step), weight, v3);
          }
        }
        const n = c - k;
        storePart(to + lane, activate(v0, activation), n);
        storePart(to + lane + outStep, activate(v1, activation), n);
        storePart(to + lane + outStep * 2, activate(v2, activation), n);
        storePart(to + lane + outStep * 3, activate(v3, activation), n);
      }
      x += 4;
      to += outStep * 4;
      continue;
    }
    let j0 = 0;
    while (j0 < colTaps && x * stepX + load<i32>(colTable + (<usize>j0 << 4)) < 0) j0++;
    let j1 = j0;
    while (j1 < colTaps && x * stepX + load<i32>(colTable + (<usize>j1 << 4)) < w) j1++;
    for (let k = 0; k < c; k += 4) {
      const lane = <usize>k << 2;
      const v = bias ? loadPart(bias + lane, c - k) : f32x4.splat(0);
      const sum = onePixel(at + lane, filter + lane, v, rowTable, i0, i1, colTable, j0, j1, pitch, pixel);
      storePart(to + lane, activate(sum, activation), c - k);
    }
    x++;
    to += outStep;
  }
}

/**
 * The gradient of the filter over `block` of the `lines` rows of dy, written to a partial result of its own,
 * `partBytes` from the one before. An item is such a block.
 */
export function depthwiseGradient(args: DepthwiseGradientArguments, item: i32, _thread: i32): void {
  const h = args.height, w = args.width, c = args.channels, rows = args.rows, cols = args.cols, stepX = args.stepX;
  const rowTaps = args.rowTaps, colTaps = args.colTaps, block = args.block;
  const rowTable = args.table, colTable = rowTable + (<usize>rowTaps << 3);
  const pixel = <usize>c << 2;
  const step = <usize>stepX * pixel;
  const sums = args.out + <usize>item * args.partBytes;
  memory.fill(sums, 0, <usize>(rowTaps * colTaps) * pixel);
  const end = min32(args.lines, (item + 1) * block);
  for (let line = item * block; line < end; line++) {
    const b = line / rows;
    const y0 = (line - b * rows) * args.stepY;
    const dy = args.dy + <usize>(line * cols) * pixel;
    for (let i = 0; i < rowTaps; i++) {
      const row = rowTable + (<usize>i << 3);
      const y = y0 + load<i32>(row);
      if (<u32>y >= <u32>h) continue;
      const image = args.x + <usize>((b * h + y) * w) * pixel;
      for (let j = 0; j < colTaps; j++) {
        const col = colTable + (<usize>j << 4);
        const first = load<i32>(col, 8), count = load<i32>(col, 12) - first;
        if (count <= 0) continue;
        const at = image + <usize>(first * stepX + load<i32>(col)) * pixel, from = dy + <usize>first * pixel;
        const to = sums + <usize>load<i32>(row, 4) + <usize>load<i32>(col, 4);
        for (let k = 0; k < c; k += 4) {
          const lane = <usize>k << 2;
          storePart(
            to + lane, f32x4.add(loadPart(to + lane, c - k), products(at + lane, step, from + lane, pixel, count)),
            c - k,
          );
        }
      }
    }
  }
}

/** The sum of `count` products of four floats at `a` and `b`, each so many bytes after the one before. */
function products(a: usize, aStep: usize, b: usize, bStep: usize, count: i32): v128 {
  let v0 = f32x4.splat(0), v1 = v0, v2 = v0, v3 = v0;
  for (; count >= 4; count -= 4) {
    v0 = madd(v128.load(a), v128.load(b), v0);
    a += aStep;
    b += bStep;
    v1 = madd(v128.load(a), v128.load(b), v1);
    a += aStep;
    b += bStep;
    v2 = madd(v128.load(a), v128.load(b), v2);
    a += aStep;
    b += bStep;
    v3 = madd(v128.load(a), v128.load(b), v3);
    a += aStep;
    b += bStep;
  }
  for (; count > 0; count--) {
    v0 = madd(v128.load(a), v128.load(b), v0);
    a += aStep;
    b += bStep;
  }
  return f32x4.add(f32x4.add(v0, v1), f32x4.add(v2, v3));
}
