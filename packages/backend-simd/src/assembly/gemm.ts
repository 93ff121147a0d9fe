// The two inner products everything dense is made of. A tile is 6 rows by 8 columns: 12 accumulators, two vectors of B and
// one broadcast of A fill the 15 registers an x64 engine has to give. The loops are not unrolled: then V8 runs out of registers and slows down.
import { madd, storePart } from './common';

// @ts-ignore: decorator
@inline
export function finish(v: v128, activation: i32): v128 {
  // one instruction each, where min and max take seven; both keep a NaN
  if (activation == 1) return f32x4.pmax(v, f32x4.splat(0));
  if (activation == 2) return f32x4.pmin(f32x4.pmax(v, f32x4.splat(0)), f32x4.splat(6));
  return v;
}

// @ts-ignore: decorator
@inline
export function put(out: usize, n: usize, v0: v128, v1: v128, bias: usize, left: i32, activation: i32): void {
  if (bias) {
    v0 = f32x4.add(v0, v128.load(bias));
    v1 = f32x4.add(v1, v128.load(bias, 16));
  }
  v0 = finish(v0, activation);
  v1 = finish(v1, activation);
  out += n;
  if (left >= 8) {
    v128.store(out, v0);
    v128.store(out, v1, 16);
  } else if (left > 4) {
    v128.store(out, v0);
    storePart(out + 16, v1, left - 4);
  } else {
    storePart(out, v0, left);
  }
}

/**
 * acc[r][0..8) += the sum of `run` products of consecutive floats at rows[r] with consecutive rows of the packed panel `b`;
 * set instead of added when `first`. One loop and no more: with a second one around it V8 keeps no accumulator in a register,
 * and half of the speed is gone.
 */
export function strip(rows: usize, run: i32, b: usize, acc: usize, first: bool): void {
  let a0 = <usize>load<u32>(rows), a1 = <usize>load<u32>(rows, 4), a2 = <usize>load<u32>(rows, 8);
  let a3 = <usize>load<u32>(rows, 12), a4 = <usize>load<u32>(rows, 16), a5 = <usize>load<u32>(rows, 20);
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00;
  let c30 = c00, c31 = c00, c40 = c00, c41 = c00, c50 = c00, c51 = c00;
  if (!first) {
    c00 = v128.load(acc, 0);
    c01 = v128.load(acc, 16);
    c10 = v128.load(acc, 32);
    c11 = v128.load(acc, 48);
    c20 = v128.load(acc, 64);
    c21 = v128.load(acc, 80);
    c30 = v128.load(acc, 96);
    c31 = v128.load(acc, 112);
    c40 = v128.load(acc, 128);
    c41 = v128.load(acc, 144);
    c50 = v128.load(acc, 160);
    c51 = v128.load(acc, 176);
  }
  for (; run > 0; run--) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let s = v128.load32_splat(a0);
    c00 = madd(s, b0, c00);
    c01 = madd(s, b1, c01);
    a0 += 4;
    s = v128.load32_splat(a1);
    c10 = madd(s, b0, c10);
    c11 = madd(s, b1, c11);
    a1 += 4;
    s = v128.load32_splat(a2);
    c20 = madd(s, b0, c20);
    c21 = madd(s, b1, c21);
    a2 += 4;
    s = v128.load32_splat(a3);
    c30 = madd(s, b0, c30);
    c31 = madd(s, b1, c31);
    a3 += 4;
    s = v128.load32_splat(a4);
    c40 = madd(s, b0, c40);
    c41 = madd(s, b1, c41);
    a4 += 4;
    s = v128.load32_splat(a5);
    c50 = madd(s, b0, c50);
    c51 = madd(s, b1, c51);
    a5 += 4;
    b += 32;
  }
  v128.store(acc, c00, 0);
  v128.store(acc, c01, 16);
  v128.store(acc, c10, 32);
  v128.store(acc, c11, 48);
  v128.store(acc, c20, 64);
  v128.store(acc, c21, 80);
  v128.store(acc, c30, 96);
  v128.store(acc, c31, 112);
  v128.store(acc, c40, 128);
  v128.store(acc, c41, 144);
  v128.store(acc, c50, 160);
  v128.store(acc, c51, 176);
}

