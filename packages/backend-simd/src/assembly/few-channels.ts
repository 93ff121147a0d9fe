// Convolutions with few channels or few filters. Their tiles are too small to look for each pixel's address: here six
// pixels of a row lie at even distances, and one loop passes over all taps by a table of offsets from the first. Where
// taps leave the image, what they would read is copied first with zeros around it, and another table used.
import { madd, max32, min32, storePart } from './common';
import { taps6x2, taps6x8 } from './gemm';
import {
  FewChannelsArguments, FewChannelsRowsArguments, PackPairsArguments, PointwiseArguments,
} from './generated/abi';
import { PANEL_ROW, TILE_BYTES } from './sizes';
import { activate, storeRow } from './store-tile';

// @ts-ignore: decorator
@inline
function clear(to: usize, floats: i32): void {
  for (let i = 0; i < floats; i++) store<f32>(to + (<usize>i << 2), 0);
}

/**
 * Copies to `patch` what each group of taps reads for `count` positions from (y, x) of image b on, zeros for what is
 * not there.
 */
export function copyPatch(args: FewChannelsArguments, b: i32, y: i32, x: i32, count: i32, patch: usize): void {
  const h = args.height, w = args.width, c = args.channels, groups = args.tapGroups, pitch = args.patchPitch;
  const length = (count - 1) * args.stepX + args.run;
  for (let g = 0; g < groups; g++) {
    const entry = args.table + <usize>(g << 3);
    const iy = y * args.stepY + load<i32>(entry), ix = x * args.stepX + load<i32>(entry, 4);
    const inside = <u32>iy < <u32>h;
    const from = inside ? min32(length, max32(0, -ix)) : length;
    const to = max32(from, min32(length, w - ix));
    clear(patch, from * c);
    const source = args.x + <usize>(((b * h + iy) * w + ix) * c << 2);
    let i = from * c;
    for (; i + 4 <= to * c; i += 4) v128.store(patch + (<usize>i << 2), v128.load(source + (<usize>i << 2)));
    for (; i < to * c; i++) store<f32>(patch + (<usize>i << 2), load<f32>(source + (<usize>i << 2)));
    clear(patch + (<usize>(to * c) << 2), (length - to) * c);
    patch += pitch;
  }
}

/** Adds up the four numbers of each vector: those of v0 to lane 0, those of v1 to lane 1. */
// @ts-ignore: decorator
@inline
function fold(v0: v128, v1: v128): v128 {
  const t = f32x4.add(v128.shuffle<i32>(v0, v1, 0, 1, 4, 5), v128.shuffle<i32>(v0, v1, 2, 3, 6, 7));
  return f32x4.add(v128.shuffle<i32>(t, t, 0, 2, 0, 2), v128.shuffle<i32>(t, t, 1, 3, 1, 3));
}

