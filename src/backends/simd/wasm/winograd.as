// Convolution with step 1 by Winograd's F(2x2, 3x3) and F(3x3, 2x2): each 4x4 patch of x gives 2x2 outputs of a 3x3 filter, or
// 3x3 outputs of a 2x2 filter, with 16 products a pair of maps instead of 36. Both share the transform of the patch. The
// transforms are sums and halves; 16 matrix products, one a place in the patch, do the work.
// Source: Lavin, Gray, "Fast Algorithms for Convolutional Neural Networks", 2015, arXiv:1509.09308.
import { argI, argP, max32, min32 } from './common';
import { addTile, finish, outerStrip, strip } from './gemm';

/** Added between the 16 places, which would else share cache sets where maps are powers of two. */
const APART: usize = 64;

// @ts-ignore: decorator
@inline
function add(a: v128, b: v128): v128 {
  return f32x4.add(a, b);
}

// @ts-ignore: decorator
@inline
function sub(a: v128, b: v128): v128 {
  return f32x4.sub(a, b);
}

// @ts-ignore: decorator
@inline
function half(a: v128): v128 {
  return f32x4.mul(a, f32x4.splat(0.5));
}

/** Four weights of one tap: maps [n, n + 4) of the output for map c of the input, or, flipped, the other way round. */
// @ts-ignore: decorator
@inline
function weights(filter: usize, tap: i32, c: i32, n: i32, depth: i32, maps: i32, flip: i32, taps: i32): v128 {
  if (!flip) return v128.load(filter + (<usize>((tap * depth + c) * maps + n) << 2));
  const at = filter + (<usize>(((taps - 1 - tap) * maps + n) * depth + c) << 2);
  const pitch = <usize>depth << 2;
  let v = v128.load32_zero(at);
  v = v128.load_lane<f32>(at + pitch, v, 1);
  v = v128.load_lane<f32>(at + pitch * 2, v, 2);
  return v128.load_lane<f32>(at + pitch * 3, v, 3);
}

/** One row of G g Gt from the row of G g. */
// @ts-ignore: decorator
@inline
function filterRow(a: v128, b: v128, d: v128, to: usize, step: usize): void {
  const outer = half(add(a, d)), inner = half(b);
  v128.store(to, a);
  v128.store(to + step, add(outer, inner));
  v128.store(to + step * 2, sub(outer, inner));
  v128.store(to + step * 3, d);
}

/** The same for a filter of two. */
// @ts-ignore: decorator
@inline
function shortFilterRow(a: v128, b: v128, to: usize, step: usize): void {
  v128.store(to, a);
  v128.store(to + step, half(add(a, b)));
  v128.store(to + step * 2, half(sub(a, b)));
  v128.store(to + step * 3, b);
}

/**
 * G g Gt of one panel of eight output maps, in panels for `strip`: [16][panels][depth][8]. The maps are a multiple of 4;
 * the half of a panel behind them is zero. Arguments: filter, to, depth, maps, flip, panels, size.
 */
export function winogradFilter(p: i32, _thread: i32): void {
  const filter = argP(0), depth = argI(2), maps = argI(3), flip = argI(4), panels = argI(5), size = argI(6);
  const step = <usize>(panels * depth) * 32 + APART;
  for (let side = 0; side < 2; side++) {
    const n = (p << 3) + (side << 2);
    for (let c = 0; c < depth; c++) {
      const to = argP(1) + <usize>(p * depth + c) * 32 + (<usize>side << 4);
      if (n >= maps) {
        for (let e: usize = 0; e < 16; e++) v128.store(to + e * step, f32x4.splat(0));
        continue;
      }
      if (size == 2) {
        const g0 = weights(filter, 0, c, n, depth, maps, flip, 4), g1 = weights(filter, 1, c, n, depth, maps, flip, 4);
        const g2 = weights(filter, 2, c, n, depth, maps, flip, 4), g3 = weights(filter, 3, c, n, depth, maps, flip, 4);
        shortFilterRow(g0, g1, to, step);
        shortFilterRow(half(add(g0, g2)), half(add(g1, g3)), to + step * 4, step);
        shortFilterRow(half(sub(g0, g2)), half(sub(g1, g3)), to + step * 8, step);
        shortFilterRow(g2, g3, to + step * 12, step);
        continue;
      }
      const g0 = weights(filter, 0, c, n, depth, maps, flip, 9), g1 = weights(filter, 1, c, n, depth, maps, flip, 9);
      const g2 = weights(filter, 2, c, n, depth, maps, flip, 9), g3 = weights(filter, 3, c, n, depth, maps, flip, 9);
      const g4 = weights(filter, 4, c, n, depth, maps, flip, 9), g5 = weights(filter, 5, c, n, depth, maps, flip, 9);
      const g6 = weights(filter, 6, c, n, depth, maps, flip, 9), g7 = weights(filter, 7, c, n, depth, maps, flip, 9);
      const g8 = weights(filter, 8, c, n, depth, maps, flip, 9);
      const o0 = half(add(g0, g6)), o1 = half(add(g1, g7)), o2 = half(add(g2, g8));
      const i0 = half(g3), i1 = half(g4), i2 = half(g5);
      filterRow(g0, g1, g2, to, step);
      filterRow(add(o0, i0), add(o1, i1), add(o2, i2), to + step * 4, step);
      filterRow(sub(o0, i0), sub(o1, i1), sub(o2, i2), to + step * 8, step);
      filterRow(g6, g7, g8, to + step * 12, step);
    }
  }
}

