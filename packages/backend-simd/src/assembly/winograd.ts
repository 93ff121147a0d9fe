// Convolution with step 1 by Winograd's F(4x4, 3x3) and F(5x5, 2x2): each 6x6 patch of x gives 4x4 outputs of a 3x3 filter, or
// 5x5 outputs of a 2x2 filter, with 36 products a pair of maps instead of 144 or 100. Patches and filters are polynomials,
// multiplied by their values at 0, a, -a, b, -b and infinity; 36 matrix products, one a place in the patch, do the work.
// Sources: Lavin, Gray, "Fast Algorithms for Convolutional Neural Networks", 2015, arXiv:1509.09308; Barabasz, Anderson,
// Soodhalter, Gregg, "Error Analysis and Improving the Accuracy of Winograd Convolution for Deep Neural Networks", 2020,
// doi:10.1145/3412380.
import { ARGS, argI, argP, madd, max32, min32, nmadd } from './common';
import { transpose4 } from './conv';
import { evenStrip, finish, sumTiles } from './gemm';

/** Added between the 36 places, which would else share cache sets where maps are powers of two. */
const APART: usize = 64;

// Arguments of both products, by number; those from 17 on differ.
const X: usize = 0, OUT: usize = 1, BATCH: usize = 2, H: usize = 3, W: usize = 4, C: usize = 5, ROWS: usize = 6, COLS: usize = 7, N: usize = 8;
const TILE_ROWS: usize = 9, TILE_COLS: usize = 10, TOP: usize = 11, LEFT: usize = 12, BLOCK: usize = 13, SCRATCH: usize = 14, SCRATCH_SIZE: usize = 15;
const SIZE: usize = 16, C_BLOCK: usize = 17, ZEROS: usize = 18;
const FILTER: usize = 19, PREPARED: usize = 20, BIAS: usize = 21, ACTIVATION: usize = 22, SPLIT: usize = 23, FLIP: usize = 24;
/** Maps of x from number FIRST on lie at X2, apart from those before. */
const X2: usize = 25, FIRST: usize = 26;
const DY: usize = 19, CHUNK: usize = 20, N_BLOCK: usize = 21;
// Numbers made of the points: see POINTS in kernels/winograd.ts.
const A: usize = 32, B: usize = 33, A2: usize = 34, B2: usize = 35, PRODUCT: usize = 36, SUM: usize = 37, A3: usize = 38, B3: usize = 39;
const A4: usize = 40, B4: usize = 41, SCALE_0: usize = 42, SCALE_A: usize = 43, SCALE_B: usize = 44;

/** Bytes of scratch for a transform between its two passes, and for the addresses of a patch. */
const TEMP: usize = 704, POINTERS: usize = 192;
/** Bytes for what `emptyPixels` says of each of at most 96 tiles. */
const EMPTY: usize = 768;

/** In memory and not in the code: V8 would make a vector of a constant anew at each use. */
// @ts-ignore: decorator
@inline
function point(i: usize): v128 {
  return v128.load32_splat(ARGS + (i << 2));
}

/** Bt d: the part of a row of the patch that meets each of the points. Results lie 96 bytes apart. */
// @ts-ignore: decorator
@inline
function spreadDown(
  d0: v128, d1: v128, d2: v128, d3: v128, d4: v128, d5: v128, to: usize,
  a: v128, b: v128, a2: v128, b2: v128, product: v128, sum: v128,
): void {
  v128.store(to, madd(product, d0, nmadd(sum, d2, d4)));
  v128.store(to, madd(product, d1, nmadd(sum, d3, d5)), 480);
  const p = nmadd(b2, d2, d4), q = nmadd(b2, d1, d3);
  v128.store(to, madd(a, q, p), 96);
  v128.store(to, nmadd(a, q, p), 192);
  const r = nmadd(a2, d2, d4), s = nmadd(a2, d1, d3);
  v128.store(to, madd(b, s, r), 288);
  v128.store(to, nmadd(b, s, r), 384);
}

