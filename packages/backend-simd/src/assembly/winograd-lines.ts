// Winograd's convolution along one axis. Patches and filters are polynomials, multiplied by their values at 0, a, -a,
// b, -b and infinity: six products give four outputs of three taps, or five of two. Everything is done to four channels
// at once.
// Sources: Lavin, Gray, "Fast Algorithms for Convolutional Neural Networks", 2015, arXiv:1509.09308; Barabasz,
// Anderson, Soodhalter, Gregg, "Error Analysis and Improving the Accuracy of Winograd Convolution for Deep Neural
// Networks", 2020, doi:10.1145/3412380.
import { madd, nmadd } from './common';
import { activate } from './store-tile';

/** Bytes of a row of a patch in scratch: six vectors. */
export const PATCH_ROW: usize = 96;

/** Bt d of a column of a patch: the part of it that meets each of the points. Results lie a row of the patch apart. */
// @ts-ignore: decorator
@inline
export function inputColumn(
  d0: v128, d1: v128, d2: v128, d3: v128, d4: v128, d5: v128, to: usize,
  a: v128, b: v128, a2: v128, b2: v128, product: v128, sum: v128,
): void {
  v128.store(to, madd(product, d0, nmadd(sum, d2, d4)));
  v128.store(to, madd(product, d1, nmadd(sum, d3, d5)), 5 * PATCH_ROW);
  const p = nmadd(b2, d2, d4), q = nmadd(b2, d1, d3);
  v128.store(to, madd(a, q, p), PATCH_ROW);
  v128.store(to, nmadd(a, q, p), 2 * PATCH_ROW);
  const r = nmadd(a2, d2, d4), s = nmadd(a2, d1, d3);
  v128.store(to, madd(b, s, r), 3 * PATCH_ROW);
  v128.store(to, nmadd(b, s, r), 4 * PATCH_ROW);
}

/** The same of a row, results `step` bytes apart. */
// @ts-ignore: decorator
@inline
export function inputRow(
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

/** G w of one row or column of a filter, scaled. Results lie `step` bytes apart. */
// @ts-ignore: decorator
@inline
export function filterLine(
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

/** At m: `size` (2 to 5) coefficients of the product from its parts at the points. */
// @ts-ignore: decorator
@inline
export function outputLine(
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

/** The same for `size` 4 or 5 with bias and activation. */
// @ts-ignore: decorator
@inline
export function outputRow(
  size: i32, m0: v128, m1: v128, m2: v128, m3: v128, m4: v128, m5: v128, to: usize, step: usize,
  bias: v128, activation: i32, a: v128, b: v128, a2: v128, b2: v128, a3: v128, b3: v128, a4: v128, b4: v128,
): void {
  const s = f32x4.add(m1, m2), t = f32x4.add(m3, m4), u = f32x4.sub(m1, m2), v = f32x4.sub(m3, m4);
  v128.store(to, activate(f32x4.add(f32x4.add(m0, f32x4.add(s, t)), bias), activation));
  to += step;
  v128.store(to, activate(f32x4.add(madd(a, u, f32x4.mul(b, v)), bias), activation));
  to += step;
  v128.store(to, activate(f32x4.add(madd(a2, s, f32x4.mul(b2, t)), bias), activation));
  to += step;
  const y3 = madd(a3, u, f32x4.mul(b3, v));
  v128.store(to, activate(f32x4.add(size == 4 ? f32x4.add(y3, m5) : y3, bias), activation));
  if (size > 4) {
    const y4 = f32x4.add(madd(a4, s, f32x4.mul(b4, t)), m5);
    v128.store(to + step, activate(f32x4.add(y4, bias), activation));
  }
}

/** G d without its scale: values of the polynomial of `size` (4 or 5) coefficients at the points. */
// @ts-ignore: decorator
@inline
export function dyLine(
  size: i32, from: usize, to: usize, step: usize, a: v128, b: v128, a2: v128, b2: v128, a4: v128, b4: v128,
): void {
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
