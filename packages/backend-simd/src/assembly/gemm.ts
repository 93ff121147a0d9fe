// The inner loop of everything dense: a tile of 6 rows by 8 columns. 12 accumulators, two vectors of B and one of A
// fill the 15 registers that an x64 engine has to give. It is written once, here, and becomes a loop of its own in each
// function below: what is constant in a call is gone from the code.
//
// Two things cost half of the speed and are easily done by accident. A second loop around this one in the same
// function: V8 then keeps no accumulator in a register, and the compiler makes one where it puts a function that is
// called once into its caller. And unrolling: V8 runs out of registers.
import { madd } from './common';
import { PANEL_ROW, SIX_WORDS, TILE_BYTES } from './sizes';

/** What a step of the loop reads of A: a float of each of six rows, four floats of each, or six floats side by side. */
const FLOAT = 0, FOUR = 1, COLUMN = 2;
/** What it reads of B: eight floats, or two, each of them for four columns. */
const EIGHT = 0, PAIR = 1;
/** Instead of a table of offsets. */
const NO_OFFSETS: usize = 0;

/**
 * acc[r][0..8) = the sum over `count` steps of A's part for row r times B's part; added to acc unless `first`. Rows of
 * A begin at a0 to a5 (a COLUMN at a0) and move by `aStep` a step, B by `bStep`. Where `table` is set the rows stay,
 * and each step reads at the next of the `offsets` from them.
 */
