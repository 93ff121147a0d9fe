// Normalization over [outer, rows, columns]: moments of columns, sums for their gradient, and the affine map of
// columns.
import { loadPart, madd, min32, storePart } from './common';
import { AffineColumnsArguments, ColumnMomentsArguments, ColumnProductsArguments } from './generated/abi';

/**
 * Means of columns and sums of squared deviations from them over one chunk of rows, which stays in cache: a second pass
 * around the first one's means also corrects them. Written as to [item][2][columns]; an item is (outer, chunk).
 */
export function columnMoments(args: ColumnMomentsArguments, item: i32, _thread: i32): void {
  const rows = args.rows, columns = args.columns, chunk = args.chunk, chunks = args.chunks;
  const o = item / chunks;
  const start = (item - o * chunks) * chunk;
  const count = min32(chunk, rows - start);
  const pitch = <usize>columns << 2;
  const from = args.x + (<usize>o * <usize>rows + <usize>start) * pitch;
  const to = args.to + <usize>item * pitch * 2;
  let i = 0;
  for (; i + 16 <= columns; i += 16) moments16(from + (<usize>i << 2), pitch, count, to + (<usize>i << 2));
  for (; i < columns; i += 4) moments4(from + (<usize>i << 2), pitch, count, to + (<usize>i << 2), columns - i);
}

function moments16(from: usize, pitch: usize, count: i32, to: usize): void {
  const share = f32x4.splat(1 / <f32>count);
  let a = f32x4.splat(0), b = a, c = a, d = a;
  let at = from;
  for (let r = 0; r < count; r++) {
    a = f32x4.add(a, v128.load(at));
    b = f32x4.add(b, v128.load(at, 16));
    c = f32x4.add(c, v128.load(at, 32));
    d = f32x4.add(d, v128.load(at, 48));
    at += pitch;
  }
  deviations(from, pitch, count, share, f32x4.mul(a, share), to, pitch, 4);
  deviations(from + 16, pitch, count, share, f32x4.mul(b, share), to + 16, pitch, 4);
  deviations(from + 32, pitch, count, share, f32x4.mul(c, share), to + 32, pitch, 4);
  deviations(from + 48, pitch, count, share, f32x4.mul(d, share), to + 48, pitch, 4);
}

function moments4(from: usize, pitch: usize, count: i32, to: usize, n: i32): void {
  const share = f32x4.splat(1 / <f32>count);
  let a = f32x4.splat(0);
  let at = from;
  for (let r = 0; r < count; r++) {
    a = f32x4.add(a, v128.load(at));
    at += pitch;
  }
  deviations(from, pitch, count, share, f32x4.mul(a, share), to, pitch, n);
}

/** Writes the mean of four columns, near `mean`, and behind it the sum of squared deviations. */
function deviations(
  at: usize, pitch: usize, count: i32, share: v128, mean: v128, to: usize, next: usize, n: i32,
): void {
  let sum = f32x4.splat(0), squares = sum;
  for (let r = 0; r < count; r++) {
    const d = f32x4.sub(v128.load(at), mean);
    sum = f32x4.add(sum, d);
    squares = madd(d, d, squares);
    at += pitch;
  }
  const shift = f32x4.mul(sum, share);
  storePart(to, f32x4.add(mean, shift), n);
  storePart(to + next, f32x4.sub(squares, f32x4.mul(sum, shift)), n);
}

/**
 * Sums over one chunk of rows of dy and of dy times the deviation of x from `means` [outer][columns], written as
 * to [item][2][columns].
 */
export function columnProducts(args: ColumnProductsArguments, item: i32, _thread: i32): void {
  const rows = args.rows, columns = args.columns, chunk = args.chunk, chunks = args.chunks;
  const o = item / chunks;
  const start = (item - o * chunks) * chunk;
  const count = min32(chunk, rows - start);
  const pitch = <usize>columns << 2;
  const offset = (<usize>o * <usize>rows + <usize>start) * pitch;
  const x = args.x + offset, dy = args.dy + offset, means = args.means + <usize>o * pitch;
  const to = args.to + <usize>item * pitch * 2;
  let i = 0;
  for (; i + 8 <= columns; i += 8) {
    const at = <usize>i << 2;
    let p = x + at, g = dy + at;
    const m0 = v128.load(means + at), m1 = v128.load(means + at, 16);
    let s0 = f32x4.splat(0), s1 = s0, q0 = s0, q1 = s0;
    for (let r = 0; r < count; r++) {
      const g0 = v128.load(g), g1 = v128.load(g, 16);
      s0 = f32x4.add(s0, g0);
      s1 = f32x4.add(s1, g1);
      q0 = madd(g0, f32x4.sub(v128.load(p), m0), q0);
      q1 = madd(g1, f32x4.sub(v128.load(p, 16), m1), q1);
      p += pitch;
      g += pitch;
    }
    v128.store(to + at, s0);
    v128.store(to + at, s1, 16);
    v128.store(to + at + pitch, q0);
    v128.store(to + at + pitch, q1, 16);
  }
  for (; i < columns; i += 4) {
    const at = <usize>i << 2;
    let p = x + at, g = dy + at;
    const m = v128.load(means + at);
    let s = f32x4.splat(0), q = s;
    for (let r = 0; r < count; r++) {
      const d = v128.load(g);
      s = f32x4.add(s, d);
      q = madd(d, f32x4.sub(v128.load(p), m), q);
      p += pitch;
      g += pitch;
    }
    storePart(to + at, s, columns - i);
    storePart(to + at + pitch, q, columns - i);
  }
}

/**
 * out = (x - mean) * factor + offset, and + dy * share where there is dy, `block` rows an item. The table is
 * [outer][mean, factor, offset, share][columns].
 */
export function affineColumns(args: AffineColumnsArguments, item: i32, _thread: i32): void {
  const rows = args.rows, columns = args.columns, block = args.block, blocks = args.blocks, dy = args.dy;
  const o = item / blocks;
  const start = (item - o * blocks) * block;
  const count = min32(block, rows - start);
  const pitch = <usize>columns << 2;
  const offset = (<usize>o * <usize>rows + <usize>start) * pitch;
  const table = args.table + <usize>o * pitch * 4;
  let p = args.x + offset, to = args.out + offset, g = dy + offset;
  for (let r = 0; r < count; r++) {
    for (let i = 0; i < columns; i += 4) {
      const at = <usize>i << 2;
      const n = columns - i;
      const mean = table + at;
      const deviation = f32x4.sub(loadPart(p + at, n), v128.load(mean));
      let v = madd(deviation, v128.load(mean + pitch), v128.load(mean + pitch * 2));
      if (dy) v = madd(loadPart(g + at, n), v128.load(mean + pitch * 3), v);
      storePart(to + at, v, n);
    }
    p += pitch;
    to += pitch;
    g += pitch;
  }
}