/** The same for rows `pitch` bytes apart. */
export function evenStrip(a0: usize, pitch: usize, run: i32, b: usize, acc: usize, first: bool): void {
  let a1 = a0 + pitch, a2 = a1 + pitch, a3 = a2 + pitch, a4 = a3 + pitch, a5 = a4 + pitch;
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00;
  let c30 = c00, c31 = c00, c40 = c00, c41 = c00, c50 = c00, c51 = c00;
  if (!first) {
    c00 = v128.load(acc, 0);
    c01 = v128.load(acc, 16);
    c10 = v128.load(acc, 32);
    c11 = v128.load(acc, 48);
    c20 = v128.load(acc, 64);
    c21 = v128.load(acc, 80);
    c30 = v128.load(acc, 96);
    c31 = v128.load(acc, 112);
    c40 = v128.load(acc, 128);
    c41 = v128.load(acc, 144);
    c50 = v128.load(acc, 160);
    c51 = v128.load(acc, 176);
  }
  for (; run > 0; run--) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let s = v128.load32_splat(a0);
    c00 = madd(s, b0, c00);
    c01 = madd(s, b1, c01);
    a0 += 4;
    s = v128.load32_splat(a1);
    c10 = madd(s, b0, c10);
    c11 = madd(s, b1, c11);
    a1 += 4;
    s = v128.load32_splat(a2);
    c20 = madd(s, b0, c20);
    c21 = madd(s, b1, c21);
    a2 += 4;
    s = v128.load32_splat(a3);
    c30 = madd(s, b0, c30);
    c31 = madd(s, b1, c31);
    a3 += 4;
    s = v128.load32_splat(a4);
    c40 = madd(s, b0, c40);
    c41 = madd(s, b1, c41);
    a4 += 4;
    s = v128.load32_splat(a5);
    c50 = madd(s, b0, c50);
    c51 = madd(s, b1, c51);
    a5 += 4;
    b += 32;
  }
  v128.store(acc, c00, 0);
  v128.store(acc, c01, 16);
  v128.store(acc, c10, 32);
  v128.store(acc, c11, 48);
  v128.store(acc, c20, 64);
  v128.store(acc, c21, 80);
  v128.store(acc, c30, 96);
  v128.store(acc, c31, 112);
  v128.store(acc, c40, 128);
  v128.store(acc, c41, 144);
  v128.store(acc, c50, 160);
  v128.store(acc, c51, 176);
}

/** The same for at most four columns: half the panel is not read. */
export function narrowStrip(rows: usize, run: i32, b: usize, acc: usize, first: bool): void {
  let a0 = <usize>load<u32>(rows), a1 = <usize>load<u32>(rows, 4), a2 = <usize>load<u32>(rows, 8);
  let a3 = <usize>load<u32>(rows, 12), a4 = <usize>load<u32>(rows, 16), a5 = <usize>load<u32>(rows, 20);
  let c0 = f32x4.splat(0), c1 = c0, c2 = c0, c3 = c0, c4 = c0, c5 = c0;
  if (!first) {
    c0 = v128.load(acc, 0);
    c1 = v128.load(acc, 32);
    c2 = v128.load(acc, 64);
    c3 = v128.load(acc, 96);
    c4 = v128.load(acc, 128);
    c5 = v128.load(acc, 160);
  }
  for (; run > 0; run--) {
    const b0 = v128.load(b);
    c0 = madd(v128.load32_splat(a0), b0, c0);
    a0 += 4;
    c1 = madd(v128.load32_splat(a1), b0, c1);
    a1 += 4;
    c2 = madd(v128.load32_splat(a2), b0, c2);
    a2 += 4;
    c3 = madd(v128.load32_splat(a3), b0, c3);
    a3 += 4;
    c4 = madd(v128.load32_splat(a4), b0, c4);
    a4 += 4;
    c5 = madd(v128.load32_splat(a5), b0, c5);
    a5 += 4;
    b += 32;
  }
  v128.store(acc, c0, 0);
  v128.store(acc, c1, 32);
  v128.store(acc, c2, 64);
  v128.store(acc, c3, 96);
  v128.store(acc, c4, 128);
  v128.store(acc, c5, 160);
}

