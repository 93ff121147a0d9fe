// One pass over floats: functions of one tensor, arithmetic and comparisons of two with broadcasting, select and casts.
import { loadPart, min32, storePart } from './common';
import { exp4, expm14, log4, sigmoid4, splat, tanh4 } from './functions';
import {
  Binary, BinaryArguments, Broadcast, Comparison, ComparisonArguments, FillArguments, SelectFloatsArguments, Source,
  ToFloatArguments, Unary,
  UnaryArguments,
} from './generated/abi';

// @ts-ignore: decorator
@inline
function apply(op: i32, x: v128, alpha: v128, beta: v128): v128 {
  if (op == Unary.relu) return f32x4.max(x, splat(0));
  if (op == Unary.relu6) return f32x4.min(f32x4.max(x, splat(0)), splat(6));
  if (op == Unary.sigmoid) return sigmoid4(x);
  if (op == Unary.exp) return exp4(x);
  if (op == Unary.log) return log4(x);
  if (op == Unary.sqrt) return f32x4.sqrt(x);
  if (op == Unary.square) return f32x4.mul(x, x);
  if (op == Unary.neg) return f32x4.neg(x);
  if (op == Unary.abs) return f32x4.abs(x);
  if (op == Unary.step) {
    const s = v128.bitselect(splat(1), alpha, f32x4.gt(x, splat(0)));
    return v128.bitselect(s, x, f32x4.eq(x, x));
  }
  if (op == Unary.clip) {
    // the low bound is looked at last but one, as the cpu backend does
    return v128.bitselect(beta, v128.bitselect(alpha, x, f32x4.lt(x, alpha)), f32x4.gt(x, beta));
  }
  if (op == Unary.leakyRelu) return v128.bitselect(f32x4.mul(x, alpha), x, f32x4.lt(x, splat(0)));
  if (op == Unary.elu) return v128.bitselect(x, expm14(x), f32x4.ge(x, splat(0)));
  if (op == Unary.tanh) return tanh4(x);
  if (op == Unary.rsqrt) return f32x4.div(splat(1), f32x4.sqrt(x));
  if (op == Unary.reciprocal) return f32x4.div(splat(1), x);
  if (op == Unary.floor) return f32x4.floor(x);
  if (op == Unary.ceil) return f32x4.ceil(x);
  if (op == Unary.round) return f32x4.nearest(x);
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

/** to = op(from). */
export function unary(args: UnaryArguments, item: i32, _thread: i32): void {
  const block = args.block;
  const start = item * block;
  const n = min32(block, args.count - start);
  const from = args.from + (<usize>start << 2), to = args.to + (<usize>start << 2);
  const alpha = args.alpha, beta = args.beta;
  switch (args.op) {
    case Unary.relu: return mapRange(Unary.relu, from, to, n, alpha, beta);
    case Unary.relu6: return mapRange(Unary.relu6, from, to, n, alpha, beta);
    case Unary.sigmoid: return mapRange(Unary.sigmoid, from, to, n, alpha, beta);
    case Unary.exp: return mapRange(Unary.exp, from, to, n, alpha, beta);
    case Unary.log: return mapRange(Unary.log, from, to, n, alpha, beta);
    case Unary.sqrt: return mapRange(Unary.sqrt, from, to, n, alpha, beta);
    case Unary.square: return mapRange(Unary.square, from, to, n, alpha, beta);
    case Unary.neg: return mapRange(Unary.neg, from, to, n, alpha, beta);
    case Unary.abs: return mapRange(Unary.abs, from, to, n, alpha, beta);
    case Unary.step: return mapRange(Unary.step, from, to, n, alpha, beta);
    case Unary.clip: return mapRange(Unary.clip, from, to, n, alpha, beta);
    case Unary.leakyRelu: return mapRange(Unary.leakyRelu, from, to, n, alpha, beta);
    case Unary.elu: return mapRange(Unary.elu, from, to, n, alpha, beta);
    case Unary.tanh: return mapRange(Unary.tanh, from, to, n, alpha, beta);
    case Unary.rsqrt: return mapRange(Unary.rsqrt, from, to, n, alpha, beta);
    case Unary.reciprocal: return mapRange(Unary.reciprocal, from, to, n, alpha, beta);
    case Unary.floor: return mapRange(Unary.floor, from, to, n, alpha, beta);
    case Unary.ceil: return mapRange(Unary.ceil, from, to, n, alpha, beta);
    case Unary.round: return mapRange(Unary.round, from, to, n, alpha, beta);
    default: unreachable();
  }
}

// @ts-ignore: decorator
@inline
function combine(op: i32, a: v128, b: v128): v128 {
  if (op == Binary.add) return f32x4.add(a, b);
  if (op == Binary.sub) return f32x4.sub(a, b);
  if (op == Binary.mul) return f32x4.mul(a, b);
  if (op == Binary.div) return f32x4.div(a, b);
  if (op == Binary.max) return f32x4.max(a, b);
  if (op == Binary.min) return f32x4.min(a, b);
  if (op == Binary.squaredDifference) {
    const d = f32x4.sub(a, b);
    return f32x4.mul(d, d);
  }
  if (op == Binary.eluGrad) { // dy, y
    return v128.bitselect(a, f32x4.mul(a, f32x4.add(b, splat(1))), f32x4.ge(b, splat(0)));
  }
  if (op == Binary.prelu) return v128.bitselect(f32x4.mul(b, a), a, f32x4.lt(a, splat(0))); // Prelu: x, alpha
  if (op == Binary.reluGrad) return v128.andnot(a, f32x4.le(b, splat(0))); // ReluGrad: dy, y
  return a;
}

/** Combines rows; what `mode` names is one number. */
// @ts-ignore: decorator
@inline
function combineRow(op: i32, mode: i32, a: usize, b: usize, to: usize, n: i32): void {
  const oneA = mode == Broadcast.a ? v128.load32_splat(a) : splat(0);
  const oneB = mode == Broadcast.b ? v128.load32_splat(b) : splat(0);
  let i: usize = 0;
  const whole = <usize>(n & ~3) << 2;
  for (; i < whole; i += 16) {
    v128.store(
      to + i, combine(op, mode == Broadcast.a ? oneA : v128.load(a + i), mode == Broadcast.b ? oneB : v128.load(b + i)),
    );
  }
  n &= 3;
  if (n) {
    storePart(
      to + i,
      combine(op, mode == Broadcast.a ? oneA : loadPart(a + i, n), mode == Broadcast.b ? oneB : loadPart(b + i, n)), n,
    );
  }
}

// @ts-ignore: decorator
@inline
function combineRows(args: BinaryArguments, op: i32, mode: i32, row: i32, end: i32, n: i32, pitch: usize): void {
  // rows along the last outer dimension lie at even distances: their place is looked for once
  const rank = args.axesLength;
  const last = args.axes(rank - 1);
  const pitchA = <usize>last.strideA << 2, pitchB = <usize>last.strideB << 2;
  let to = args.to + <usize>row * pitch;
  while (row < end) {
    let a = args.a, b = args.b;
    let rest = row, count = end - row;
    for (let d = rank - 1; d >= 0; d--) {
      const axis = args.axes(d);
      const size = axis.size;
      const q = rest / size;
      const k = rest - q * size;
      if (d == rank - 1) count = min32(count, size - k);
      a += <usize>k * <usize>axis.strideA << 2;
      b += <usize>k * <usize>axis.strideB << 2;
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
function combineAny(args: BinaryArguments, op: i32, mode: i32, item: i32): void {
  const block = args.block, inner = args.inner, rows = args.rows;
  if (rows == 1) {
    const start = item * block;
    const n = min32(block, inner - start);
    const at = <usize>start << 2;
    combineRow(
      op, mode, args.a + (mode == Broadcast.a ? 0 : at), args.b + (mode == Broadcast.b ? 0 : at), args.to + at, n,
    );
  } else {
    combineRows(args, op, mode, item * block, min32(rows, (item + 1) * block), inner, <usize>inner << 2);
  }
}

// @ts-ignore: decorator
@inline
function combineMode(args: BinaryArguments, op: i32, item: i32): void {
  const mode = args.broadcast;
  if (mode == Broadcast.none) combineAny(args, op, Broadcast.none, item);
  else if (mode == Broadcast.a) combineAny(args, op, Broadcast.a, item);
  else combineAny(args, op, Broadcast.b, item);
}

/**
 * to = op(a, b). The result is `rows` rows of `inner` floats, rows numbered over the outer dimensions; a and b are
 * found by a stride for each (0 where broadcast) along each outer dimension. Where rows is 1, items share the inner
 * dimension.
 */
export function binary(args: BinaryArguments, item: i32, _thread: i32): void {
  switch (args.op) {
    case Binary.add: return combineMode(args, Binary.add, item);
    case Binary.sub: return combineMode(args, Binary.sub, item);
    case Binary.mul: return combineMode(args, Binary.mul, item);
    case Binary.div: return combineMode(args, Binary.div, item);
    case Binary.max: return combineMode(args, Binary.max, item);
    case Binary.min: return combineMode(args, Binary.min, item);
    case Binary.squaredDifference: return combineMode(args, Binary.squaredDifference, item);
    case Binary.eluGrad: return combineMode(args, Binary.eluGrad, item);
    case Binary.prelu: return combineMode(args, Binary.prelu, item);
    case Binary.reluGrad: return combineMode(args, Binary.reluGrad, item);
    default: unreachable();
  }
}

// @ts-ignore: decorator
@inline
function compare(op: i32, a: v128, b: v128): v128 {
  if (op == Comparison.greater) return f32x4.gt(a, b);
  if (op == Comparison.greaterEqual) return f32x4.ge(a, b);
  if (op == Comparison.less) return f32x4.lt(a, b);
  if (op == Comparison.lessEqual) return f32x4.le(a, b);
  if (op == Comparison.equal) return f32x4.eq(a, b);
  return f32x4.ne(a, b);
}

// @ts-ignore: decorator
@inline
function compareRange(args: ComparisonArguments, op: i32, mode: i32, item: i32): void {
  const block = args.block;
  const start = item * block;
  let n = min32(block, args.count - start);
  let a = args.a, b = args.b, to = args.to + <usize>start;
  const oneA = v128.load32_splat(a), oneB = v128.load32_splat(b);
  a += <usize>start << 2;
  b += <usize>start << 2;
  for (; n > 0; n -= 4) {
    const mask = compare(op, mode == Broadcast.a ? oneA : loadPart(a, n), mode == Broadcast.b ? oneB : loadPart(b, n));
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
function compareMode(args: ComparisonArguments, op: i32, item: i32): void {
  const mode = args.broadcast;
  if (mode == Broadcast.none) compareRange(args, op, Broadcast.none, item);
  else if (mode == Broadcast.a) compareRange(args, op, Broadcast.a, item);
  else compareRange(args, op, Broadcast.b, item);
}

/** to = op(a, b) as bytes 0 and 1. */
export function comparison(args: ComparisonArguments, item: i32, _thread: i32): void {
  switch (args.op) {
    case Comparison.greater: return compareMode(args, Comparison.greater, item);
    case Comparison.greaterEqual: return compareMode(args, Comparison.greaterEqual, item);
    case Comparison.less: return compareMode(args, Comparison.less, item);
    case Comparison.lessEqual: return compareMode(args, Comparison.lessEqual, item);
    case Comparison.equal: return compareMode(args, Comparison.equal, item);
    case Comparison.notEqual: return compareMode(args, Comparison.notEqual, item);
    default: unreachable();
  }
}

/** to = condition ? a : b, condition in bytes. */
export function selectFloats(args: SelectFloatsArguments, item: i32, _thread: i32): void {
  const block = args.block;
  const start = item * block;
  let n = min32(block, args.count - start);
  let c = args.condition + <usize>start;
  const at = <usize>start << 2;
  let a = args.a + at, b = args.b + at, to = args.to + at;
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

/** to = from, bytes or 32-bit integers, as floats. */
export function toFloat(args: ToFloatArguments, item: i32, _thread: i32): void {
  const block = args.block;
  const start = item * block;
  let n = min32(block, args.count - start);
  let from = args.from, to = args.to + (<usize>start << 2);
  if (args.source == Source.bytes) {
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

/** Fills with one number. */
export function fill(args: FillArguments, item: i32, _thread: i32): void {
  const block = args.block;
  const start = item * block;
  let n = min32(block, args.count - start);
  let to = args.to + (<usize>start << 2);
  const v = args.value;
  for (; n >= 4; n -= 4) {
    v128.store(to, v);
    to += 16;
  }
  if (n > 0) storePart(to, v, n);
}
