// Convolution by 2x2 taps, padded to the same size, of an image upsampled 2x to the nearest pixel, computed on the
// small image. Along a row of pixels a, b the taps v, w give v a + w a and v a + w b, that is (v + w) a and (v + w) a +
// w (b - a): two products for two outputs. Both ways it is four products for the four outputs of a pixel, where the
// large image takes sixteen: of the pixel, its difference to the right one, to the one below, and the difference of
// these differences, with sums of taps.
import { min32 } from './common';
import { transpose4 } from './conv';
import { gemm6x8, sumTiles } from './gemm';
import {
  PackUpsample2xArguments, PackUpsample2xBackArguments, Upsample2xArguments, Upsample2xBlocksArguments,
  Upsample2xFilterGradientArguments,
} from './generated/abi';
import { PANEL_ROW, TILE_BYTES, UPSAMPLE_PLACES } from './sizes';
import { activate, addTile } from './store-tile';

/** Products a pixel. */
const PLACES: usize = UPSAMPLE_PLACES;
/** Bytes of the products of six pixels with a panel. */
const GROUP_PRODUCTS = UPSAMPLE_PLACES * TILE_BYTES;

/** The sum of taps that meets place `q`, four filters of each at `from`, the taps `tap` bytes apart. */
// @ts-ignore: decorator
@inline
function sumTaps(q: usize, from: usize, tap: usize): v128 {
  const last = v128.load(from + tap * 3);
  if (q == 3) return last;
  if (q == 2) return f32x4.add(v128.load(from + tap * 2), last);
  const right = f32x4.add(v128.load(from + tap), last);
  if (q == 1) return right;
  return f32x4.add(f32x4.add(v128.load(from), v128.load(from + tap * 2)), right);
}

/** Panel p of eight filters: [place][channels][8], zeros behind the last filter. */
export function packUpsample2x(args: PackUpsample2xArguments, p: i32, _thread: i32): void {
  const c = args.channels, n = args.filters;
  const pitch = <usize>n << 2, tap = <usize>c * pitch;
  let to = args.panels + (<usize>p * PLACES * <usize>c << 5);
  const from = args.filter + (<usize>p << 5);
  const half = n - (p << 3) < 8;
  for (let q: usize = 0; q < PLACES; q++) {
    for (let at = from; at < from + tap; at += pitch) {
      v128.store(to, sumTaps(q, at, tap));
      v128.store(to, half ? f32x4.splat(0) : sumTaps(q, at + 16, tap), 16);
      to += PANEL_ROW;
    }
  }
}

/**
 * Panel p of eight channels, for the gradient: [place][filters][8], zeros behind the last channel. Scratch: 64 bytes.
 */
export function packUpsample2xBack(args: PackUpsample2xBackArguments, p: i32, thread: i32): void {
  const c = args.channels, n = args.filters;
  const pitch = <usize>n << 2, tap = <usize>c * pitch;
  const temp = args.scratch + <usize>thread * args.scratchSize;
  let to = args.panels + (<usize>p * PLACES * <usize>n << 5);
  for (let q: usize = 0; q < PLACES; q++) {
    for (let at: usize = 0; at < pitch; at += 16) {
      for (let side = 0; side < 2; side++) {
        const channel = (p << 3) + (side << 2);
        const from = args.filter + <usize>channel * pitch + at;
        for (let i: usize = 0; i < 4; i++) {
          v128.store(temp + (i << 4), channel < c ? sumTaps(q, from + i * pitch, tap) : f32x4.splat(0));
        }
        transpose4(temp, 16, to + <usize>(side << 4), PANEL_ROW);
      }
      to += 4 * PANEL_ROW;
    }
  }
}

/**
 * Channels [k0, k1) of the places of `count` pixels of the image from number `first` on: of a pixel's place they lie
 * together, a pixel `pitch` bytes behind the one before, a place `step`, six pixels `group`.
 */