/** The same, results `step` bytes apart. */
// @ts-ignore: decorator
@inline
function spreadAcross(
  d0: v128, d1: v128, d2: v128, d3: v128, d4: v128, d5: v128, to: usize, step: usize,
  a: v128, b: v128, a2: v128, b2: v128, product: v128, sum: v128,
): void {
  v128.store(to, madd(product, d0, nmadd(sum, d2, d4)));
  to += step;
  const p = nmadd(b2, d2, d4), q = nmadd(b2, d1, d3);
  v128.store(to, madd(a, q, p));
  to += step;
  v128.store(to, nmadd(a, q, p));
  to += step;
  const r = nmadd(a2, d2, d4), s = nmadd(a2, d1, d3);
  v128.store(to, madd(b, s, r));
  to += step;
  v128.store(to, nmadd(b, s, r));
  to += step;
  v128.store(to, madd(product, d1, nmadd(sum, d3, d5)));
}

/** G d without its scale: values of the polynomial of `size` (4 or 5) coefficients at the points. */
// @ts-ignore: decorator
@inline
function evaluate(size: i32, from: usize, to: usize, step: usize, a: v128, b: v128, a2: v128, b2: v128, a4: v128, b4: v128): void {
  const d0 = v128.load(from), d1 = v128.load(from, 16), d2 = v128.load(from, 32), d3 = v128.load(from, 48);
  const oddA = madd(a2, d3, d1), oddB = madd(b2, d3, d1);
  let evenA = madd(a2, d2, d0), evenB = madd(b2, d2, d0), last = d3;
  if (size > 4) {
    last = v128.load(from, 64);
    evenA = madd(a4, last, evenA);
    evenB = madd(b4, last, evenB);
  }
  v128.store(to, d0);
  to += step;
  v128.store(to, madd(a, oddA, evenA));
  to += step;
  v128.store(to, nmadd(a, oddA, evenA));
  to += step;
  v128.store(to, madd(b, oddB, evenB));
  to += step;
  v128.store(to, nmadd(b, oddB, evenB));
  to += step;
  v128.store(to, last);
}

/** At m: `size` (2 to 5) coefficients of the product from its parts at the points. */
// @ts-ignore: decorator
@inline
function collect(
  size: i32, m0: v128, m1: v128, m2: v128, m3: v128, m4: v128, m5: v128, to: usize, step: usize,
  a: v128, b: v128, a2: v128, b2: v128, a3: v128, b3: v128, a4: v128, b4: v128,
): void {
  const s = f32x4.add(m1, m2), t = f32x4.add(m3, m4), u = f32x4.sub(m1, m2), v = f32x4.sub(m3, m4);
  v128.store(to, f32x4.add(m0, f32x4.add(s, t)));
  to += step;
  const y1 = madd(a, u, f32x4.mul(b, v));
  v128.store(to, size == 2 ? f32x4.add(y1, m5) : y1);
  if (size > 2) {
    to += step;
    const y2 = madd(a2, s, f32x4.mul(b2, t));
    v128.store(to, size == 3 ? f32x4.add(y2, m5) : y2);
  }
  if (size > 3) {
    to += step;
    const y3 = madd(a3, u, f32x4.mul(b3, v));
    v128.store(to, size == 4 ? f32x4.add(y3, m5) : y3);
  }
  if (size > 4) {
    to += step;
    v128.store(to, f32x4.add(madd(a4, s, f32x4.mul(b4, t)), m5));
  }
}

/** G w of one row or column of a filter, scaled. Results lie `step` bytes apart. */
// @ts-ignore: decorator
@inline
function weigh(
  size: i32, w0: v128, w1: v128, w2: v128, to: usize, step: usize,
  a: v128, b: v128, a2: v128, b2: v128, scale0: v128, scaleA: v128, scaleB: v128,
): void {
  let evenA = w0, evenB = w0;
  if (size > 2) {
    evenA = madd(a2, w2, evenA);
    evenB = madd(b2, w2, evenB);
  }
  const oddA = f32x4.mul(a, w1), oddB = f32x4.mul(b, w1);
  v128.store(to, f32x4.mul(w0, scale0));
  to += step;
  v128.store(to, f32x4.mul(f32x4.add(evenA, oddA), scaleA));
  to += step;
  v128.store(to, f32x4.mul(f32x4.sub(evenA, oddA), scaleA));
  to += step;
  v128.store(to, f32x4.mul(f32x4.add(evenB, oddB), scaleB));
  to += step;
  v128.store(to, f32x4.mul(f32x4.sub(evenB, oddB), scaleB));
  to += step;
  v128.store(to, size > 2 ? w2 : w1);
}

