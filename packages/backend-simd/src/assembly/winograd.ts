// Convolution with step 1 by Winograd's F(4x4, 3x3) and F(5x5, 2x2): each 6x6 patch of x gives 4x4 outputs of a 3x3
// filter, or 5x5 of a 2x2 filter, with 36 products a pair of channels instead of 144 or 100. 36 matrix products, one a
// place in the patch, do the work; winograd-transforms.ts makes what they take and give.
import { max32, min32 } from './common';
import { transpose4 } from './conv';
import { gemm6x8, sumTiles } from './gemm';
import { WinogradArguments, WinogradFilterGradientArguments, WinogradForwardArguments } from './generated/abi';
import {
  ADDRESS_BYTES, EMPTY_BYTES, PANEL_ROW, PATCH_PLACES, PATCH_SIDE, PLACE_GAP, SIX_WORDS, TILE_BYTES, TRANSFORM_BYTES,
} from './sizes';
import { emptyPixels, writeEmpty } from './winograd-empty';
import {
  DY_ADDRESSES, dyTransform, FILTER_SCRATCH, filterGradientTransform, filterTransform2x2, filterTransform3x3,
  inputTransform, inputTransformByAddress, outputTransform4x4, outputTransform5x5,
} from './winograd-transforms';

/**
 * Bytes of the products of one place of a panel of eight filters with a group of six tiles, and of those of a tile
 * alone.
 */
const GROUP_PRODUCTS = PATCH_PLACES * TILE_BYTES, TILE_PRODUCTS = PATCH_PLACES * PANEL_ROW;

/**
 * G g Gt of panel p of eight filters for channels [c0, c1), as `gemm6x8` reads it: [36][c1 - c0][8], places `step`
 * bytes apart. Both counts are multiples of 4; the half of a panel behind the last filter is zero. Scratch: 864 bytes.
 */
function preparePanel(
  args: WinogradForwardArguments, p: i32, c0: i32, c1: i32, to: usize, step: usize, temp: usize,
): void {
  const filter = args.filter, depth = args.channels, filters = args.filters, flip = args.flip, size = args.size;
  const taps = size * size;
  for (let side = 0; side < 2; side++) {
    const n = (p << 3) + (side << 2);
    let at = to + (<usize>side << 4);
    if (n >= filters) {
      for (let c = c0; c < c1; c++, at += PANEL_ROW) {
        for (let e = 0; e < PATCH_PLACES; e++) v128.store(at + <usize>e * step, f32x4.splat(0));
      }
    } else if (flip) {
      // taps backwards, and the filter's two last axes swapped: four by four through scratch
      const turned = temp + FILTER_SCRATCH, last = turned + (<usize>(taps - 1) << 6);
      for (let c = c0; c < c1; c += 4) {
        for (let t = 0; t < taps; t++) {
          const from = filter + (<usize>((t * filters + n) * depth + c) << 2);
          transpose4(from, <usize>depth << 2, turned + (<usize>t << 6), 16);
        }
        for (let from = last; from < last + 64; from += 16, at += PANEL_ROW) {
          if (size == 3) filterTransform3x3(args, from, -64, at, step, temp);
          else filterTransform2x2(args, from, -64, at, step, temp);
        }
      }
    } else {
      const tap = <usize>(depth * filters) << 2, pitch = <usize>filters << 2;
      let from = filter + (<usize>(c0 * filters + n) << 2);
      for (let c = c0; c < c1; c++, at += PANEL_ROW) {
        if (size == 3) filterTransform3x3(args, from, tap, at, step, temp);
        else filterTransform2x2(args, from, tap, at, step, temp);
        from += pitch;
      }
    }
  }
}

/**
 * Prepares a panel for every channel of the input, for all blocks of tiles. The arguments are those of `winogradTiles`.
 */
export function winogradFilterTransform(args: WinogradForwardArguments, p: i32, thread: i32): void {
  const depth = args.channels;
  const step = (<usize>depth << 5) + PLACE_GAP;
  const temp = args.scratch + <usize>thread * args.scratchSize;
  preparePanel(args, p, 0, depth, args.prepared + <usize>(p * PATCH_PLACES) * step, step, temp);
}

