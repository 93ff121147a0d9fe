// The two inner products everything dense is made of. A tile is 6 rows by 8 columns: 12 accumulators, two vectors of B and
// one broadcast of A fill the 15 registers an x64 engine has to give.
import { madd, storePart } from './common';

// @ts-ignore: decorator
@inline
export function finish(v: v128, activation: i32): v128 {
  if (activation == 1) return f32x4.max(v, f32x4.splat(0));
  if (activation == 2) return f32x4.min(f32x4.max(v, f32x4.splat(0)), f32x4.splat(6));
  return v;
}

// @ts-ignore: decorator
@inline
function put(out: usize, n: usize, v0: v128, v1: v128, bias: usize, left: i32, activation: i32): void {
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
 * Six output rows of eight columns. Row r is the sum over `groups` of `run` products of consecutive floats at
 * rows[group][r] with consecutive rows of the packed panel `b`. `outs` holds the six output addresses, `n` the byte offset
 * of the panel's first column, `bias` its address there (or 0; padded to whole panels), `left` the columns that exist.
 */
export function tile(rows: usize, groups: i32, run: i32, b: usize, outs: usize, n: usize, bias: usize, left: i32, activation: i32): void {
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00;
  let c30 = c00, c31 = c00, c40 = c00, c41 = c00, c50 = c00, c51 = c00;
  for (let g = 0; g < groups; g++) {
    let a0 = <usize>load<u32>(rows), a1 = <usize>load<u32>(rows, 4), a2 = <usize>load<u32>(rows, 8);
    let a3 = <usize>load<u32>(rows, 12), a4 = <usize>load<u32>(rows, 16), a5 = <usize>load<u32>(rows, 20);
    rows += 24;
    let k = run;
    for (; k >= 2; k -= 2) {
      let b0 = v128.load(b), b1 = v128.load(b, 16);
      let s = v128.load32_splat(a0);
      c00 = madd(s, b0, c00);
      c01 = madd(s, b1, c01);
      s = v128.load32_splat(a1);
      c10 = madd(s, b0, c10);
      c11 = madd(s, b1, c11);
      s = v128.load32_splat(a2);
      c20 = madd(s, b0, c20);
      c21 = madd(s, b1, c21);
      s = v128.load32_splat(a3);
      c30 = madd(s, b0, c30);
      c31 = madd(s, b1, c31);
      s = v128.load32_splat(a4);
      c40 = madd(s, b0, c40);
      c41 = madd(s, b1, c41);
      s = v128.load32_splat(a5);
      c50 = madd(s, b0, c50);
      c51 = madd(s, b1, c51);
      b0 = v128.load(b, 32);
      b1 = v128.load(b, 48);
      s = v128.load32_splat(a0, 4);
      c00 = madd(s, b0, c00);
      c01 = madd(s, b1, c01);
      s = v128.load32_splat(a1, 4);
      c10 = madd(s, b0, c10);
      c11 = madd(s, b1, c11);
      s = v128.load32_splat(a2, 4);
      c20 = madd(s, b0, c20);
      c21 = madd(s, b1, c21);
      s = v128.load32_splat(a3, 4);
      c30 = madd(s, b0, c30);
      c31 = madd(s, b1, c31);
      s = v128.load32_splat(a4, 4);
      c40 = madd(s, b0, c40);
      c41 = madd(s, b1, c41);
      s = v128.load32_splat(a5, 4);
      c50 = madd(s, b0, c50);
      c51 = madd(s, b1, c51);
      b += 64;
      a0 += 8;
      a1 += 8;
      a2 += 8;
      a3 += 8;
      a4 += 8;
      a5 += 8;
    }
    if (k) {
      let b0 = v128.load(b), b1 = v128.load(b, 16);
      let s = v128.load32_splat(a0);
      c00 = madd(s, b0, c00);
      c01 = madd(s, b1, c01);
      s = v128.load32_splat(a1);
      c10 = madd(s, b0, c10);
      c11 = madd(s, b1, c11);
      s = v128.load32_splat(a2);
      c20 = madd(s, b0, c20);
      c21 = madd(s, b1, c21);
      s = v128.load32_splat(a3);
      c30 = madd(s, b0, c30);
      c31 = madd(s, b1, c31);
      s = v128.load32_splat(a4);
      c40 = madd(s, b0, c40);
      c41 = madd(s, b1, c41);
      s = v128.load32_splat(a5);
      c50 = madd(s, b0, c50);
      c51 = madd(s, b1, c51);
      b += 32;
    }
  }
  put(<usize>load<u32>(outs), n, c00, c01, bias, left, activation);
  put(<usize>load<u32>(outs, 4), n, c10, c11, bias, left, activation);
  put(<usize>load<u32>(outs, 8), n, c20, c21, bias, left, activation);
  put(<usize>load<u32>(outs, 12), n, c30, c31, bias, left, activation);
  put(<usize>load<u32>(outs, 16), n, c40, c41, bias, left, activation);
  put(<usize>load<u32>(outs, 20), n, c50, c51, bias, left, activation);
}

/** The same for at most four columns: half the panel is not read. */
export function narrowTile(rows: usize, groups: i32, run: i32, b: usize, outs: usize, n: usize, bias: usize, left: i32, activation: i32): void {
  let c0 = f32x4.splat(0), c1 = c0, c2 = c0, c3 = c0, c4 = c0, c5 = c0;
  for (let g = 0; g < groups; g++) {
    let a0 = <usize>load<u32>(rows), a1 = <usize>load<u32>(rows, 4), a2 = <usize>load<u32>(rows, 8);
    let a3 = <usize>load<u32>(rows, 12), a4 = <usize>load<u32>(rows, 16), a5 = <usize>load<u32>(rows, 20);
    rows += 24;
    for (let k = 0; k < run; k++) {
      let b0 = v128.load(b);
      c0 = madd(v128.load32_splat(a0), b0, c0);
      c1 = madd(v128.load32_splat(a1), b0, c1);
      c2 = madd(v128.load32_splat(a2), b0, c2);
      c3 = madd(v128.load32_splat(a3), b0, c3);
      c4 = madd(v128.load32_splat(a4), b0, c4);
      c5 = madd(v128.load32_splat(a5), b0, c5);
      b += 32;
      a0 += 4;
      a1 += 4;
      a2 += 4;
      a3 += 4;
      a4 += 4;
      a5 += 4;
    }
  }
  put(<usize>load<u32>(outs), n, c0, c0, bias, left, activation);
  put(<usize>load<u32>(outs, 4), n, c1, c1, bias, left, activation);
  put(<usize>load<u32>(outs, 8), n, c2, c2, bias, left, activation);
  put(<usize>load<u32>(outs, 12), n, c3, c3, bias, left, activation);
  put(<usize>load<u32>(outs, 16), n, c4, c4, bias, left, activation);
  put(<usize>load<u32>(outs, 20), n, c5, c5, bias, left, activation);
}

// @ts-ignore: decorator
@inline
function gather(out: usize, v0: v128, v1: v128, left: i32, first: bool): void {
  if (left >= 8) {
    if (!first) {
      v0 = f32x4.add(v0, v128.load(out));
      v1 = f32x4.add(v1, v128.load(out, 16));
    }
    v128.store(out, v0);
    v128.store(out, v1, 16);
    return;
  }
  for (let i = 0; i < left; i++) {
    let v = f32x4.extract_lane(v0, 0);
    if (!first) v += load<f32>(out);
    store<f32>(out, v);
    out += 4;
    v0 = v128.shuffle<i32>(v0, v1, 1, 2, 3, 4);
    v1 = v128.shuffle<i32>(v1, v1, 1, 2, 3, 3);
  }
}

/**
 * out[r][0..8) += sum over k of a[k][r] * b[k][0..8), the steps of a and b `aPitch` and `bPitch` bytes apart. Takes steps in
 * pairs: an odd `depth` wants a step of zeros behind. Writes only `up` rows (1 to 6), `pitch` bytes apart, and `left`
 * columns; stores instead of adding when `first`.
 */
export function outerTile(a: usize, aPitch: usize, b: usize, bPitch: usize, depth: i32, out: usize, pitch: usize, up: i32, left: i32, first: bool): void {
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00;
  let c30 = c00, c31 = c00, c40 = c00, c41 = c00, c50 = c00, c51 = c00;
  for (; depth > 0; depth -= 2) {
    let b0 = v128.load(b), b1 = v128.load(b, 16);
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
    b0 = v128.load(b);
    b1 = v128.load(b, 16);
    s = v128.load32_splat(a);
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
  gather(out, c00, c01, left, first);
  if (up > 1) gather(out + pitch, c10, c11, left, first);
  if (up > 2) gather(out + pitch * 2, c20, c21, left, first);
  if (up > 3) gather(out + pitch * 3, c30, c31, left, first);
  if (up > 4) gather(out + pitch * 4, c40, c41, left, first);
  if (up > 5) gather(out + pitch * 5, c50, c51, left, first);
}