/** Bt d B of four maps: a 4x4 patch at `from`, results `step` bytes apart at `to`. */
// @ts-ignore: decorator
@inline
function patch(from: usize, pitch: usize, pixel: usize, to: usize, step: usize): void {
  for (let i = 0; i < 4; i++) {
    // row i of Bt d, then its columns
    const plus = i == 0 ? from : i == 2 ? from + pitch * 2 : from + pitch;
    const minus = i == 0 ? from + pitch * 2 : i == 1 ? from + pitch * 2 : i == 2 ? from + pitch : from + pitch * 3;
    let t0 = v128.load(plus), t1 = v128.load(plus + pixel), t2 = v128.load(plus + pixel * 2), t3 = v128.load(plus + pixel * 3);
    if (i == 1) {
      t0 = add(t0, v128.load(minus));
      t1 = add(t1, v128.load(minus + pixel));
      t2 = add(t2, v128.load(minus + pixel * 2));
      t3 = add(t3, v128.load(minus + pixel * 3));
    } else {
      t0 = sub(t0, v128.load(minus));
      t1 = sub(t1, v128.load(minus + pixel));
      t2 = sub(t2, v128.load(minus + pixel * 2));
      t3 = sub(t3, v128.load(minus + pixel * 3));
    }
    v128.store(to, sub(t0, t2));
    v128.store(to + step, add(t1, t2));
    v128.store(to + step * 2, sub(t2, t1));
    v128.store(to + step * 3, sub(t1, t3));
    to += step * 4;
  }
}

// Arguments of both products, by number; those behind 16, the filter's size, differ.
const X: usize = 0, OUT: usize = 1, BATCH: usize = 2, H: usize = 3, W: usize = 4, C: usize = 5, ROWS: usize = 6, COLS: usize = 7, N: usize = 8;
const TILE_ROWS: usize = 9, TILE_COLS: usize = 10, TOP: usize = 11, LEFT: usize = 12, BLOCK: usize = 13, SCRATCH: usize = 14, SCRATCH_SIZE: usize = 15;
const SIZE: usize = 16, FILTER: usize = 17, BIAS: usize = 18, ACTIVATION: usize = 19;
const DY: usize = 17, CHUNK: usize = 18, C_BLOCK: usize = 19, N_BLOCK: usize = 20, PARTIAL: usize = 21;