// @ts-ignore: decorator
@inline
function tile6x8(
  a: i32, a0: usize, a1: usize, a2: usize, a3: usize, a4: usize, a5: usize, aStep: usize,
  table: boolean, offsets: usize, b: usize, bPart: i32, bStep: usize, count: i32, acc: usize, first: boolean,
): void {
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
  for (; count > 0; count--) {
    const at: usize = table ? load<u32>(offsets) : 0;
    const b0 = bPart == PAIR ? v128.load32_splat(b) : v128.load(b);
    const b1 = bPart == PAIR ? v128.load32_splat(b, 4) : v128.load(b, 16);
    let s = a == FOUR ? v128.load(a0 + at) : v128.load32_splat(a0 + at);
    c00 = madd(s, b0, c00);
    c01 = madd(s, b1, c01);
    if (a != COLUMN) a0 += aStep;
    s = a == FOUR ? v128.load(a1 + at) : a == FLOAT ? v128.load32_splat(a1 + at) : v128.load32_splat(a0, 4);
    c10 = madd(s, b0, c10);
    c11 = madd(s, b1, c11);
    if (a != COLUMN) a1 += aStep;
    s = a == FOUR ? v128.load(a2 + at) : a == FLOAT ? v128.load32_splat(a2 + at) : v128.load32_splat(a0, 8);
    c20 = madd(s, b0, c20);
    c21 = madd(s, b1, c21);
    if (a != COLUMN) a2 += aStep;
    s = a == FOUR ? v128.load(a3 + at) : a == FLOAT ? v128.load32_splat(a3 + at) : v128.load32_splat(a0, 12);
    c30 = madd(s, b0, c30);
    c31 = madd(s, b1, c31);
    if (a != COLUMN) a3 += aStep;
    s = a == FOUR ? v128.load(a4 + at) : a == FLOAT ? v128.load32_splat(a4 + at) : v128.load32_splat(a0, 16);
    c40 = madd(s, b0, c40);
    c41 = madd(s, b1, c41);
    if (a != COLUMN) a4 += aStep;
    s = a == FOUR ? v128.load(a5 + at) : a == FLOAT ? v128.load32_splat(a5 + at) : v128.load32_splat(a0, 20);
    c50 = madd(s, b0, c50);
    c51 = madd(s, b1, c51);
    if (a != COLUMN) a5 += aStep;
    if (table) offsets += 4;
    if (a == COLUMN) a0 += aStep;
    b += bStep;
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
 * Indirect GEMM: acc += the product of `run` consecutive floats at each of six addresses, found at `rows`, with
 * consecutive rows of the packed panel `b`; set instead of added when `first`.
 */
export function igemm6x8(rows: usize, run: i32, b: usize, acc: usize, first: boolean): void {
  const a0 = <usize>load<u32>(rows), a1 = <usize>load<u32>(rows, 4), a2 = <usize>load<u32>(rows, 8);
  const a3 = <usize>load<u32>(rows, 12), a4 = <usize>load<u32>(rows, 16), a5 = <usize>load<u32>(rows, 20);
  tile6x8(FLOAT, a0, a1, a2, a3, a4, a5, 4, false, NO_OFFSETS, b, EIGHT, PANEL_ROW, run, acc, first);
}

/** The same for six rows `pitch` bytes apart. */
export function gemm6x8(a0: usize, pitch: usize, run: i32, b: usize, acc: usize, first: boolean): void {
  const a1 = a0 + pitch, a2 = a1 + pitch, a3 = a2 + pitch, a4 = a3 + pitch, a5 = a4 + pitch;
  tile6x8(FLOAT, a0, a1, a2, a3, a4, a5, 4, false, NO_OFFSETS, b, EIGHT, PANEL_ROW, run, acc, first);
}

/** acc[r][0..8) = the sum over k of a[k][r] * b[k][0..8), the steps of a and b `aPitch` and `bPitch` bytes apart. */
export function outer6x8(a: usize, aPitch: usize, b: usize, bPitch: usize, count: i32, acc: usize): void {
  tile6x8(COLUMN, a, 0, 0, 0, 0, 0, aPitch, false, NO_OFFSETS, b, EIGHT, bPitch, count, acc, true);
}

/** The same added to acc; set when `first`. */
function addOuter6x8(
  a: usize, aPitch: usize, b: usize, bPitch: usize, count: i32, acc: usize, first: boolean,
): void {
  tile6x8(COLUMN, a, 0, 0, 0, 0, 0, aPitch, false, NO_OFFSETS, b, EIGHT, bPitch, count, acc, first);
}

/**
 * acc[r][0..8) = the sum of the floats at a0 + r * pitch + each of `count` offsets times the rows of the packed panel
 * `b`.
 */
export function taps6x8(a0: usize, pitch: usize, offsets: usize, count: i32, b: usize, acc: usize): void {
  const a1 = a0 + pitch, a2 = a1 + pitch, a3 = a2 + pitch, a4 = a3 + pitch, a5 = a4 + pitch;
  tile6x8(FLOAT, a0, a1, a2, a3, a4, a5, 0, true, offsets, b, EIGHT, PANEL_ROW, count, acc, true);
}

/**
 * The same for two columns: floats are read four at a time, `b` holds four of one column and four of the other, and a
 * row of acc four sums of each, to be added up.
 */
export function taps6x2(a0: usize, pitch: usize, offsets: usize, count: i32, b: usize, acc: usize): void {
  const a1 = a0 + pitch, a2 = a1 + pitch, a3 = a2 + pitch, a4 = a3 + pitch, a5 = a4 + pitch;
  tile6x8(FOUR, a0, a1, a2, a3, a4, a5, 0, true, offsets, b, EIGHT, PANEL_ROW, count, acc, true);
}

/** acc[r][0..8) = the sum over pixels of the float at a + offset r times eight at b; both step from pixel to pixel. */
export function tapsOuter6x8(
  a: usize, aStep: usize, offsets: usize, b: usize, bStep: usize, count: i32, acc: usize,
): void {
  const a0 = a + load<u32>(offsets), a1 = a + load<u32>(offsets, 4), a2 = a + load<u32>(offsets, 8);
  const a3 = a + load<u32>(offsets, 12), a4 = a + load<u32>(offsets, 16), a5 = a + load<u32>(offsets, 20);
  tile6x8(FLOAT, a0, a1, a2, a3, a4, a5, aStep, false, NO_OFFSETS, b, EIGHT, bStep, count, acc, true);
}

/**
 * The same for four floats at each offset and two at b: acc[r] holds four sums with the first, then four with the
 * second.
 */
export function tapsOuter24x2(
  a: usize, aStep: usize, offsets: usize, b: usize, bStep: usize, count: i32, acc: usize,
): void {
  const a0 = a + load<u32>(offsets), a1 = a + load<u32>(offsets, 4), a2 = a + load<u32>(offsets, 8);
  const a3 = a + load<u32>(offsets, 12), a4 = a + load<u32>(offsets, 16), a5 = a + load<u32>(offsets, 20);
  tile6x8(FOUR, a0, a1, a2, a3, a4, a5, aStep, false, NO_OFFSETS, b, PAIR, bStep, count, acc, true);
}

/** `igemm6x8` for at most four columns: half the panel is not read. */
export function igemm6x4(rows: usize, run: i32, b: usize, acc: usize, first: boolean): void {
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
    b += PANEL_ROW;
  }
  v128.store(acc, c0, 0);
  v128.store(acc, c1, 32);
  v128.store(acc, c2, 64);
  v128.store(acc, c3, 96);
  v128.store(acc, c4, 128);
  v128.store(acc, c5, 160);
}

/**
 * Adds the products of `count` rows of a and of b in each of `places` to `sums`, `tall` by `wide` tiles of 6x8 a place;
 * sets them when `first`. Rows lie a pitch apart, places a step.
 */
export function sumTiles(
  places: i32, a: usize, aPitch: usize, aStep: usize, tall: i32, b: usize, bPitch: usize, bStep: usize, wide: i32,
  count: i32, sums: usize, first: boolean,
): void {
  for (let e = 0; e < places; e++) {
    for (let q = 0; q < wide; q++) {
      for (let p = 0; p < tall; p++) {
        const at = a + <usize>(p * SIX_WORDS), bt = b + (<usize>q << 5);
        // called twice, or the compiler would put its loop into these
        if (first) addOuter6x8(at, aPitch, bt, bPitch, count, sums, true);
        else addOuter6x8(at, aPitch, bt, bPitch, count, sums, false);
        sums += TILE_BYTES;
      }
    }
    a += aStep;
    b += bStep;
  }
}