/**
 * Transforms channels [c0, c1) of tile number t of `images`, `depth` channels a pixel, into rows `step` bytes apart.
 * Returns the address of the patch, or 0 where the patch leaves the image: then those of its pixels lie at `temp +
 * TRANSFORM_BYTES`.
 */
function transformPatch(
  args: WinogradArguments,
  t: i32, images: usize, depth: i32, c0: i32, c1: i32, to: usize, step: usize, temp: usize,
): usize {
  const h = args.height, w = args.width, tileRows = args.tileRows, tileCols = args.tileCols;
  const pixel = <usize>depth << 2, pitch = <usize>w * pixel;
  const n = t / (tileRows * tileCols);
  const rest = t - n * tileRows * tileCols;
  const ty = rest / tileCols;
  const outputs = 7 - args.size;
  const y = ty * outputs + args.top, x = (rest - ty * tileCols) * outputs + args.left;
  const image = images + <usize>((n * h + y) * w + x) * pixel;
  const start = <usize>c0 << 2, end = <usize>c1 << 2;
  if (y >= 0 && x >= 0 && y + PATCH_SIDE <= h && x + PATCH_SIDE <= w) {
    inputTransform(args, image, pixel, pitch, start, end, to, step, temp);
    return image;
  }
  const addresses = temp + TRANSFORM_BYTES, zeros = args.zeros;
  for (let i = 0; i < PATCH_SIDE; i++) {
    let at = image + <usize>i * pitch;
    const slot = addresses + <usize>(i * SIX_WORDS);
    const row = <u32>(y + i) < <u32>h;
    for (let j = 0; j < PATCH_SIDE; j++) {
      store<u32>(slot + (<usize>j << 2), <u32>(row && <u32>(x + j) < <u32>w ? at : zeros));
      at += pixel;
    }
  }
  inputTransformByAddress(args, addresses, start, end, to, step, temp);
  return 0;
}

/**
 * Transforms channels [c0, c1) of tile number t into rows `step` bytes apart, and keeps at `empty`, unless that is 0,
 * which pixels are empty in all channels looked at so far.
 */
function transformTile(
  args: WinogradArguments, t: i32, c0: i32, c1: i32, to: usize, step: usize, temp: usize, empty: usize,
): void {
  const first = args.firstChannels, size = args.size, w = args.width, addresses = temp + TRANSFORM_BYTES;
  if (c0 < first) {
    const patch = transformPatch(args, t, args.x, first, c0, min32(c1, first), to, step, temp);
    const bytes = <usize>first << 2;
    if (empty && c0 == 0) store<u64>(empty, emptyPixels(patch, addresses, size, bytes, w * bytes));
  }
  if (c1 > first) {
    const from = max32(c0, first), depth = args.channels - first;
    const slot = to + (<usize>(from - c0) << 2);
    const patch = transformPatch(args, t, args.x2, depth, from - first, c1 - first, slot, step, temp);
    const bytes = <usize>depth << 2;
    if (empty && from == first && load<u64>(empty)) {
      store<u64>(empty, load<u64>(empty) & emptyPixels(patch, addresses, size, bytes, w * bytes));
    }
  }
}

/** Transforms the finished products of one panel and a block of tiles back and writes them. */
function writePanel(
  args: WinogradForwardArguments, p: i32, first: i32, count: i32, products: usize, temp: usize, empty: usize,
): void {
  const rows = args.rows, cols = args.cols, n = args.filters, tileRows = args.tileRows, tileCols = args.tileCols;
  const bias = args.bias, activation = args.activation, size = args.size, outputs = 7 - size;
  const pixel = <usize>n << 2;
  const pitch = <usize>cols * pixel;
  let b = first / (tileRows * tileCols);
  let ty = (first - b * tileRows * tileCols) / tileCols;
  let tx = first - (b * tileRows + ty) * tileCols;
  for (let t = 0; t < count; t++) {
    const y = ty * outputs, x = tx * outputs;
    const down = min32(outputs, rows - y), right = min32(outputs, cols - x);
    const six = t / 6;
    for (let side = 0; side < 2; side++) {
      const k = (p << 3) + (side << 2);
      if (k >= n) break;
      const at = products + <usize>(six * GROUP_PRODUCTS + (t - six * 6) * PANEL_ROW + (side << 4));
      const shift = bias ? v128.load(bias + (<usize>k << 2)) : f32x4.splat(0);
      const out = args.out + <usize>((b * rows + y) * cols + x) * pixel + (<usize>k << 2);
      if (size == 3) outputTransform4x4(args, at, shift, activation, out, pixel, pitch, down, right, temp);
      else outputTransform5x5(args, at, shift, activation, out, pixel, pitch, down, right, temp);
      const bits = load<u64>(empty + (<usize>t << 3));
      if (bits) writeEmpty(bits, size, shift, activation, out, pixel, pitch, down, right);
    }
    if (++tx == tileCols) {
      tx = 0;
      if (++ty == tileRows) {
        ty = 0;
        b++;
      }
    }
  }
}