/** Transforms maps [c0, c1) of tile number t into rows `step` bytes apart; `spare` holds a patch that leaves the image. */
// @ts-ignore: decorator
@inline
function transformInput(t: i32, c0: i32, c1: i32, to: usize, step: usize, spare: usize): void {
  const h = argI(H), w = argI(W), c = argI(C), tileRows = argI(TILE_ROWS), tileCols = argI(TILE_COLS);
  const b = t / (tileRows * tileCols);
  const rest = t - b * tileRows * tileCols;
  const ty = rest / tileCols;
  const outputs = 5 - argI(SIZE);
  const y = ty * outputs + argI(TOP), x = (rest - ty * tileCols) * outputs + argI(LEFT);
  let pixel = <usize>c << 2;
  let pitch = <usize>w * pixel;
  const image = argP(X) + <usize>(b * h) * pitch;
  let from = image + <usize>(y * w + x) * pixel + (<usize>c0 << 2);
  if (y < 0 || x < 0 || y + 4 > h || x + 4 > w) {
    const bytes = <usize>(c1 - c0) << 2;
    memory.fill(spare, 0, bytes << 4);
    for (let i = max32(0, -y); i < min32(4, h - y); i++) {
      for (let j = max32(0, -x); j < min32(4, w - x); j++) {
        memory.copy(spare + <usize>(i * 4 + j) * bytes, image + <usize>((y + i) * w + x + j) * pixel + (<usize>c0 << 2), bytes);
      }
    }
    from = spare;
    pixel = bytes;
    pitch = bytes << 2;
  }
  for (let k = c0; k < c1; k += 4) {
    patch(from, pitch, pixel, to, step);
    from += 16;
    to += 16;
  }
}

// @ts-ignore: decorator
@inline
function putPixel(b: i32, y: i32, x: i32, rows: i32, cols: i32, n: i32, k: i32, v: v128, activation: i32): void {
  if (y < rows && x < cols) v128.store(argP(OUT) + (<usize>(((b * rows + y) * cols + x) * n + k) << 2), finish(v, activation));
}

/** At m A of a 3x3 filter, four maps: 2x2 outputs at (y, x), plus a bias. The places of m are `step` bytes apart. */
function writeTwo(at: usize, step: usize, bias: v128, activation: i32, b: i32, y: i32, x: i32, rows: i32, cols: i32, n: i32, k: i32): void {
  let u0 = bias, u1 = bias, v0 = bias, v1 = bias;
  for (let j = 0; j < 4; j++) {
    const m0 = v128.load(at), m1 = v128.load(at + step * 4), m2 = v128.load(at + step * 8), m3 = v128.load(at + step * 12);
    const up = add(add(m0, m1), m2), down = sub(sub(m1, m2), m3);
    if (j < 3) {
      u0 = add(u0, up);
      v0 = add(v0, down);
    }
    if (j == 1) {
      u1 = add(u1, up);
      v1 = add(v1, down);
    } else if (j > 1) {
      u1 = sub(u1, up);
      v1 = sub(v1, down);
    }
    at += step;
  }
  putPixel(b, y, x, rows, cols, n, k, u0, activation);
  putPixel(b, y, x + 1, rows, cols, n, k, u1, activation);
  putPixel(b, y + 1, x, rows, cols, n, k, v0, activation);
  putPixel(b, y + 1, x + 1, rows, cols, n, k, v1, activation);
}

/** The same of a 2x2 filter: 3x3 outputs. */
function writeThree(at: usize, step: usize, bias: v128, activation: i32, b: i32, y: i32, x: i32, rows: i32, cols: i32, n: i32, k: i32): void {
  let u0 = bias, u1 = bias, u2 = bias, v0 = bias, v1 = bias, v2 = bias, w0 = bias, w1 = bias, w2 = bias;
  for (let j = 0; j < 4; j++) {
    const m0 = v128.load(at), m1 = v128.load(at + step * 4), m2 = v128.load(at + step * 8), m3 = v128.load(at + step * 12);
    const sum = add(m1, m2);
    const p = add(m0, sum), q = sub(m1, m2), r = sub(sum, m3);
    if (j < 3) {
      u0 = add(u0, p);
      v0 = add(v0, q);
      w0 = add(w0, r);
    }
    if (j == 1) {
      u1 = add(u1, p);
      v1 = add(v1, q);
      w1 = add(w1, r);
    } else if (j == 2) {
      u1 = sub(u1, p);
      v1 = sub(v1, q);
      w1 = sub(w1, r);
    }
    if (j == 1 || j == 2) {
      u2 = add(u2, p);
      v2 = add(v2, q);
      w2 = add(w2, r);
    } else if (j == 3) {
      u2 = sub(u2, p);
      v2 = sub(v2, q);
      w2 = sub(w2, r);
    }
    at += step;
  }
  putPixel(b, y, x, rows, cols, n, k, u0, activation);
  putPixel(b, y, x + 1, rows, cols, n, k, u1, activation);
  putPixel(b, y, x + 2, rows, cols, n, k, u2, activation);
  putPixel(b, y + 1, x, rows, cols, n, k, v0, activation);
  putPixel(b, y + 1, x + 1, rows, cols, n, k, v1, activation);
  putPixel(b, y + 1, x + 2, rows, cols, n, k, v2, activation);
  putPixel(b, y + 2, x, rows, cols, n, k, w0, activation);
  putPixel(b, y + 2, x + 1, rows, cols, n, k, w1, activation);
  putPixel(b, y + 2, x + 2, rows, cols, n, k, w2, activation);
}

