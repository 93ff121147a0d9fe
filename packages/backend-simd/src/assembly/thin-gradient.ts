// The gradient of the filter of convolutions with few maps on a side: sums over the pixels of a row at a time, six inputs of a
// tap by eight maps of the output, or six fours of inputs by two maps.
import { argI, argP, madd, min32 } from './common';
import {
  BLOCK, C, COLS, copyPatch, FEW, H, HIGH_X, HIGH_Y, LENGTH, LOW_X, LOW_Y, N, OFFSETS, OUT, PATCH_OFFSETS, ROWS, SCRATCH,
  SCRATCH_SIZE, STEP_X, STEP_Y, TILE, TOTAL, W, X,
} from './thin';

// Arguments that thinRows does not have.
const DY: usize = 26, PIECE: usize = 27, ORDER: usize = 28, PART: usize = 29;

/** tile[i][0..8) = the sum over pixels of the float at a + offset i with eight at b; a and b step from pixel to pixel. */
function tapOuter(a: usize, step: usize, offsets: usize, b: usize, bStep: usize, count: i32, tile: usize): void {
  let a0 = a + load<u32>(offsets), a1 = a + load<u32>(offsets, 4), a2 = a + load<u32>(offsets, 8);
  let a3 = a + load<u32>(offsets, 12), a4 = a + load<u32>(offsets, 16), a5 = a + load<u32>(offsets, 20);
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00;
  let c30 = c00, c31 = c00, c40 = c00, c41 = c00, c50 = c00, c51 = c00;
  for (; count > 0; count--) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let s = v128.load32_splat(a0);
    c00 = madd(s, b0, c00);
    c01 = madd(s, b1, c01);
    a0 += step;
    s = v128.load32_splat(a1);
    c10 = madd(s, b0, c10);
    c11 = madd(s, b1, c11);
    a1 += step;
    s = v128.load32_splat(a2);
    c20 = madd(s, b0, c20);
    c21 = madd(s, b1, c21);
    a2 += step;
    s = v128.load32_splat(a3);
    c30 = madd(s, b0, c30);
    c31 = madd(s, b1, c31);
    a3 += step;
    s = v128.load32_splat(a4);
    c40 = madd(s, b0, c40);
    c41 = madd(s, b1, c41);
    a4 += step;
    s = v128.load32_splat(a5);
    c50 = madd(s, b0, c50);
    c51 = madd(s, b1, c51);
    a5 += step;
    b += bStep;
  }
  v128.store(tile, c00, 0);
  v128.store(tile, c01, 16);
  v128.store(tile, c10, 32);
  v128.store(tile, c11, 48);
  v128.store(tile, c20, 64);
  v128.store(tile, c21, 80);
  v128.store(tile, c30, 96);
  v128.store(tile, c31, 112);
  v128.store(tile, c40, 128);
  v128.store(tile, c41, 144);
  v128.store(tile, c50, 160);
  v128.store(tile, c51, 176);
}

/** The same for four floats at each offset and two at b: tile[i] holds four sums with the first, then four with the second. */
function pairOuter(a: usize, step: usize, offsets: usize, b: usize, bStep: usize, count: i32, tile: usize): void {
  let a0 = a + load<u32>(offsets), a1 = a + load<u32>(offsets, 4), a2 = a + load<u32>(offsets, 8);
  let a3 = a + load<u32>(offsets, 12), a4 = a + load<u32>(offsets, 16), a5 = a + load<u32>(offsets, 20);
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00;
  let c30 = c00, c31 = c00, c40 = c00, c41 = c00, c50 = c00, c51 = c00;
  for (; count > 0; count--) {
    const b0 = v128.load32_splat(b), b1 = v128.load32_splat(b, 4);
    let v = v128.load(a0);
    c00 = madd(v, b0, c00);
    c01 = madd(v, b1, c01);
    a0 += step;
    v = v128.load(a1);
    c10 = madd(v, b0, c10);
    c11 = madd(v, b1, c11);
    a1 += step;
    v = v128.load(a2);
    c20 = madd(v, b0, c20);
    c21 = madd(v, b1, c21);
    a2 += step;
    v = v128.load(a3);
    c30 = madd(v, b0, c30);
    c31 = madd(v, b1, c31);
    a3 += step;
    v = v128.load(a4);
    c40 = madd(v, b0, c40);
    c41 = madd(v, b1, c41);
    a4 += step;
    v = v128.load(a5);
    c50 = madd(v, b0, c50);
    c51 = madd(v, b1, c51);
    a5 += step;
    b += bStep;
  }
  v128.store(tile, c00, 0);
  v128.store(tile, c01, 16);
  v128.store(tile, c10, 32);
  v128.store(tile, c11, 48);
  v128.store(tile, c20, 64);
  v128.store(tile, c21, 80);
  v128.store(tile, c30, 96);
  v128.store(tile, c31, 112);
  v128.store(tile, c40, 128);
  v128.store(tile, c41, 144);
  v128.store(tile, c50, 160);
  v128.store(tile, c51, 176);
}