/** G g Gt of four filters of `size` by `size` taps, which lie `tap` bytes apart, the first at `from`. Places are `step` bytes apart. */
// @ts-ignore: decorator
@inline
function weighFilters(size: i32, from: usize, tap: usize, to: usize, step: usize, temp: usize): void {
  const a = point(A), b = point(B), a2 = point(A2), b2 = point(B2);
  const scale0 = point(SCALE_0), scaleA = point(SCALE_A), scaleB = point(SCALE_B);
  const row = tap * <usize>size;
  for (let j = temp; j < temp + (<usize>size << 4); j += 16) {
    const w0 = v128.load(from), w1 = v128.load(from + row);
    const w2 = size > 2 ? v128.load(from + row * 2) : w1; // behind two rows the memory may end
    weigh(size, w0, w1, w2, j, 48, a, b, a2, b2, scale0, scaleA, scaleB);
    from += tap;
  }
  for (let i = temp; i < temp + 288; i += 48) {
    weigh(size, v128.load(i), v128.load(i, 16), v128.load(i, 32), to, step, a, b, a2, b2, scale0, scaleA, scaleB);
    to += step * 6;
  }
}

function weighThree(from: usize, tap: usize, to: usize, step: usize, temp: usize): void {
  weighFilters(3, from, tap, to, step, temp);
}

function weighTwo(from: usize, tap: usize, to: usize, step: usize, temp: usize): void {
  weighFilters(2, from, tap, to, step, temp);
}

/**
 * G g Gt of panel p of eight output maps for maps [c0, c1) of the input, as `strip` reads it: [36][c1 - c0][8], places `step`
 * bytes apart. Both maps are multiples of 4; the half of a panel behind the output's is zero. Scratch: 864 bytes.
 */
function preparePanel(p: i32, c0: i32, c1: i32, to: usize, step: usize, temp: usize): void {
  const filter = argP(FILTER), depth = argI(C), maps = argI(N), flip = argI(FLIP), size = argI(SIZE);
  const taps = size * size;
  for (let side = 0; side < 2; side++) {
    const n = (p << 3) + (side << 2);
    let at = to + (<usize>side << 4);
    if (n >= maps) {
      for (let c = c0; c < c1; c++, at += 32) for (let e: usize = 0; e < 36; e++) v128.store(at + e * step, f32x4.splat(0));
    } else if (flip) {
      // taps backwards, and the filter's two maps swapped: four by four through scratch
      const turned = temp + 288, last = turned + (<usize>(taps - 1) << 6);
      for (let c = c0; c < c1; c += 4) {
        for (let t = 0; t < taps; t++) transpose4(filter + (<usize>((t * maps + n) * depth + c) << 2), <usize>depth << 2, turned + (<usize>t << 6), 16);
        for (let from = last; from < last + 64; from += 16, at += 32) {
          if (size == 3) weighThree(from, -64, at, step, temp);
          else weighTwo(from, -64, at, step, temp);
        }
      }
    } else {
      const tap = <usize>(depth * maps) << 2, pitch = <usize>maps << 2;
      let from = filter + (<usize>(c0 * maps + n) << 2);
      for (let c = c0; c < c1; c++, at += 32) {
        if (size == 3) weighThree(from, tap, at, step, temp);
        else weighTwo(from, tap, at, step, temp);
        from += pitch;
      }
    }
  }
}

/** Prepares a panel for every map of the input, for all blocks of tiles. The arguments are those of `winogradTiles`. */
export function winogradFilter(p: i32, thread: i32): void {
  const depth = argI(C);
  const step = (<usize>depth << 5) + APART;
  preparePanel(p, 0, depth, argP(PREPARED) + <usize>(p * 36) * step, step, argP(SCRATCH) + <usize>thread * argP(SCRATCH_SIZE));
}