/**
 * Forward: `block` tiles of a share of the panels. Tiles stand in groups of six, [36][6][channels], so that a group is
 * written and read within the first-level cache; channels come `channelBlock` at a time. Scratch: a transform's rows
 * and addresses, which pixels are empty, a panel where none is prepared, the products (of all panels where they are
 * summed over blocks of channels), patches.
 */
export function winogradTiles(args: WinogradForwardArguments, item: i32, thread: i32): void {
  const c = args.channels, n = args.filters, block = args.block, cBlock = args.channelBlock, split = args.split;
  const prepared = args.prepared;
  const tiles = args.batch * args.tileRows * args.tileCols;
  const share = item % split;
  const first = (item / split) * block;
  const count = min32(block, tiles - first);
  const sixes = (count + 5) / 6;
  const panels = (n + 7) >> 3;
  const perShare = (panels + split - 1) / split;
  const start = share * perShare;
  const end = min32(panels, start + perShare);
  const sums = cBlock < c;
  const temp = args.scratch + <usize>thread * args.scratchSize;
  const empty = temp + TRANSFORM_BYTES + ADDRESS_BYTES;
  const own = empty + EMPTY_BYTES;
  const ownStep = (<usize>cBlock << 5) + PLACE_GAP, preparedStep = (<usize>c << 5) + PLACE_GAP;
  const products = prepared ? own : own + ownStep * PATCH_PLACES;
  const panelProducts = <usize>(block * TILE_PRODUCTS);
  const patches = products + panelProducts * <usize>(sums ? perShare : 1);
  for (let c0 = 0; c0 < c; c0 += cBlock) {
    const c1 = min32(c, c0 + cBlock);
    const pixel = <usize>(c1 - c0) << 2;
    const step = pixel * 6 + PLACE_GAP;
    const groupBytes = step * PATCH_PLACES;
    for (let t = 0; t < count; t++) {
      const six = t / 6;
      const to = patches + <usize>six * groupBytes + <usize>(t - six * 6) * pixel;
      transformTile(args, first + t, c0, c1, to, step, temp, empty + (<usize>t << 3));
    }
    for (let p = start; p < end; p++) {
      const at = sums ? products + <usize>(p - start) * panelProducts : products;
      let panel = own, panelStep = ownStep;
      if (prepared) {
        panel = prepared + <usize>(p * PATCH_PLACES) * preparedStep + (<usize>c0 << 5);
        panelStep = preparedStep;
      } else {
        preparePanel(args, p, c0, c1, own, ownStep, temp);
      }
      for (let e = 0; e < PATCH_PLACES; e++) {
        let a = patches + <usize>e * step, to = at + <usize>(e * TILE_BYTES);
        for (let s = 0; s < sixes; s++) {
          if (c0 == 0) gemm6x8(a, pixel, c1, panel, to, true);
          else gemm6x8(a, pixel, c1 - c0, panel, to, false);
          a += groupBytes;
          to += GROUP_PRODUCTS;
        }
        panel += panelStep;
      }
      if (c1 == c) writePanel(args, p, first, count, at, temp, empty);
    }
  }
}