/** Forward: `BLOCK` tiles of every output map. Scratch: addresses, products of one panel, a spare patch, the transformed patches. */
export function winogradTiles(item: i32, thread: i32): void {
  const c = argI(C), rows = argI(ROWS), cols = argI(COLS), n = argI(N), tileRows = argI(TILE_ROWS), tileCols = argI(TILE_COLS);
  const block = argI(BLOCK), bias = argP(BIAS), activation = argI(ACTIVATION), size = argI(SIZE);
  const tiles = argI(BATCH) * tileRows * tileCols;
  const first = item * block;
  const count = min32(block, tiles - first);
  const sixes = (count + 5) / 6;
  const addresses = argP(SCRATCH) + <usize>thread * argP(SCRATCH_SIZE);
  const products = addresses + <usize>(block << 6);
  const place = <usize>block * 32 + APART;
  const spare = products + place * 16;
  const pixel = <usize>c << 2;
  const patches = spare + pixel * 16;
  const step = <usize>block * pixel + APART;

  for (let t = 0; t < count; t++) transformInput(first + t, 0, c, patches + <usize>t * pixel, step, spare);
  for (let e = 0; e < 16; e++) {
    for (let r = 0; r < sixes * 6; r++) {
      store<u32>(addresses + <usize>((e * sixes * 6 + r) << 2), <u32>(patches + <usize>e * step + <usize>min32(r, count - 1) * pixel));
    }
  }

  const panels = (n + 7) >> 3;
  const panelBytes = pixel * 8;
  for (let p = 0; p < panels; p++) {
    for (let e = 0; e < 16; e++) {
      const panel = argP(FILTER) + <usize>e * (<usize>panels * panelBytes + APART) + <usize>p * panelBytes;
      for (let s = 0; s < sixes; s++) {
        strip(addresses + <usize>((e * sixes + s) * 24), c, panel, products + <usize>e * place + <usize>(s * 192), true);
      }
    }
    let b = first / (tileRows * tileCols);
    let ty = (first - b * tileRows * tileCols) / tileCols;
    let tx = first - (b * tileRows + ty) * tileCols;
    for (let t = 0; t < count; t++) {
      for (let side = 0; side < 2; side++) {
        const k = (p << 3) + (side << 2);
        if (k >= n) break;
        const at = products + <usize>t * 32 + (<usize>side << 4);
        const shift = bias ? v128.load(bias + (<usize>k << 2)) : f32x4.splat(0);
        if (size == 3) writeTwo(at, place, shift, activation, b, ty << 1, tx << 1, rows, cols, n, k);
        else writeThree(at, place, shift, activation, b, ty * 3, tx * 3, rows, cols, n, k);
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
}

/**
 * The filter's gradient before its last transform: for a chunk of tiles and blocks of both maps, 16 products of transformed
 * patches with A dy At, [16][depth][maps] a chunk.
 */
export function winogradGradient(item: i32, thread: i32): void {
  const c = argI(C), rows = argI(ROWS), cols = argI(COLS), n = argI(N), tileRows = argI(TILE_ROWS), tileCols = argI(TILE_COLS);
  const block = argI(BLOCK), chunk = argI(CHUNK), cBlock = argI(C_BLOCK), nBlock = argI(N_BLOCK);
  const cBlocks = (c + cBlock - 1) / cBlock, nBlocks = (n + nBlock - 1) / nBlock;
  const part = item / (cBlocks * nBlocks);
  item -= part * cBlocks * nBlocks;
  const c0 = (item / nBlocks) * cBlock, n0 = (item % nBlocks) * nBlock;
  const c1 = min32(c, c0 + cBlock), n1 = min32(n, n0 + nBlock);
  const acc = argP(SCRATCH) + <usize>thread * argP(SCRATCH_SIZE);
  const spare = acc + 192;
  const aPitch = <usize>(c1 - c0) << 2, bPitch = <usize>(n1 - n0) << 2;
  const aStep = <usize>block * aPitch + APART, bStep = <usize>block * bPitch + APART;
  const a = spare + aPitch * 16;
  const b = a + aStep * 16;
  const pitch = <usize>n << 2;
  const to = argP(OUT) + <usize>part * argP(PARTIAL) + <usize>c0 * pitch + (<usize>n0 << 2);
  const last = min32(argI(BATCH) * tileRows * tileCols, (part + 1) * chunk);
  for (let first = part * chunk; first < last; first += block) {
    const count = min32(block, last - first);
    for (let t = 0; t < count; t++) {
      transformInput(first + t, c0, c1, a + <usize>t * aPitch, aStep, spare);
      transformOutput(first + t, n0, n1, b + <usize>t * bPitch, bStep, rows, cols, n, tileRows, tileCols);
    }
    for (let e = 0; e < 16; e++) {
      const at = to + <usize>e * (<usize>c * pitch + APART);
      for (let k = 0; k < n1 - n0; k += 8) {
        for (let m = 0; m < c1 - c0; m += 6) {
          outerStrip(a + <usize>e * aStep + (<usize>m << 2), aPitch, b + <usize>e * bStep + (<usize>k << 2), bPitch, count, acc);
          addTile(
            acc, at + <usize>m * pitch + (<usize>k << 2), pitch, min32(6, c1 - c0 - m), min32(8, n1 - n0 - k), first == part * chunk,
          );
        }
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function dyAt(inside: bool, at: usize): v128 {
  return inside ? v128.load(at) : f32x4.splat(0);
}

/** A dy At of maps [n0, n1) of tile number t; what lies behind the last row or column is zero. */
// @ts-ignore: decorator
@inline
function transformOutput(t: i32, n0: i32, n1: i32, to: usize, step: usize, rows: i32, cols: i32, n: i32, tileRows: i32, tileCols: i32): void {
  const b = t / (tileRows * tileCols);
  const rest = t - b * tileRows * tileCols;
  const ty = rest / tileCols;
  const outputs = 5 - argI(SIZE);
  const y = ty * outputs, x = (rest - ty * tileCols) * outputs;
  const pixel = <usize>n << 2;
  const pitch = <usize>cols * pixel;
  let from = argP(DY) + <usize>((b * rows + y) * cols + x) * pixel + (<usize>n0 << 2);
  const right = x + 1 < cols, below = y + 1 < rows;
  if (outputs == 2) {
    for (let k = n0; k < n1; k += 4) {
      const d00 = v128.load(from), d01 = dyAt(right, from + pixel);
      const d10 = dyAt(below, from + pitch), d11 = dyAt(right && below, from + pitch + pixel);
      putTwo(d00, d01, to, step);
      putTwo(add(d00, d10), add(d01, d11), to + step * 4, step);
      putTwo(sub(d00, d10), sub(d01, d11), to + step * 8, step);
      putTwo(f32x4.neg(d10), f32x4.neg(d11), to + step * 12, step);
      from += 16;
      to += 16;
    }
    return;
  }
  const farRight = x + 2 < cols, farBelow = y + 2 < rows;
  for (let k = n0; k < n1; k += 4) {
    const second = from + pitch, third = second + pitch;
    const d00 = v128.load(from), d01 = dyAt(right, from + pixel), d02 = dyAt(farRight, from + pixel * 2);
    const d10 = dyAt(below, second), d11 = dyAt(right && below, second + pixel), d12 = dyAt(farRight && below, second + pixel * 2);
    const d20 = dyAt(farBelow, third), d21 = dyAt(right && farBelow, third + pixel), d22 = dyAt(farRight && farBelow, third + pixel * 2);
    putThree(d00, d01, d02, to, step);
    const s0 = add(d00, d20), s1 = add(d01, d21), s2 = add(d02, d22);
    putThree(add(s0, d10), add(s1, d11), add(s2, d12), to + step * 4, step);
    putThree(sub(s0, d10), sub(s1, d11), sub(s2, d12), to + step * 8, step);
    putThree(f32x4.neg(d20), f32x4.neg(d21), f32x4.neg(d22), to + step * 12, step);
    from += 16;
    to += 16;
  }
}

// @ts-ignore: decorator
@inline
function putTwo(a: v128, b: v128, to: usize, step: usize): void {
  v128.store(to, a);
  v128.store(to + step, add(a, b));
  v128.store(to + step * 2, sub(a, b));
  v128.store(to + step * 3, f32x4.neg(b));
}

// @ts-ignore: decorator
@inline
function putThree(a: v128, b: v128, c: v128, to: usize, step: usize): void {
  const outer = add(a, c);
  v128.store(to, a);
  v128.store(to + step, add(outer, b));
  v128.store(to + step * 2, sub(outer, b));
  v128.store(to + step * 3, f32x4.neg(c));
}

/** Gt m G of one map of the input, the chunks summed in order. Arguments: from, to, chunks, stride, depth, maps, size. */
export function winogradFinish(c: i32, _thread: i32): void {
  const chunks = argI(2), stride = argP(3), depth = argI(4), maps = argI(5);
  const place = <usize>(depth * maps) << 2;
  const from = place + APART;
  for (let k = 0; k < maps; k += 4) {
    const offset = <usize>(c * maps + k) << 2;
    const to = argP(1) + offset;
    if (argI(6) == 2) {
      let q0 = f32x4.splat(0), q1 = q0, q2 = q0, q3 = q0;
      for (let i = 0; i < 4; i++) {
        const at = argP(0) + offset + <usize>(i << 2) * from;
        const m1 = sumChunks(at + from, chunks, stride), m2 = sumChunks(at + from * 2, chunks, stride);
        let u0 = add(sumChunks(at, chunks, stride), half(add(m1, m2)));
        let u1 = add(half(sub(m1, m2)), sumChunks(at + from * 3, chunks, stride));
        if (i == 1 || i == 2) {
          u0 = half(u0);
          u1 = half(u1);
        }
        if (i < 3) {
          q0 = add(q0, u0);
          q1 = add(q1, u1);
        }
        if (i == 2) {
          q2 = sub(q2, u0);
          q3 = sub(q3, u1);
        } else if (i > 0) {
          q2 = add(q2, u0);
          q3 = add(q3, u1);
        }
      }
      v128.store(to, q0);
      v128.store(to + place, q1);
      v128.store(to + place * 2, q2);
      v128.store(to + place * 3, q3);
      continue;
    }
    let r0 = f32x4.splat(0), r1 = r0, r2 = r0, s0 = r0, s1 = r0, s2 = r0, t0 = r0, t1 = r0, t2 = r0;
    for (let i = 0; i < 4; i++) {
      const at = argP(0) + offset + <usize>(i << 2) * from;
      const m0 = sumChunks(at, chunks, stride), m1 = sumChunks(at + from, chunks, stride);
      const m2 = sumChunks(at + from * 2, chunks, stride), m3 = sumChunks(at + from * 3, chunks, stride);
      const middle = half(add(m1, m2));
      const u0 = add(m0, middle), u1 = half(sub(m1, m2)), u2 = add(middle, m3);
      if (i == 0) {
        r0 = u0;
        r1 = u1;
        r2 = u2;
      } else if (i == 3) {
        t0 = add(t0, u0);
        t1 = add(t1, u1);
        t2 = add(t2, u2);
      } else {
        const h0 = half(u0), h1 = half(u1), h2 = half(u2);
        r0 = add(r0, h0);
        r1 = add(r1, h1);
        r2 = add(r2, h2);
        t0 = add(t0, h0);
        t1 = add(t1, h1);
        t2 = add(t2, h2);
        if (i == 1) {
          s0 = h0;
          s1 = h1;
          s2 = h2;
        } else {
          s0 = sub(s0, h0);
          s1 = sub(s1, h1);
          s2 = sub(s2, h2);
        }
      }
    }
    v128.store(to, r0);
    v128.store(to + place, r1);
    v128.store(to + place * 2, r2);
    v128.store(to + place * 3, s0);
    v128.store(to + place * 4, s1);
    v128.store(to + place * 5, s2);
    v128.store(to + place * 6, t0);
    v128.store(to + place * 7, t1);
    v128.store(to + place * 8, t2);
  }
}

// @ts-ignore: decorator
@inline
function sumChunks(at: usize, chunks: i32, stride: usize): v128 {
  let v = v128.load(at);
  for (let i = 1; i < chunks; i++) {
    at += stride;
    v = add(v, v128.load(at));
  }
  return v;
}
