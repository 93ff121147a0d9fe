// One pass over floats: functions of one tensor, arithmetic and comparisons of two with broadcasting, select and casts.
import { argF, argI, argP, loadPart, min32, storePart } from './common';
import { exp4, expm14, log4, sigmoid4, splat, tanh4 } from './functions';

// @ts-ignore: decorator
@inline
function apply(op: i32, x: v128, alpha: v128, beta: v128): v128 {
  if (op == 0) return f32x4.max(x, splat(0));
  if (op == 1) return f32x4.min(f32x4.max(x, splat(0)), splat(6));
  if (op == 2) return sigmoid4(x);
  if (op == 3) return exp4(x);
  if (op == 4) return log4(x);
  if (op == 5) return f32x4.sqrt(x);
  if (op == 6) return f32x4.mul(x, x);
  if (op == 7) return f32x4.neg(x);
  if (op == 8) return f32x4.abs(x);
  if (op == 9) {
    const s = v128.bitselect(splat(1), alpha, f32x4.gt(x, splat(0)));
    return v128.bitselect(s, x, f32x4.eq(x, x));
  }
  if (op == 10) {
    // the low bound is looked at last but one, as the cpu backend does
    return v128.bitselect(beta, v128.bitselect(alpha, x, f32x4.lt(x, alpha)), f32x4.gt(x, beta));
  }
  if (op == 11) return v128.bitselect(f32x4.mul(x, alpha), x, f32x4.lt(x, splat(0)));
  if (op == 12) return v128.bitselect(x, expm14(x), f32x4.ge(x, splat(0)));
  if (op == 13) return tanh4(x);
  if (op == 14) return f32x4.div(splat(1), f32x4.sqrt(x));
  if (op == 15) return f32x4.div(splat(1), x);
  if (op == 16) return f32x4.floor(x);
  if (op == 17) return f32x4.ceil(x);
  if (op == 18) return f32x4.nearest(x);
  return x;
}

// @ts-ignore: decorator
@inline
function mapRange(op: i32, from: usize, to: usize, n: i32, alpha: v128, beta: v128): void {
  for (; n >= 8; n -= 8) {
    const v = apply(op, v128.load(from), alpha, beta), w = apply(op, v128.load(from, 16), alpha, beta);
    v128.store(to, v);
    v128.store(to, w, 16);
    from += 32;
    to += 32;
  }
  for (; n > 0; n -= 4) {
    storePart(to, apply(op, loadPart(from, n), alpha, beta), n);
    from += 16;
    to += 16;
  }
}

/** to = op(from). Arguments: from, to, count, op, block, alpha, beta. */
export function unary(item: i32, _thread: i32): void {
  const block = argI(4);
  const start = item * block;
  const n = min32(block, argI(2) - start);
  const from = argP(0) + (<usize>start << 2), to = argP(1) + (<usize>start << 2);
  const alpha = splat(argF(5)), beta = splat(argF(6));
  switch (argI(3)) {
    case 0: return mapRange(0, from, to, n, alpha, beta);
    case 1: return mapRange(1, from, to, n, alpha, beta);
    case 2: return mapRange(2, from, to, n, alpha, beta);
    case 3: return mapRange(3, from, to, n, alpha, beta);
    case 4: return mapRange(4, from, to, n, alpha, beta);
    case 5: return mapRange(5, from, to, n, alpha, beta);
    case 6: return mapRange(6, from, to, n, alpha, beta);
    case 7: return mapRange(7, from, to, n, alpha, beta);
    case 8: return mapRange(8, from, to, n, alpha, beta);
    case 9: return mapRange(9, from, to, n, alpha, beta);
    case 10: return mapRange(10, from, to, n, alpha, beta);
    case 11: return mapRange(11, from, to, n, alpha, beta);
    case 12: return mapRange(12, from, to, n, alpha, beta);
    case 13: return mapRange(13, from, to, n, alpha, beta);
    case 14: return mapRange(14, from, to, n, alpha, beta);
    case 15: return mapRange(15, from, to, n, alpha, beta);
    case 16: return mapRange(16, from, to, n, alpha, beta);
    case 17: return mapRange(17, from, to, n, alpha, beta);
    case 18: return mapRange(18, from, to, n, alpha, beta);
    default: unreachable();
  }
}