function placeDifferences(
  args: Upsample2xArguments, first: i32, count: i32, k0: i32, k1: i32, to: usize, pitch: usize, step: usize,
  group: usize,
): void {
  const h = args.height, w = args.width, zeros = args.zeros;
  const pixel = <usize>args.channels << 2, row = <usize>w * pixel;
  const start = <usize>k0 << 2, end = <usize>k1 << 2;
  let at = args.x + <usize>first * pixel;
  let y = (first / w) % h, x = first % w;
  for (let t = 0; t < count; t++) {
    const inside = x + 1 < w, above = y + 1 < h;
    const right = inside ? at + pixel : zeros, below = above ? at + row : zeros;
    const corner = inside && above ? at + row + pixel : zeros;
    let slot = to;
    for (let k = start; k < end; k += 16) {
      const own = v128.load(at + k), down = v128.load(below + k);
      const across = f32x4.sub(v128.load(right + k), own);
      v128.store(slot, own);
      v128.store(slot + step, across);
      v128.store(slot + step * 2, f32x4.sub(down, own));
      v128.store(slot + step * 3, f32x4.sub(f32x4.sub(v128.load(corner + k), down), across));
      slot += 16;
    }
    at += pixel;
    to += t % 6 == 5 ? group - pitch * 5 : pitch;
    if (++x == w) {
      x = 0;
      if (++y == h) y = 0;
    }
  }
}

/**
 * The gradients at filters [k0, k1) of the products of such pixels, from dy: how often each product is part of an
 * output.
 */
function placeGradients(
  args: Upsample2xArguments, first: i32, count: i32, k0: i32, k1: i32, to: usize, pitch: usize, step: usize,
  group: usize,
): void {
  const w = args.width;
  const pixel = <usize>args.filters << 2, row = <usize>w * pixel * 2;
  const start = <usize>k0 << 2, end = <usize>k1 << 2;
  const above = first / w;
  let x = first - above * w;
  let at = args.dy + <usize>above * row * 2 + <usize>x * pixel * 2;
  for (let t = 0; t < count; t++) {
    let slot = to;
    for (let k = at + start; k < at + end; k += 16) {
      const right = v128.load(k + pixel), left = v128.load(k + row), last = v128.load(k + row + pixel);
      const below = f32x4.add(left, last);
      v128.store(slot, f32x4.add(f32x4.add(v128.load(k), right), below));
      v128.store(slot + step, f32x4.add(right, last));
      v128.store(slot + step * 2, below);
      v128.store(slot + step * 3, last);
      slot += 16;
    }
    at += pixel * 2;
    to += t % 6 == 5 ? group - pitch * 5 : pitch;
    if (++x == w) {
      x = 0;
      at += row;
    }
  }
}

/**
 * What of dy each place's taps meet for the gradient of `count` pixels: that of the products, a difference against the
 * pixels on the left and above where the product is one. All filters.
 */
function placeDyDifferences(
  args: Upsample2xArguments, first: i32, count: i32, to: usize, pitch: usize, step: usize, group: usize,
): void {
  const h = args.height, w = args.width, zeros = args.zeros;
  const pixel = <usize>args.filters << 2, row = <usize>w * pixel * 2;
  const above = first / w;
  let y = above % h, x = first - above * w;
  let at = args.dy + <usize>above * row * 2 + <usize>x * pixel * 2;
  for (let t = 0; t < count; t++) {
    const west = x > 0, north = y > 0;
    const w0 = west ? at - pixel : zeros, w1 = west ? at + row - pixel : zeros;
    const n0 = north ? at - row : zeros, n1 = north ? at - row + pixel : zeros;
    const nw = west && north ? at - row - pixel : zeros;
    let slot = to;
    for (let k: usize = 0; k < pixel; k += 16) {
      const right = v128.load(at + pixel + k), left = v128.load(at + row + k), last = v128.load(at + row + pixel + k);
      const below = f32x4.add(left, last);
      v128.store(slot, f32x4.add(f32x4.add(v128.load(at + k), right), below));
      const onLeft = v128.load(w1 + k), onTop = v128.load(n1 + k);
      v128.store(slot + step, f32x4.sub(f32x4.add(v128.load(w0 + k), onLeft), f32x4.add(right, last)));
      v128.store(slot + step * 2, f32x4.sub(f32x4.add(v128.load(n0 + k), onTop), below));
      v128.store(slot + step * 3, f32x4.add(f32x4.sub(v128.load(nw + k), onTop), f32x4.sub(last, onLeft)));
      slot += 16;
    }
    at += pixel * 2;
    to += t % 6 == 5 ? group - pitch * 5 : pitch;
    if (++x == w) {
      x = 0;
      at += row;
      if (++y == h) y = 0;
    }
  }
}