/**
 * Adds the bias to a finished tile, applies the activation and writes it. `outs` holds the six output addresses, `n` the byte
 * offset of the panel's first column there, `bias` its address there (or 0; padded to whole panels), `left` the columns that exist.
 */
export function writeTile(acc: usize, outs: usize, n: usize, bias: usize, left: i32, activation: i32): void {
  put(<usize>load<u32>(outs, 0), n, v128.load(acc, 0), v128.load(acc, 16), bias, left, activation);
  put(<usize>load<u32>(outs, 4), n, v128.load(acc, 32), v128.load(acc, 48), bias, left, activation);
  put(<usize>load<u32>(outs, 8), n, v128.load(acc, 64), v128.load(acc, 80), bias, left, activation);
  put(<usize>load<u32>(outs, 12), n, v128.load(acc, 96), v128.load(acc, 112), bias, left, activation);
  put(<usize>load<u32>(outs, 16), n, v128.load(acc, 128), v128.load(acc, 144), bias, left, activation);
  put(<usize>load<u32>(outs, 20), n, v128.load(acc, 160), v128.load(acc, 176), bias, left, activation);
}

/** acc[r][0..8) = the sum over k of a[k][r] * b[k][0..8), the steps of a and b `aPitch` and `bPitch` bytes apart. */
export function outerStrip(a: usize, aPitch: usize, b: usize, bPitch: usize, depth: i32, acc: usize): void {
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00;
  let c30 = c00, c31 = c00, c40 = c00, c41 = c00, c50 = c00, c51 = c00;
  for (; depth > 0; depth--) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let s = v128.load32_splat(a);
    c00 = madd(s, b0, c00);
    c01 = madd(s, b1, c01);
    s = v128.load32_splat(a, 4);
    c10 = madd(s, b0, c10);
    c11 = madd(s, b1, c11);
    s = v128.load32_splat(a, 8);
    c20 = madd(s, b0, c20);
    c21 = madd(s, b1, c21);
    s = v128.load32_splat(a, 12);
    c30 = madd(s, b0, c30);
    c31 = madd(s, b1, c31);
    s = v128.load32_splat(a, 16);
    c40 = madd(s, b0, c40);
    c41 = madd(s, b1, c41);
    s = v128.load32_splat(a, 20);
    c50 = madd(s, b0, c50);
    c51 = madd(s, b1, c51);
    a += aPitch;
    b += bPitch;
  }
  v128.store(acc, c00, 0);
  v128.store(acc, c01, 16);
  v128.store(acc, c10, 32);
  v128.store(acc, c11, 48);
  v128.store(acc, c20, 64);
  v128.store(acc, c21, 80);
  v128.store(acc, c30, 96);
  v128.store(acc, c31, 112);
  v128.store(acc, c40, 128);
  v128.store(acc, c41, 144);
  v128.store(acc, c50, 160);
  v128.store(acc, c51, 176);
}

