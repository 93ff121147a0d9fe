// Elementary functions on four floats. Polynomials are least-maximum fits of our own over the reduced range; every
// result is within 2 units in the last place of the exact one (packages/backend-simd/tests/elementwise.test.ts).
import { madd, nmadd } from './common';

const LOG2E: f32 = 1.44269504;
// ln 2 in two parts, the first short enough for n * LN2_HIGH to be exact
const LN2_HIGH: f32 = 0.693359375;
const LN2_LOW: f32 = -2.12194440e-4;

// @ts-ignore: decorator
@inline
export function splat(x: f32): v128 {
  return f32x4.splat(x);
}

/** 2^n for four integers in [-252, 254], in two factors so that neither leaves the range of normal floats. */
// @ts-ignore: decorator
@inline
function scale(v: v128, n: v128): v128 {
  const half = i32x4.shr_s(n, 1);
  const bias = i32x4.splat(127);
  const first = i32x4.shl(i32x4.add(half, bias), 23);
  const second = i32x4.shl(i32x4.add(i32x4.sub(n, half), bias), 23);
  return f32x4.mul(f32x4.mul(v, first), second);
}

// @ts-ignore: decorator
@inline
export function exp4(x: v128): v128 {
  const t = f32x4.min(f32x4.max(x, splat(-105)), splat(89));
  const n = f32x4.nearest(f32x4.mul(t, splat(LOG2E)));
  let r = nmadd(n, splat(LN2_HIGH), t);
  r = nmadd(n, splat(LN2_LOW), r);
  let q = madd(splat(0.0001991772442124784), r, splat(0.0013947266852483153));
  q = madd(q, r, splat(0.008333265781402588));
  q = madd(q, r, splat(0.04166625440120697));
  q = madd(q, r, splat(0.1666666716337204));
  q = madd(q, r, splat(0.5));
  const p = f32x4.add(madd(f32x4.mul(r, r), q, r), splat(1));
  return scale(p, i32x4.trunc_sat_f32x4_s(n));
}

/** exp(x) - 1 without cancellation near 0. */
// @ts-ignore: decorator
@inline
export function expm14(x: v128): v128 {
  let q = madd(splat(2.513315121177584e-5), x, splat(0.00020102245616726577));
  q = madd(q, x, splat(0.00138875562697649));
  q = madd(q, x, splat(0.008332590572535992));
  q = madd(q, x, splat(0.04166668653488159));
  q = madd(q, x, splat(0.16666673123836517));
  q = madd(q, x, splat(0.5));
  const near = madd(f32x4.mul(x, x), q, x);
  const far = f32x4.sub(exp4(x), splat(1));
  return v128.bitselect(near, far, f32x4.lt(f32x4.abs(x), splat(0.7)));
}

// @ts-ignore: decorator
@inline
export function log4(x: v128): v128 {
  const tiny = f32x4.lt(x, splat(1.17549435e-38));
  const normal = v128.bitselect(f32x4.mul(x, splat(8388608)), x, tiny);
  // x = m * 2^e with m in [sqrt(1/2), sqrt(2))
  const shifted = i32x4.sub(normal, i32x4.splat(0x3f3504f3));
  let e = f32x4.convert_i32x4_s(i32x4.shr_s(shifted, 23));
  e = f32x4.sub(e, v128.and(tiny, splat(23)));
  const m = i32x4.add(v128.and(shifted, i32x4.splat(0x007fffff)), i32x4.splat(0x3f3504f3));
  const f = f32x4.sub(m, splat(1));
  let p = madd(splat(0.06915487349033356), f, splat(-0.11794037371873856));
  p = madd(p, f, splat(0.11875095218420029));
  p = madd(p, f, splat(-0.12383810430765152));
  p = madd(p, f, splat(0.14218325912952423));
  p = madd(p, f, splat(-0.16669268906116486));
  p = madd(p, f, splat(0.20002242922782898));
  p = madd(p, f, splat(-0.24999986588954926));
  p = madd(p, f, splat(0.3333331048488617));
  const ff = f32x4.mul(f, f);
  let r = f32x4.mul(f32x4.mul(ff, f), p);
  r = madd(e, splat(LN2_LOW), r);
  r = nmadd(ff, splat(0.5), r);
  r = f32x4.add(r, f);
  r = madd(e, splat(LN2_HIGH), r);
  // +infinity stays, 0 gives -infinity, negatives and NaN give NaN
  const finite = f32x4.lt(x, splat(Infinity));
  r = v128.bitselect(r, x, finite);
  r = v128.bitselect(splat(-Infinity), r, f32x4.eq(x, splat(0)));
  return v128.bitselect(splat(NaN), r, f32x4.lt(x, splat(0)));
}

// @ts-ignore: decorator
@inline
export function sigmoid4(x: v128): v128 {
  return f32x4.div(splat(1), f32x4.add(splat(1), exp4(f32x4.neg(x))));
}

// @ts-ignore: decorator
@inline
export function tanh4(x: v128): v128 {
  const a = f32x4.abs(x);
  const z = f32x4.mul(x, x);
  let p = madd(splat(0.002071012044325471), z, splat(-0.008099166676402092));
  p = madd(p, z, splat(0.021669356152415276));
  p = madd(p, z, splat(-0.05394112691283226));
  p = madd(p, z, splat(0.13333162665367126));
  p = madd(p, z, splat(-0.333333283662796));
  const near = madd(f32x4.mul(z, x), p, x);
  const far = f32x4.sub(splat(1), f32x4.div(splat(2), f32x4.add(exp4(f32x4.add(a, a)), splat(1))));
  const signed = v128.or(far, v128.and(x, i32x4.splat(0x80000000)));
  return v128.bitselect(near, signed, f32x4.lt(a, splat(0.625)));
}