/** Writes the outputs of the pixels of a panel from their products, plus a bias. */
function writeOutputs(args: Upsample2xBlocksArguments, p: i32, first: i32, count: i32, products: usize): void {
  const w = args.width, n = args.filters, bias = args.bias, activation = args.activation;
  const pixel = <usize>n << 2, row = <usize>w * pixel * 2;
  for (let side = 0; side < 2; side++) {
    const k = <usize>((p << 3) + (side << 2)) << 2;
    if (k >= pixel) break;
    const shift = bias ? v128.load(bias + k) : f32x4.splat(0);
    const above = first / w;
    let x = first - above * w;
    let out = args.out + <usize>above * row * 2 + <usize>x * pixel * 2 + k;
    let at = products + <usize>(side << 4);
    for (let t = 0; t < count; t++) {
      const below = v128.load(at, 2 * TILE_BYTES);
      const v0 = f32x4.add(v128.load(at), shift);
      const v1 = f32x4.add(v0, v128.load(at, TILE_BYTES));
      v128.store(out, activate(v0, activation));
      v128.store(out + pixel, activate(v1, activation));
      v128.store(out + row, activate(f32x4.add(v0, below), activation));
      v128.store(
        out + row + pixel, activate(f32x4.add(v1, f32x4.add(below, v128.load(at, 3 * TILE_BYTES))), activation),
      );
      out += pixel * 2;
      at += t % 6 == 5 ? GROUP_PRODUCTS - 5 * PANEL_ROW : PANEL_ROW;
      if (++x == w) {
        x = 0;
        out += row;
      }
    }
  }
}

/** Writes the gradients of the pixels of a panel of eight channels. */
function writeInput(args: Upsample2xArguments, p: i32, first: i32, count: i32, sums: usize): void {
  const c = args.channels;
  const pixel = <usize>c << 2;
  let out = args.out + <usize>first * pixel + (<usize>p << 5);
  for (let t = 0; t < count; t += 6) {
    addTile(sums, out, pixel, min32(6, count - t), c - (p << 3), true);
    sums += TILE_BYTES;
    out += pixel * 6;
  }
}

/**
 * `block` pixels by a share of the panels: `inner` channels of each are read, `outer` written. Pixels stand in groups
 * of six, [place][6][inner]. Forward each place has its products, backward they are summed. Scratch: a panel's
 * products, the groups.
 */
function computeBlock(
  args: Upsample2xBlocksArguments, item: i32, thread: i32, inner: i32, outer: i32, back: bool,
): void {
  const block = args.block, split = args.split;
  const first = (item / split) * block;
  const count = min32(block, args.batch * args.height * args.width - first);
  const sixes = (count + 5) / 6;
  const panels = (outer + 7) >> 3;
  const perShare = (panels + split - 1) / split;
  const start = (item % split) * perShare, end = min32(panels, start + perShare);
  const products = args.scratch + <usize>thread * args.scratchSize;
  const groups = products + <usize>(sixes * GROUP_PRODUCTS);
  const pitch = <usize>inner << 2, step = pitch * 6, group = step * PLACES;
  if (back) placeDyDifferences(args, first, count, groups, pitch, step, group);
  else placeDifferences(args, first, count, 0, inner, groups, pitch, step, group);
  const place: usize = back ? 0 : TILE_BYTES, tile: usize = back ? TILE_BYTES : GROUP_PRODUCTS;
  let panel = args.panels + (<usize>start * PLACES * <usize>inner << 5);
  for (let p = start; p < end; p++) {
    for (let q: usize = 0; q < PLACES; q++) {
      let at = groups + q * step, to = products + q * place;
      for (let s = 0; s < sixes; s++) {
        gemm6x8(at, pitch, inner, panel, to, !back || q == 0);
        at += group;
        to += tile;
      }
      panel += <usize>inner << 5;
    }
    if (back) writeInput(args, p, first, count, products);
    else writeOutputs(args, p, first, count, products);
  }
}