/** Output rows [item * block, ...) of all images. */
export function fewChannelsRows(args: FewChannelsRowsArguments, item: i32, thread: i32): void {
  const h = args.height, w = args.width, rows = args.rows, cols = args.cols, n = args.filters;
  const lowX = args.lowX, highX = args.highX, offsets = args.offsets, patchOffsets = args.patchOffsets;
  const few = args.fewFilters != 0, length = args.length, bias = args.bias, activation = args.activation;
  const pixel = <usize>(args.channels << 2), pitch = pixel * args.stepX, outPixel = <usize>(n << 2);
  const outPitch = outPixel * args.outStepX;
  const width = few ? 2 : 8, panelBytes = <usize>length * PANEL_ROW;
  const acc = args.scratch + <usize>thread * args.scratchSize, patch = acc + TILE_BYTES;
  const end = min32(args.lines, (item + 1) * args.block);
  for (let row = item * args.block; row < end; row++) {
    const b = row / rows;
    const y = row - b * rows;
    const inside = y >= args.lowY && y < args.highY;
    const image = args.x + <usize>((b * h + y * args.stepY) * w) * pixel;
    const outRow = b * args.outHeight + y * args.outStepY + args.outY;
    let out = args.out + <usize>(outRow * args.outWidth + args.outX) * outPixel;
    for (let x = 0; x < cols; x += 6) {
      const direct = inside && x >= lowX && x + 6 <= highX;
      if (!direct) copyPatch(args, b, y, x, 6, patch);
      const count = min32(6, cols - x);
      let panel = args.panels;
      for (let n0 = 0; n0 < n; n0 += width) {
        // called twice each, or the compiler would put their loops into these
        if (direct) {
          if (few) taps6x2(image + <usize>x * pitch, pitch, offsets, length, panel, acc);
          else taps6x8(image + <usize>x * pitch, pitch, offsets, length, panel, acc);
        } else {
          if (few) taps6x2(patch, pitch, patchOffsets, length, panel, acc);
          else taps6x8(patch, pitch, patchOffsets, length, panel, acc);
        }
        const biasAt = bias ? bias + <usize>(n0 << 2) : 0;
        let to = out, from = acc;
        for (let i = 0; i < count; i++) {
          let v0 = v128.load(from), v1 = v128.load(from, 16);
          if (few) v0 = fold(v0, v1);
          storeRow(to, <usize>(n0 << 2), v0, v1, biasAt, min32(width, n - n0), activation);
          to += outPitch;
          from += PANEL_ROW;
        }
        panel += panelBytes;
      }
      out += outPitch * 6;
    }
  }
}

/**
 * Packs a filter for `taps6x2`: panel p holds, four inputs at a time in the order of packFilter, those of filter 2p and
 * those of filter 2p + 1, zeros where there is none.
 */
export function packPairs(args: PackPairsArguments, p: i32, _thread: i32): void {
  const filter = args.filter, taps = args.taps, order = args.order, depth = args.channels, n = args.filters;
  const flip = args.flip;
  let to = args.panels + <usize>(p * taps * depth) * 8;
  for (let q = 0; q < taps * depth; q += 4) {
    for (let i = 0; i < 8; i++) {
      const f = (p << 1) + (i >> 2), k = q + (i & 3);
      const t = k / depth;
      const tap = load<i32>(order + <usize>(t << 2)) * depth, c = k - t * depth;
      const at = flip ? tap * n + f * depth + c : (tap + c) * n + f;
      store<f32>(to + <usize>(i << 2), f < n ? load<f32>(filter + (<usize>at << 2)) : 0);
    }
    to += PANEL_ROW;
  }
}

/**
 * A block of pixels of up to four channels, each met by one tap of up to four filters. The filter is [4][4] with the
 * bias behind it, zeros where there is none.
 */
export function pointwise(args: PointwiseArguments, item: i32, _thread: i32): void {
  const c = args.channels, n = args.filters, block = args.block, filter = args.filter, activation = args.activation;
  const first = item * block, count = min32(block, args.pixels - first);
  const w0 = v128.load(filter), w1 = v128.load(filter, 16), w2 = v128.load(filter, 32), w3 = v128.load(filter, 48);
  const bias = v128.load(filter, 64);
  let at = args.x + (<usize>(first * c) << 2), to = args.out + (<usize>(first * n) << 2);
  for (let left = count; left > 0; left--) {
    let v = f32x4.mul(v128.load32_splat(at), w0);
    if (c > 1) v = madd(v128.load32_splat(at, 4), w1, v);
    if (c > 2) v = madd(v128.load32_splat(at, 8), w2, v);
    if (c > 3) v = madd(v128.load32_splat(at, 12), w3, v);
    v = activate(f32x4.add(v, bias), activation);
    // what is written behind a pixel's results, the next pixels write again
    if (left > 3) v128.store(to, v);
    else storePart(to, v, n);
    at += <usize>c << 2;
    to += <usize>n << 2;
  }
}