// @ts-ignore: decorator
@inline
function spreadRows(
  to: usize, step: usize, temp: usize, a: v128, b: v128, a2: v128, b2: v128, product: v128, sum: v128,
): void {
  for (let i = temp; i < temp + 576; i += 96) {
    spreadAcross(
      v128.load(i), v128.load(i, 16), v128.load(i, 32), v128.load(i, 48), v128.load(i, 64), v128.load(i, 80),
      to, step, a, b, a2, b2, product, sum,
    );
    to += step * 6;
  }
}

/**
 * Transforms maps [c0, c1) of tile number t of `images`, `depth` maps a pixel, into rows `step` bytes apart. Returns the address of
 * the patch, or 0 where the patch leaves the image: then those of its pixels lie at `temp + TEMP`.
 */
function transformMaps(t: i32, images: usize, depth: i32, c0: i32, c1: i32, to: usize, step: usize, temp: usize): usize {
  const h = argI(H), w = argI(W), tileRows = argI(TILE_ROWS), tileCols = argI(TILE_COLS);
  const pixel = <usize>depth << 2, pitch = <usize>w * pixel;
  const n = t / (tileRows * tileCols);
  const rest = t - n * tileRows * tileCols;
  const ty = rest / tileCols;
  const outputs = 7 - argI(SIZE);
  const y = ty * outputs + argI(TOP), x = (rest - ty * tileCols) * outputs + argI(LEFT);
  const image = images + <usize>((n * h + y) * w + x) * pixel;
  const a = point(A), b = point(B), a2 = point(A2), b2 = point(B2), product = point(PRODUCT), sum = point(SUM);
  const end = <usize>c1 << 2;
  if (y >= 0 && x >= 0 && y + 6 <= h && x + 6 <= w) {
    for (let k = <usize>c0 << 2; k < end; k += 16) {
      let from = image + k;
      for (let j = temp; j < temp + 96; j += 16) {
        const d0 = v128.load(from);
        let at = from + pitch;
        const d1 = v128.load(at);
        at += pitch;
        const d2 = v128.load(at);
        at += pitch;
        const d3 = v128.load(at);
        at += pitch;
        const d4 = v128.load(at);
        spreadDown(d0, d1, d2, d3, d4, v128.load(at + pitch), j, a, b, a2, b2, product, sum);
        from += pixel;
      }
      spreadRows(to, step, temp, a, b, a2, b2, product, sum);
      to += 16;
    }
    return image;
  }
  const pointers = temp + TEMP, zeros = argP(ZEROS);
  for (let i = 0; i < 6; i++) {
    let at = image + <usize>i * pitch;
    const to = pointers + <usize>(i * 24);
    const row = <u32>(y + i) < <u32>h;
    for (let j = 0; j < 6; j++) {
      store<u32>(to + (<usize>j << 2), <u32>(row && <u32>(x + j) < <u32>w ? at : zeros));
      at += pixel;
    }
  }
  for (let k = <usize>c0 << 2; k < end; k += 16) {
    let from = pointers;
    for (let j = temp; j < temp + 96; j += 16) {
      spreadDown(
        v128.load(<usize>load<u32>(from) + k), v128.load(<usize>load<u32>(from, 24) + k), v128.load(<usize>load<u32>(from, 48) + k),
        v128.load(<usize>load<u32>(from, 72) + k), v128.load(<usize>load<u32>(from, 96) + k), v128.load(<usize>load<u32>(from, 120) + k),
        j, a, b, a2, b2, product, sum,
      );
      from += 4;
    }
    spreadRows(to, step, temp, a, b, a2, b2, product, sum);
    to += 16;
  }
  return 0;
}

/** Whether pixel (i, j) of a patch, which lies at `patch` or has its address at `pointers`, is 0 in all maps. */
// @ts-ignore: decorator
@inline
function isEmpty(patch: usize, pointers: usize, i: i32, j: i32, bytes: usize, pitch: usize): bool {
  const pixel = patch ? patch + <usize>i * pitch + <usize>j * bytes : <usize>load<u32>(pointers + <usize>((i * 6 + j) << 2));
  for (let k: usize = 0; k < bytes; k += 16) if (v128.any_true(f32x4.ne(v128.load(pixel + k), f32x4.splat(0)))) return false;
  return true;
}