// @ts-ignore: decorator
@inline
function combine(op: i32, a: v128, b: v128): v128 {
  if (op == 0) return f32x4.add(a, b);
  if (op == 1) return f32x4.sub(a, b);
  if (op == 2) return f32x4.mul(a, b);
  if (op == 3) return f32x4.div(a, b);
  if (op == 4) return f32x4.max(a, b);
  if (op == 5) return f32x4.min(a, b);
  if (op == 6) {
    const d = f32x4.sub(a, b);
    return f32x4.mul(d, d);
  }
  if (op == 7) return v128.bitselect(a, f32x4.mul(a, f32x4.add(b, splat(1))), f32x4.ge(b, splat(0))); // EluGrad: dy, y
  if (op == 8) return v128.bitselect(f32x4.mul(b, a), a, f32x4.lt(a, splat(0))); // Prelu: x, alpha
  if (op == 9) return v128.andnot(a, f32x4.le(b, splat(0))); // ReluGrad: dy, y
  return a;
}

// modes: 0 both are rows, 1 a is one number a row, 2 b is
// @ts-ignore: decorator
@inline
function combineRow(op: i32, mode: i32, a: usize, b: usize, to: usize, n: i32): void {
  const oneA = mode == 1 ? v128.load32_splat(a) : splat(0), oneB = mode == 2 ? v128.load32_splat(b) : splat(0);
  let i: usize = 0;
  const whole = <usize>(n & ~3) << 2;
  for (; i < whole; i += 16) {
    v128.store(to + i, combine(op, mode == 1 ? oneA : v128.load(a + i), mode == 2 ? oneB : v128.load(b + i)));
  }
  n &= 3;
  if (n) storePart(to + i, combine(op, mode == 1 ? oneA : loadPart(a + i, n), mode == 2 ? oneB : loadPart(b + i, n)), n);
}

// @ts-ignore: decorator
@inline
function combineRows(op: i32, mode: i32, row: i32, end: i32, n: i32, pitch: usize): void {
  const rank = argI(9);
  // rows along the last outer dimension lie at even distances: their place is looked for once
  const last: usize = 13 + <usize>rank * 3;
  const pitchA = argP(last + 1) << 2, pitchB = argP(last + 2) << 2;
  let to = argP(2) + <usize>row * pitch;
  while (row < end) {
    let a = argP(0), b = argP(1);
    let rest = row, count = end - row;
    for (let d = rank - 1; d >= 0; d--) {
      const entry: usize = 16 + <usize>d * 3;
      const size = argI(entry);
      const q = rest / size;
      const k = rest - q * size;
      if (d == rank - 1) count = min32(count, size - k);
      a += <usize>k * argP(entry + 1) << 2;
      b += <usize>k * argP(entry + 2) << 2;
      rest = q;
    }
    row += count;
    for (; count > 0; count--) {
      combineRow(op, mode, a, b, to, n);
      a += pitchA;
      b += pitchB;
      to += pitch;
    }
  }
}

// @ts-ignore: decorator
@inline
function combineAny(op: i32, mode: i32, item: i32): void {
  const block = argI(8), inner = argI(5), rows = argI(4);
  if (rows == 1) {
    const start = item * block;
    const n = min32(block, inner - start);
    const at = <usize>start << 2;
    combineRow(op, mode, argP(0) + (mode == 1 ? 0 : at), argP(1) + (mode == 2 ? 0 : at), argP(2) + at, n);
  } else {
    combineRows(op, mode, item * block, min32(rows, (item + 1) * block), inner, <usize>inner << 2);
  }
}

// @ts-ignore: decorator
@inline
function combineMode(op: i32, item: i32): void {
  const mode = argI(6);
  if (mode == 0) combineAny(op, 0, item);
  else if (mode == 1) combineAny(op, 1, item);
  else combineAny(op, 2, item);
}

/**
 * to = op(a, b). The result is `rows` rows of `inner` floats, rows numbered over the outer dimensions; a and b are found by a
 * stride for each (0 where broadcast). Arguments: a, b, to, op, rows, inner, mode, -, block, outer rank, then from 16 on
 * (size, stride of a, stride of b) for each outer dimension. Where rows is 1, items share the inner dimension.
 */
export function binary(item: i32, _thread: i32): void {
  switch (argI(3)) {
    case 0: return combineMode(0, item);
    case 1: return combineMode(1, item);
    case 2: return combineMode(2, item);
    case 3: return combineMode(3, item);
    case 4: return combineMode(4, item);
    case 5: return combineMode(5, item);
    case 6: return combineMode(6, item);
    case 7: return combineMode(7, item);
    case 8: return combineMode(8, item);
    case 9: return combineMode(9, item);
    default: unreachable();
  }
}

