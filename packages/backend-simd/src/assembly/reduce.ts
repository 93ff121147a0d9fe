// Sums and maxima along rows or columns, and softmax of rows.
import { loadPart, min32, storePart } from './common';
import { exp4, splat } from './functions';
import {
  Fold, FoldColumnsArguments, FoldRowsArguments, SoftmaxRowsArguments, SumStretchArguments,
} from './generated/abi';

// @ts-ignore: decorator
@inline
function fold(op: i32, a: v128, b: v128): v128 {
  // a maximum ignores no NaN: the wasm instruction passes it on, as Math.max does
  return op == Fold.sum ? f32x4.add(a, b) : f32x4.max(a, b);
}

// @ts-ignore: decorator
@inline
function foldLanes(op: i32, v: v128): f32 {
  const a = f32x4.extract_lane(v, 0), b = f32x4.extract_lane(v, 1), c = f32x4.extract_lane(v, 2);
  const d = f32x4.extract_lane(v, 3);
  return op == Fold.sum ? a + b + (c + d) : max<f32>(max<f32>(a, b), max<f32>(c, d));
}

/** Sum or maximum of n floats: blocks of 256 in single precision, the blocks in double. */
// @ts-ignore: decorator
@inline
function foldRow(op: i32, from: usize, n: i32): f32 {
  let sum: f64 = 0;
  let top = splat(-Infinity);
  while (n >= 16) {
    const count = min32(n & ~15, 256);
    let a = v128.load(from), b = v128.load(from, 16), c = v128.load(from, 32), d = v128.load(from, 48);
    for (let i = 16; i < count; i += 16) {
      from += 64;
      a = fold(op, a, v128.load(from));
      b = fold(op, b, v128.load(from, 16));
      c = fold(op, c, v128.load(from, 32));
      d = fold(op, d, v128.load(from, 48));
    }
    from += 64;
    n -= count;
    const v = fold(op, fold(op, a, b), fold(op, c, d));
    if (op == Fold.sum) sum += <f64>foldLanes(Fold.sum, v);
    else top = f32x4.max(top, v);
  }
  let last = op == Fold.sum ? <f32>0 : foldLanes(Fold.max, top);
  for (; n > 0; n--) {
    if (op == Fold.sum) sum += <f64>load<f32>(from);
    else last = max<f32>(last, load<f32>(from));
    from += 4;
  }
  return op == Fold.sum ? <f32>sum : last;
}

/** to[r] = fold of row r, a sum times a factor; `block` rows an item. */
export function foldRows(args: FoldRowsArguments, item: i32, _thread: i32): void {
  const length = args.length, op = args.fold, block = args.block, factor = args.factor;
  const end = min32(args.rows, (item + 1) * block);
  for (let r = item * block; r < end; r++) {
    const at = args.from + (<usize>r * <usize>length << 2);
    store<f32>(
      args.to + (<usize>r << 2),
      op == Fold.sum ? foldRow(Fold.sum, at, length) * factor : foldRow(Fold.max, at, length),
    );
  }
}

// @ts-ignore: decorator
@inline
function foldColumn(op: i32, from: usize, pitch: usize, rows: i32, to: usize, n: i32, factor: v128): void {
  let total = op == Fold.sum ? splat(0) : splat(-Infinity);
  for (let r = 0; r < rows; ) {
    const end = min32(rows, r + 64);
    let v = n >= 4 ? v128.load(from) : loadPart(from, n);
    from += pitch;
    for (r++; r < end; r++) {
      v = fold(op, v, n >= 4 ? v128.load(from) : loadPart(from, n));
      from += pitch;
    }
    total = fold(op, total, v);
  }
  storePart(to, op == Fold.sum ? f32x4.mul(total, factor) : total, n);
}

/**
 * Folds the middle of [outer, middle, inner] chunk by chunk: to[outer][chunk][inner]. An item is one (outer, chunk).
 */
export function foldColumns(args: FoldColumnsArguments, item: i32, _thread: i32): void {
  const middle = args.middle, op = args.fold, inner = args.inner, chunk = args.chunk, chunks = args.chunks;
  const o = item / chunks;
  const start = (item - o * chunks) * chunk;
  const rows = min32(chunk, middle - start);
  const pitch = <usize>inner << 2;
  const from = args.from + (<usize>o * <usize>middle + <usize>start) * pitch;
  const to = args.to + <usize>item * pitch;
  const factor = args.factor;
  for (let i = 0; i < inner; i += 4) {
    const at = <usize>i << 2;
    if (op == Fold.sum) foldColumn(Fold.sum, from + at, pitch, rows, to + at, inner - i, factor);
    else foldColumn(Fold.max, from + at, pitch, rows, to + at, inner - i, factor);
  }
}

/** Softmax of rows, `block` an item. */
export function softmaxRows(args: SoftmaxRowsArguments, item: i32, _thread: i32): void {
  const length = args.length, block = args.block;
  const end = min32(args.rows, (item + 1) * block);
  for (let r = item * block; r < end; r++) {
    const from = args.from + (<usize>r * <usize>length << 2), to = args.to + (<usize>r * <usize>length << 2);
    const top = splat(foldRow(Fold.max, from, length));
    for (let i = 0; i < length; i += 4) {
      const at = <usize>i << 2;
      storePart(to + at, exp4(f32x4.sub(loadPart(from + at, length - i), top)), length - i);
    }
    const factor = splat(foldRow(Fold.sum, to, length));
    for (let i = 0; i < length; i += 4) {
      const at = <usize>i << 2;
      storePart(to + at, f32x4.div(loadPart(to + at, length - i), factor), length - i);
    }
  }
}

/**
 * The sum of one stretch of one of many tensors, or of its squares. The table has two numbers a stretch: address,
 * count.
 */
export function sumStretch(args: SumStretchArguments, item: i32, _thread: i32): void {
  const entry = args.table + (<usize>item << 3);
  const squares = args.squares;
  let from = <usize>load<u32>(entry), n = load<i32>(entry, 4);
  let a = splat(0), b = a, c = a, d = a;
  for (; n >= 16; n -= 16) {
    const p = v128.load(from), q = v128.load(from, 16), r = v128.load(from, 32), s = v128.load(from, 48);
    a = f32x4.add(a, squares ? f32x4.mul(p, p) : p);
    b = f32x4.add(b, squares ? f32x4.mul(q, q) : q);
    c = f32x4.add(c, squares ? f32x4.mul(r, r) : r);
    d = f32x4.add(d, squares ? f32x4.mul(s, s) : s);
    from += 64;
  }
  for (; n > 0; n -= 4) {
    const p = loadPart(from, n);
    a = f32x4.add(a, squares ? f32x4.mul(p, p) : p);
    from += 16;
  }
  store<f32>(args.to + (<usize>item << 2), foldLanes(Fold.sum, f32x4.add(f32x4.add(a, b), f32x4.add(c, d))));
}