/** The same added to acc; set when `first`. */
function sumStrip(a: usize, aPitch: usize, b: usize, bPitch: usize, depth: i32, acc: usize, first: bool): void {
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00;
  let c30 = c00, c31 = c00, c40 = c00, c41 = c00, c50 = c00, c51 = c00;
  if (!first) {
    c00 = v128.load(acc, 0);
    c01 = v128.load(acc, 16);
    c10 = v128.load(acc, 32);
    c11 = v128.load(acc, 48);
    c20 = v128.load(acc, 64);
    c21 = v128.load(acc, 80);
    c30 = v128.load(acc, 96);
    c31 = v128.load(acc, 112);
    c40 = v128.load(acc, 128);
    c41 = v128.load(acc, 144);
    c50 = v128.load(acc, 160);
    c51 = v128.load(acc, 176);
  }
  for (; depth > 0; depth--) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let s = v128.load32_splat(a);
    c00 = madd(s, b0, c00);
    c01 = madd(s, b1, c01);
    s = v128.load32_splat(a, 4);
    c10 = madd(s, b0, c10);
    c11 = madd(s, b1, c11);
    s = v128.load32_splat(a, 8);
    c20 = madd(s, b0, c20);
    c21 = madd(s, b1, c21);
    s = v128.load32_splat(a, 12);
    c30 = madd(s, b0, c30);
    c31 = madd(s, b1, c31);
    s = v128.load32_splat(a, 16);
    c40 = madd(s, b0, c40);
    c41 = madd(s, b1, c41);
    s = v128.load32_splat(a, 20);
    c50 = madd(s, b0, c50);
    c51 = madd(s, b1, c51);
    a += aPitch;
    b += bPitch;
  }
  v128.store(acc, c00, 0);
  v128.store(acc, c01, 16);
  v128.store(acc, c10, 32);
  v128.store(acc, c11, 48);
  v128.store(acc, c20, 64);
  v128.store(acc, c21, 80);
  v128.store(acc, c30, 96);
  v128.store(acc, c31, 112);
  v128.store(acc, c40, 128);
  v128.store(acc, c41, 144);
  v128.store(acc, c50, 160);
  v128.store(acc, c51, 176);
}

/**
 * Adds the products of `count` rows of a and of b in each of `places` to `sums`, `tall` by `wide` tiles of 6x8 a place; sets them
 * when `first`. Rows lie a pitch apart, places a step.
 */
export function sumTiles(
  places: i32, a: usize, aPitch: usize, aStep: usize, tall: i32, b: usize, bPitch: usize, bStep: usize, wide: i32,
  count: i32, sums: usize, first: bool,
): void {
  for (let e = 0; e < places; e++) {
    for (let q = 0; q < wide; q++) {
      for (let p = 0; p < tall; p++) {
        const at = a + <usize>(p * 24), bt = b + (<usize>q << 5);
        if (first) sumStrip(at, aPitch, bt, bPitch, count, sums, true);
        else sumStrip(at, aPitch, bt, bPitch, count, sums, false); // called twice, or the optimizer would put its loop into these
        sums += 192;
      }
    }
    a += aStep;
    b += bStep;
  }
}

/** Adds such sums to `up` rows (1 to 6), `pitch` bytes apart, and `left` columns of `out`; sets them instead when `first`. */
export function addTile(acc: usize, out: usize, pitch: usize, up: i32, left: i32, first: bool): void {
  for (let r = 0; r < up; r++) {
    if (left >= 8) {
      let v0 = v128.load(acc), v1 = v128.load(acc, 16);
      if (!first) {
        v0 = f32x4.add(v0, v128.load(out));
        v1 = f32x4.add(v1, v128.load(out, 16));
      }
      v128.store(out, v0);
      v128.store(out, v1, 16);
    } else {
      let i = 0;
      if (left >= 4) {
        v128.store(out, first ? v128.load(acc) : f32x4.add(v128.load(acc), v128.load(out)));
        i = 4;
      }
      for (; i < left; i++) {
        const at = <usize>i << 2;
        store<f32>(out + at, first ? load<f32>(acc + at) : load<f32>(out + at) + load<f32>(acc + at));
      }
    }
    acc += 32;
    out += pitch;
  }
}