// @ts-ignore: decorator
@inline
function compare(op: i32, a: v128, b: v128): v128 {
  if (op == 0) return f32x4.gt(a, b);
  if (op == 1) return f32x4.ge(a, b);
  if (op == 2) return f32x4.lt(a, b);
  if (op == 3) return f32x4.le(a, b);
  if (op == 4) return f32x4.eq(a, b);
  return f32x4.ne(a, b);
}

// @ts-ignore: decorator
@inline
function compareRange(op: i32, mode: i32, item: i32): void {
  const block = argI(5);
  const start = item * block;
  let n = min32(block, argI(4) - start);
  let a = argP(0), b = argP(1), to = argP(2) + <usize>start;
  const oneA = v128.load32_splat(a), oneB = v128.load32_splat(b);
  a += <usize>start << 2;
  b += <usize>start << 2;
  for (; n > 0; n -= 4) {
    const mask = compare(op, mode == 1 ? oneA : loadPart(a, n), mode == 2 ? oneB : loadPart(b, n));
    const bits = i32x4.bitmask(mask);
    // bit i to byte i
    const bytes = ((bits & 1) | ((bits & 2) << 7) | ((bits & 4) << 14) | ((bits & 8) << 21));
    if (n >= 4) {
      store<i32>(to, bytes);
    } else {
      for (let i = 0; i < n; i++) store<u8>(to + <usize>i, <u8>(bytes >> (i << 3)));
    }
    a += 16;
    b += 16;
    to += 4;
  }
}

// @ts-ignore: decorator
@inline
function compareMode(op: i32, item: i32): void {
  const mode = argI(6);
  if (mode == 0) compareRange(op, 0, item);
  else if (mode == 1) compareRange(op, 1, item);
  else compareRange(op, 2, item);
}

/** to = op(a, b) as bytes 0 and 1. Arguments: a, b, to, op, count, block, mode. */
export function comparison(item: i32, _thread: i32): void {
  switch (argI(3)) {
    case 0: return compareMode(0, item);
    case 1: return compareMode(1, item);
    case 2: return compareMode(2, item);
    case 3: return compareMode(3, item);
    case 4: return compareMode(4, item);
    case 5: return compareMode(5, item);
    default: unreachable();
  }
}

/** to = condition ? a : b, condition in bytes. Arguments: condition, a, b, to, count, block. */
export function select4(item: i32, _thread: i32): void {
  const block = argI(5);
  const start = item * block;
  let n = min32(block, argI(4) - start);
  let c = argP(0) + <usize>start;
  const at = <usize>start << 2;
  let a = argP(1) + at, b = argP(2) + at, to = argP(3) + at;
  for (; n >= 4; n -= 4) {
    const bytes = v128.load32_zero(c);
    const wide = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(bytes));
    v128.store(to, v128.bitselect(v128.load(a), v128.load(b), i32x4.ne(wide, i32x4.splat(0))));
    c += 4;
    a += 16;
    b += 16;
    to += 16;
  }
  for (; n > 0; n--) {
    store<f32>(to, load<u8>(c) ? load<f32>(a) : load<f32>(b));
    c += 1;
    a += 4;
    b += 4;
    to += 4;
  }
}

/** to = from as floats; kind 0 reads bytes, 1 reads 32-bit integers. Arguments: from, to, count, kind, block. */
export function toFloat(item: i32, _thread: i32): void {
  const block = argI(4);
  const start = item * block;
  let n = min32(block, argI(2) - start);
  let from = argP(0), to = argP(1) + (<usize>start << 2);
  if (argI(3) == 0) {
    from += <usize>start;
    for (; n >= 4; n -= 4) {
      v128.store(to, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(from)))));
      from += 4;
      to += 16;
    }
    for (; n > 0; n--) {
      store<f32>(to, <f32>load<u8>(from));
      from += 1;
      to += 4;
    }
  } else {
    from += <usize>start << 2;
    for (; n >= 4; n -= 4) {
      v128.store(to, f32x4.convert_i32x4_s(v128.load(from)));
      from += 16;
      to += 16;
    }
    for (; n > 0; n--) {
      store<f32>(to, <f32>load<i32>(from));
      from += 4;
      to += 4;
    }
  }
}

/** Fills with one 32-bit pattern. Arguments: to, count, bits, block. */
export function fill(item: i32, _thread: i32): void {
  const block = argI(3);
  const start = item * block;
  let n = min32(block, argI(1) - start);
  let to = argP(0) + (<usize>start << 2);
  const v = i32x4.splat(argI(2));
  for (; n >= 4; n -= 4) {
    v128.store(to, v);
    to += 16;
  }
  for (; n > 0; n--) {
    store<i32>(to, argI(2));
    to += 4;
  }
}