/** Transforms channels [n0, n1) of dy of tile number t; what lies behind the last row or column is zero. */
// @ts-ignore: decorator
@inline
function transformDy(
  args: WinogradFilterGradientArguments, t: i32, n0: i32, n1: i32, to: usize, step: usize, temp: usize,
): void {
  const rows = args.rows, cols = args.cols, tileRows = args.tileRows, tileCols = args.tileCols;
  const zeros = args.zeros;
  const b = t / (tileRows * tileCols);
  const rest = t - b * tileRows * tileCols;
  const ty = rest / tileCols;
  const outputs = 7 - args.size;
  const y = ty * outputs, x = (rest - ty * tileCols) * outputs;
  const pixel = args.filters << 2;
  const addresses = temp + TRANSFORM_BYTES;
  for (let i = 0; i < outputs; i++) {
    let at = args.dy + <usize>((b * rows + y + i) * cols + x) * pixel;
    const inside = y + i < rows;
    for (let j = 0; j < outputs; j++) {
      store<u32>(addresses + <usize>i * DY_ADDRESSES + (<usize>j << 2), <u32>(inside && x + j < cols ? at : zeros));
      at += pixel;
    }
  }
  const end = <usize>n1 << 2;
  for (let k = <usize>n0 << 2; k < end; k += 16) {
    if (outputs == 4) dyTransform(args, 4, k, to, step, addresses, temp);
    else dyTransform(args, 5, k, to, step, addresses, temp);
    to += 16;
  }
}

/**
 * The filter's gradient of a block of channels and of filters over a chunk of tiles: 36 products of transformed patches
 * with transformed dy, summed in scratch as tiles of 6x8, then transformed.
 */
export function winogradFilterGradient(args: WinogradFilterGradientArguments, item: i32, thread: i32): void {
  const c = args.channels, n = args.filters, size = args.size;
  const block = args.block, chunk = args.chunk, cBlock = args.channelBlock, nBlock = args.filterBlock;
  const cBlocks = (c + cBlock - 1) / cBlock, nBlocks = (n + nBlock - 1) / nBlock;
  const part = item / (cBlocks * nBlocks);
  item -= part * cBlocks * nBlocks;
  const c0 = (item / nBlocks) * cBlock, n0 = (item % nBlocks) * nBlock;
  const c1 = min32(c, c0 + cBlock), n1 = min32(n, n0 + nBlock);
  const temp = args.scratch + <usize>thread * args.scratchSize;
  const aPitch = <usize>(c1 - c0) << 2, bPitch = <usize>(n1 - n0) << 2;
  const aStep = <usize>block * aPitch + PLACE_GAP, bStep = <usize>block * bPitch + PLACE_GAP;
  const a = temp + TRANSFORM_BYTES + ADDRESS_BYTES;
  const b = a + aStep * PATCH_PLACES;
  const sums = b + bStep * PATCH_PLACES;
  const tall = (c1 - c0 + 5) / 6, wide = (n1 - n0 + 7) >> 3;
  const last = min32(args.batch * args.tileRows * args.tileCols, (part + 1) * chunk);
  for (let first = part * chunk; first < last; first += block) {
    const count = min32(block, last - first);
    for (let t = 0; t < count; t++) {
      transformTile(args, first + t, c0, c1, a + <usize>t * aPitch, aStep, temp, 0);
      transformDy(args, first + t, n0, n1, b + <usize>t * bPitch, bStep, temp);
    }
    sumTiles(PATCH_PLACES, a, aPitch, aStep, tall, b, bPitch, bStep, wide, count, sums, first == part * chunk);
  }
  const place = <usize>(c * n) << 2;
  const out = args.out + <usize>(part * size * size) * place;
  const from = <usize>(tall * wide * TILE_BYTES);
  for (let m = c0; m < c1; m++) {
    const p = (m - c0) / 6;
    for (let k = n0; k < n1; k += 4) {
      const tile = ((k - n0) >> 3) * tall + p;
      const at = sums + <usize>(tile * TILE_BYTES + (m - c0 - p * 6) * PANEL_ROW + ((k - n0) & 4) * 4);
      const to = out + (<usize>(m * n + k) << 2);
      if (size == 3) filterGradientTransform(args, 3, at, from, to, place, temp);
      else filterGradientTransform(args, 2, at, from, to, place, temp);
    }
  }
}