/**
 * A bit for each of the 36 pixels of a patch that is 0 in all maps, or 0 where no window of the filter can be empty: each window
 * holds one of the pixels that are looked at first.
 */
function emptyPixels(patch: usize, pointers: usize, size: i32, bytes: usize, pitch: usize): u64 {
  let suspect = false;
  for (let i = size - 1; i < 6; i += size) {
    for (let j = size - 1; j < 6; j += size) if (isEmpty(patch, pointers, i, j, bytes, pitch)) suspect = true;
  }
  let bits: u64 = 0;
  if (suspect) {
    for (let i = 0; i < 6; i++) {
      for (let j = 0; j < 6; j++) bits |= <u64>isEmpty(patch, pointers, i, j, bytes, pitch) << (i * 6 + j);
    }
  }
  return bits;
}

/**
 * Transforms maps [c0, c1) of tile number t into rows `step` bytes apart, and keeps at `empty`, unless that is 0, which pixels are empty
 * in all maps looked at so far.
 */
function transformInput(t: i32, c0: i32, c1: i32, to: usize, step: usize, temp: usize, empty: usize): void {
  const first = argI(FIRST), size = argI(SIZE), w = argP(W);
  if (c0 < first) {
    const patch = transformMaps(t, argP(X), first, c0, min32(c1, first), to, step, temp);
    const bytes = <usize>first << 2;
    if (empty && c0 == 0) store<u64>(empty, emptyPixels(patch, temp + TEMP, size, bytes, w * bytes));
  }
  if (c1 > first) {
    const from = max32(c0, first), depth = argI(C) - first;
    const patch = transformMaps(t, argP(X2), depth, from - first, c1 - first, to + (<usize>(from - c0) << 2), step, temp);
    const bytes = <usize>depth << 2;
    if (empty && from == first && load<u64>(empty)) store<u64>(empty, load<u64>(empty) & emptyPixels(patch, temp + TEMP, size, bytes, w * bytes));
  }
}

/**
 * Writes what an empty window gives, the bias: Winograd would leave a rounding error of its neighbours there, and the slope of a
 * ReLU depends on its sign.
 */
function writeEmpty(
  empty: u64, size: i32, bias: v128, activation: i32, out: usize, pixel: usize, pitch: usize, down: i32, right: i32,
): void {
  const window: u64 = size == 3 ? 0x71c7 : 0xc3;
  const value = finish(bias, activation);
  for (let i = 0; i < down; i++) {
    for (let j = 0; j < right; j++) {
      if ((~empty & (window << (i * 6 + j))) == 0) v128.store(out + <usize>i * pitch + <usize>j * pixel, value);
    }
  }
}

/** The `outputs` (4 or 5) results of a row by `collect`'s sums, finished, `pixel` bytes apart. */
// @ts-ignore: decorator
@inline
function writeRow(
  outputs: i32, m0: v128, m1: v128, m2: v128, m3: v128, m4: v128, m5: v128, to: usize, pixel: usize, bias: v128, activation: i32,
  a: v128, b: v128, a2: v128, b2: v128, a3: v128, b3: v128, a4: v128, b4: v128,
): void {
  const s = f32x4.add(m1, m2), t = f32x4.add(m3, m4), u = f32x4.sub(m1, m2), v = f32x4.sub(m3, m4);
  v128.store(to, finish(f32x4.add(f32x4.add(m0, f32x4.add(s, t)), bias), activation));
  to += pixel;
  v128.store(to, finish(f32x4.add(madd(a, u, f32x4.mul(b, v)), bias), activation));
  to += pixel;
  v128.store(to, finish(f32x4.add(madd(a2, s, f32x4.mul(b2, t)), bias), activation));
  to += pixel;
  const y3 = madd(a3, u, f32x4.mul(b3, v));
  v128.store(to, finish(f32x4.add(outputs == 4 ? f32x4.add(y3, m5) : y3, bias), activation));
  if (outputs > 4) v128.store(to + pixel, finish(f32x4.add(f32x4.add(madd(a4, s, f32x4.mul(b4, t)), m5), bias), activation));
}