/** Part `item` of the filter's gradient: that of output rows [item * BLOCK, ...). Sums over a piece of a row at a time. */
export function thinGradient(item: i32, thread: i32): void {
  const h = argI(H), w = argI(W), c = argI(C), rows = argI(ROWS), cols = argI(COLS), n = argI(N);
  const highX = argI(HIGH_X), piece = argI(PIECE), few = argI(FEW) != 0, length = argI(LENGTH);
  const offsets = argP(OFFSETS), patchOffsets = argP(PATCH_OFFSETS);
  const pixel = <usize>(c << 2), pitch = pixel * argP(STEP_X), dyPixel = <usize>(n << 2);
  const width = few ? 2 : 8, panels = (n + width - 1) / width, sixes = (length + 5) / 6;
  const tile = argP(SCRATCH) + <usize>thread * argP(SCRATCH_SIZE), all = tile + TILE, patch = all + <usize>(panels * sixes) * TILE;
  memory.fill(all, 0, patch - all);
  const end = min32(argI(TOTAL), (item + 1) * argI(BLOCK));
  for (let row = item * argI(BLOCK); row < end; row++) {
    const b = row / rows;
    const y = row - b * rows;
    const lowX = y >= argI(LOW_Y) && y < argI(HIGH_Y) ? argI(LOW_X) : cols;
    const image = argP(X) + <usize>((b * h + y * argI(STEP_Y)) * w) * pixel;
    for (let x = 0; x < cols;) {
      const direct = x >= lowX && x < highX;
      const count = min32(piece, (x < lowX ? lowX : direct ? highX : cols) - x);
      if (!direct) copyPatch(b, y, x, count, patch);
      let sums = all;
      for (let p = 0; p < panels; p++) {
        const dy = argP(DY) + <usize>(row * cols + x) * dyPixel + <usize>(p * width << 2);
        for (let s = 0; s < sixes; s++) {
          const entry = <usize>(s * 24);
          // called twice each, or the optimizer would put their loops into these
          if (direct) {
            if (few) pairOuter(image + <usize>x * pitch, pitch, offsets + entry, dy, dyPixel, count, tile);
            else tapOuter(image + <usize>x * pitch, pitch, offsets + entry, dy, dyPixel, count, tile);
          } else {
            if (few) pairOuter(patch, pitch, patchOffsets + entry, dy, dyPixel, count, tile);
            else tapOuter(patch, pitch, patchOffsets + entry, dy, dyPixel, count, tile);
          }
          for (let i: usize = 0; i < TILE; i += 16) v128.store(sums + i, f32x4.add(v128.load(sums + i), v128.load(tile + i)));
          sums += TILE;
        }
      }
      x += count;
    }
  }
  const floats = few ? length << 2 : length, out = argP(OUT) + <usize>item * argP(PART);
  for (let k = 0; k < floats; k++) {
    const t = k / c;
    const to = out + <usize>((load<i32>(argP(ORDER) + <usize>(t << 2)) * c + k - t * c) * n << 2);
    for (let i = 0; i < n; i++) {
      const p = i / width, j = i - p * width;
      const place = few ? k >> 2 : k;
      const at = all + <usize>(p * sixes + place / 6) * TILE + <usize>((place % 6) * 32);
      store<f32>(to + <usize>(i << 2), load<f32>(at + <usize>(few ? j * 16 + (k & 3) * 4 : j * 4)));
    }
  }
}