/** A block of the forward pass. */
export function upsample2xTiles(args: Upsample2xBlocksArguments, item: i32, thread: i32): void {
  computeBlock(args, item, thread, args.channels, args.filters, false);
}

/** A block of the image's gradient. */
export function upsample2xInputGradient(args: Upsample2xBlocksArguments, item: i32, thread: i32): void {
  computeBlock(args, item, thread, args.filters, args.channels, true);
}

/**
 * The filter's gradient of a block of channels and of filters over a chunk of pixels: products summed in scratch as
 * tiles of 6x8, then put together.
 */
export function upsample2xFilterGradient(args: Upsample2xFilterGradientArguments, item: i32, thread: i32): void {
  const c = args.channels, n = args.filters, block = args.block, chunk = args.chunk, cBlock = args.channelBlock;
  const nBlock = args.filterBlock;
  const cBlocks = (c + cBlock - 1) / cBlock, nBlocks = (n + nBlock - 1) / nBlock;
  const part = item / (cBlocks * nBlocks);
  item -= part * cBlocks * nBlocks;
  const c0 = (item / nBlocks) * cBlock, n0 = (item % nBlocks) * nBlock;
  const c1 = min32(c, c0 + cBlock), n1 = min32(n, n0 + nBlock);
  const aPitch = <usize>(c1 - c0) << 2, bPitch = <usize>(n1 - n0) << 2;
  const aStep = <usize>block * aPitch, bStep = <usize>block * bPitch;
  const a = args.scratch + <usize>thread * args.scratchSize;
  const b = a + aStep * PLACES;
  const sums = b + bStep * PLACES;
  const tall = (c1 - c0 + 5) / 6, wide = (n1 - n0 + 7) >> 3;
  const last = min32(args.batch * args.height * args.width, (part + 1) * chunk);
  for (let first = part * chunk; first < last; first += block) {
    const count = min32(block, last - first);
    placeDifferences(args, first, count, c0, c1, a, aPitch, aStep, aPitch * 6);
    placeGradients(args, first, count, n0, n1, b, bPitch, bStep, bPitch * 6);
    sumTiles(UPSAMPLE_PLACES, a, aPitch, aStep, tall, b, bPitch, bStep, wide, count, sums, first == part * chunk);
  }
  const place = <usize>(c * n) << 2;
  const out = args.out + <usize>part * PLACES * place;
  const from = <usize>(tall * wide * TILE_BYTES);
  for (let m = c0; m < c1; m++) {
    const i = (m - c0) / 6;
    for (let k = n0; k < n1; k += 4) {
      const tile = ((k - n0) >> 3) * tall + i;
      const at = sums + <usize>(tile * TILE_BYTES + (m - c0 - i * 6) * PANEL_ROW + ((k - n0) & 4) * 4);
      const to = out + (<usize>(m * n + k) << 2);
      const own = v128.load(at), below = f32x4.add(own, v128.load(at + from * 2));
      v128.store(to, own);
      v128.store(to + place, f32x4.add(own, v128.load(at + from)));
      v128.store(to + place * 2, below);
      v128.store(to + place * 3, f32x4.add(below, f32x4.add(v128.load(at + from), v128.load(at + from * 3))));
    }
  }
}