/** At m A of four maps: `outputs` (4 or 5) rows and columns at (y, x), plus a bias. The places of m are 192 bytes apart. */
// @ts-ignore: decorator
@inline
function writeOutputs(
  outputs: i32, at: usize, bias: v128, activation: i32, out: usize, pixel: usize, pitch: usize, down: i32, right: i32, temp: usize,
): void {
  const a = point(A), b = point(B), a2 = point(A2), b2 = point(B2), a3 = point(A3), b3 = point(B3), a4 = point(A4), b4 = point(B4);
  for (let j = temp; j < temp + 96; j += 16) {
    collect(
      outputs, v128.load(at), v128.load(at, 1152), v128.load(at, 2304), v128.load(at, 3456), v128.load(at, 4608), v128.load(at, 5760),
      j, 96, a, b, a2, b2, a3, b3, a4, b4,
    );
    at += 192;
  }
  const whole = right == outputs, line = temp + 480; // of a row that leaves the output a part is copied
  for (let i = temp; i < temp + <usize>down * 96; i += 96) {
    writeRow(
      outputs, v128.load(i), v128.load(i, 16), v128.load(i, 32), v128.load(i, 48), v128.load(i, 64), v128.load(i, 80),
      whole ? out : line, whole ? pixel : 16, bias, activation, a, b, a2, b2, a3, b3, a4, b4,
    );
    if (!whole) for (let j = 0; j < right; j++) v128.store(out + <usize>j * pixel, v128.load(line + (<usize>j << 4)));
    out += pitch;
  }
}

function writeFour(at: usize, bias: v128, activation: i32, out: usize, pixel: usize, pitch: usize, down: i32, right: i32, temp: usize): void {
  writeOutputs(4, at, bias, activation, out, pixel, pitch, down, right, temp);
}

function writeFive(at: usize, bias: v128, activation: i32, out: usize, pixel: usize, pitch: usize, down: i32, right: i32, temp: usize): void {
  writeOutputs(5, at, bias, activation, out, pixel, pitch, down, right, temp);
}

/** Transforms the finished products of one panel and a block of tiles back and writes them. */
function writePanel(p: i32, first: i32, count: i32, products: usize, temp: usize, empty: usize): void {
  const rows = argI(ROWS), cols = argI(COLS), n = argI(N), tileRows = argI(TILE_ROWS), tileCols = argI(TILE_COLS);
  const bias = argP(BIAS), activation = argI(ACTIVATION), size = argI(SIZE), outputs = 7 - size;
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
      const at = products + <usize>(six * 6912 + (t - six * 6) * 32 + (side << 4));
      const shift = bias ? v128.load(bias + (<usize>k << 2)) : f32x4.splat(0);
      const out = argP(OUT) + <usize>((b * rows + y) * cols + x) * pixel + (<usize>k << 2);
      if (size == 3) writeFour(at, shift, activation, out, pixel, pitch, down, right, temp);
      else writeFive(at, shift, activation, out, pixel, pitch, down, right, temp);
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
 * Forward: `BLOCK` tiles of a share of the panels. Tiles stand in groups of six, [36][6][maps], so that a group is written and
 * read within the first-level cache; maps of the input come `C_BLOCK` at a time. Scratch: a transform's rows and
 * addresses, which pixels are empty, a panel where none is prepared, the products (of all panels where they are summed over blocks of maps), patches.
 */
export function winogradTiles(item: i32, thread: i32): void {
  const c = argI(C), n = argI(N), block = argI(BLOCK), cBlock = argI(C_BLOCK), split = argI(SPLIT), prepared = argP(PREPARED);
  const tiles = argI(BATCH) * argI(TILE_ROWS) * argI(TILE_COLS);
  const share = item % split;
  const first = (item / split) * block;
  const count = min32(block, tiles - first);
  const sixes = (count + 5) / 6;
  const panels = (n + 7) >> 3;
  const perShare = (panels + split - 1) / split;
  const start = share * perShare;
  const end = min32(panels, start + perShare);
  const sums = cBlock < c;
  const temp = argP(SCRATCH) + <usize>thread * argP(SCRATCH_SIZE);
  const empty = temp + TEMP + POINTERS;
  const own = empty + EMPTY;
  const ownStep = (<usize>cBlock << 5) + APART, preparedStep = (<usize>c << 5) + APART;
  const products = prepared ? own : own + ownStep * 36;
  const panelProducts = <usize>(block * 1152);
  const patches = products + panelProducts * <usize>(sums ? perShare : 1);
  for (let c0 = 0; c0 < c; c0 += cBlock) {
    const c1 = min32(c, c0 + cBlock);
    const pixel = <usize>(c1 - c0) << 2;
    const step = pixel * 6 + APART;
    const groupBytes = step * 36;
    for (let t = 0; t < count; t++) {
      const six = t / 6;
      transformInput(first + t, c0, c1, patches + <usize>six * groupBytes + <usize>(t - six * 6) * pixel, step, temp, empty + (<usize>t << 3));
    }
    for (let p = start; p < end; p++) {
      const at = sums ? products + <usize>(p - start) * panelProducts : products;
      let panel = own, panelStep = ownStep;
      if (prepared) {
        panel = prepared + <usize>(p * 36) * preparedStep + (<usize>c0 << 5);
        panelStep = preparedStep;
      } else {
        preparePanel(p, c0, c1, own, ownStep, temp);
      }
      for (let e = 0; e < 36; e++) {
        let a = patches + <usize>e * step, to = at + <usize>(e * 192);
        for (let s = 0; s < sixes; s++) {
          if (c0 == 0) evenStrip(a, pixel, c1, panel, to, true);
          else evenStrip(a, pixel, c1 - c0, panel, to, false);
          a += groupBytes;
          to += 6912;
        }
        panel += panelStep;
      }
      if (c1 == c) writePanel(p, first, count, at, temp, empty);
    }
  }
}

// @ts-ignore: decorator
@inline
function evaluateTile(outputs: i32, k: usize, to: usize, step: usize, pointers: usize, temp: usize): void {
  const a = point(A), b = point(B), a2 = point(A2), b2 = point(B2), a4 = point(A4), b4 = point(B4);
  // the column at hand lies behind the rows
  const column = temp + 480;
  let at = pointers;
  for (let j = 0; j < outputs; j++) {
    v128.store(column, v128.load(<usize>load<u32>(at) + k));
    v128.store(column, v128.load(<usize>load<u32>(at, 20) + k), 16);
    v128.store(column, v128.load(<usize>load<u32>(at, 40) + k), 32);
    v128.store(column, v128.load(<usize>load<u32>(at, 60) + k), 48);
    if (outputs > 4) v128.store(column, v128.load(<usize>load<u32>(at, 80) + k), 64);
    evaluate(outputs, column, temp + (<usize>j << 4), 80, a, b, a2, b2, a4, b4);
    at += 4;
  }
  for (let i = 0; i < 6; i++) {
    evaluate(outputs, temp, to, step, a, b, a2, b2, a4, b4);
    temp += 80;
    to += step * 6;
  }
}

/** Transforms maps [n0, n1) of dy of tile number t; what lies behind the last row or column is zero. */
// @ts-ignore: decorator
@inline
function transformOutput(t: i32, n0: i32, n1: i32, to: usize, step: usize, temp: usize): void {
  const rows = argI(ROWS), cols = argI(COLS), tileRows = argI(TILE_ROWS), tileCols = argI(TILE_COLS), zeros = argP(ZEROS);
  const b = t / (tileRows * tileCols);
  const rest = t - b * tileRows * tileCols;
  const ty = rest / tileCols;
  const outputs = 7 - argI(SIZE);
  const y = ty * outputs, x = (rest - ty * tileCols) * outputs;
  const pixel = argP(N) << 2;
  const pointers = temp + TEMP;
  for (let i = 0; i < outputs; i++) {
    let at = argP(DY) + <usize>((b * rows + y + i) * cols + x) * pixel;
    const inside = y + i < rows;
    for (let j = 0; j < outputs; j++) {
      store<u32>(pointers + (<usize>(i * 5 + j) << 2), <u32>(inside && x + j < cols ? at : zeros));
      at += pixel;
    }
  }
  const end = <usize>n1 << 2;
  for (let k = <usize>n0 << 2; k < end; k += 16) {
    if (outputs == 4) evaluateTile(4, k, to, step, pointers, temp);
    else evaluateTile(5, k, to, step, pointers, temp);
    to += 16;
  }
}

/**
 * The filter's gradient of a block of both maps over a chunk of tiles: 36 products of transformed patches with transformed
 * dy, summed in scratch as tiles of 6x8, then transformed.
 */
export function winogradGradient(item: i32, thread: i32): void {
  const c = argI(C), n = argI(N), size = argI(SIZE);
  const block = argI(BLOCK), chunk = argI(CHUNK), cBlock = argI(C_BLOCK), nBlock = argI(N_BLOCK);
  const cBlocks = (c + cBlock - 1) / cBlock, nBlocks = (n + nBlock - 1) / nBlock;
  const part = item / (cBlocks * nBlocks);
  item -= part * cBlocks * nBlocks;
  const c0 = (item / nBlocks) * cBlock, n0 = (item % nBlocks) * nBlock;
  const c1 = min32(c, c0 + cBlock), n1 = min32(n, n0 + nBlock);
  const temp = argP(SCRATCH) + <usize>thread * argP(SCRATCH_SIZE);
  const aPitch = <usize>(c1 - c0) << 2, bPitch = <usize>(n1 - n0) << 2;
  const aStep = <usize>block * aPitch + APART, bStep = <usize>block * bPitch + APART;
  const a = temp + TEMP + POINTERS;
  const b = a + aStep * 36;
  const sums = b + bStep * 36;
  const tall = (c1 - c0 + 5) / 6, wide = (n1 - n0 + 7) >> 3;
  const last = min32(argI(BATCH) * argI(TILE_ROWS) * argI(TILE_COLS), (part + 1) * chunk);
  for (let first = part * chunk; first < last; first += block) {
    const count = min32(block, last - first);
    for (let t = 0; t < count; t++) {
      transformInput(first + t, c0, c1, a + <usize>t * aPitch, aStep, temp, 0);
      transformOutput(first + t, n0, n1, b + <usize>t * bPitch, bStep, temp);
    }
    sumTiles(36, a, aPitch, aStep, tall, b, bPitch, bStep, wide, count, sums, first == part * chunk);
  }
  const place = <usize>(c * n) << 2;
  const out = argP(OUT) + <usize>(part * size * size) * place;
  const from = <usize>(tall * wide * 192);
  for (let m = c0; m < c1; m++) {
    const p = (m - c0) / 6;
    for (let k = n0; k < n1; k += 4) {
      const at = sums + <usize>((((k - n0) >> 3) * tall + p) * 192 + (m - c0 - p * 6) * 32 + ((k - n0) & 4) * 4);
      const to = out + (<usize>(m * n + k) << 2);
      if (size == 3) collectFilter(3, at, from, to, place, temp);
      else collectFilter(2, at, from, to, place, temp);
    }
  }
}

// @ts-ignore: decorator
@inline
function collectFilter(size: i32, at: usize, from: usize, to: usize, place: usize, temp: usize): void {
  const a = point(A), b = point(B), a2 = point(A2), b2 = point(B2), none = a;
  const scale0 = point(SCALE_0), scaleA = point(SCALE_A), scaleB = point(SCALE_B);
  for (let j = temp; j < temp + 96; j += 16) {
    collect(
      size, f32x4.mul(v128.load(at), scale0), f32x4.mul(v128.load(at + from * 6), scaleA), f32x4.mul(v128.load(at + from * 12), scaleA),
      f32x4.mul(v128.load(at + from * 18), scaleB), f32x4.mul(v128.load(at + from * 24), scaleB), v128.load(at + from * 30),
      j, 96, a, b, a2, b2, none, none, none, none,
    );
    at += from;
  }
  for (let i = 0; i < size; i++) {
    collect(
      size, f32x4.mul(v128.load(temp), scale0), f32x4.mul(v128.load(temp, 16), scaleA), f32x4.mul(v128.load(temp, 32), scaleA),
      f32x4.mul(v128.load(temp, 48), scaleB), f32x4.mul(v128.load(temp, 64), scaleB), v128.load(temp, 80),
      to, place, a, b, a2, b2, none, none, none, none,
    );
    temp += 96;
    to += place * <usize>size;
  }
}
