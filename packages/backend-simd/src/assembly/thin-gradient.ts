// The gradient of the filter of convolutions with few maps on a side: sums over the pixels of a row at a time, six inputs of a
// tap by eight maps of the output, or six fours of inputs by two maps.
import { argI, argP, madd, min32 } from './common';
import { tapsOuter24x2, tapsOuter6x8 } from './gemm';
import {
  BLOCK, C, COLS, copyPatch, FEW, H, HIGH_X, HIGH_Y, LENGTH, LOW_X, LOW_Y, N, OFFSETS, OUT, PATCH_OFFSETS, ROWS, SCRATCH,
  SCRATCH_SIZE, STEP_X, STEP_Y, TILE, TOTAL, W, X,
} from './thin';

// Arguments that thinRows does not have.
const DY: usize = 26, PIECE: usize = 27, ORDER: usize = 28, PART: usize = 29;

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
          // called twice each, or the optimizer would storeRow their loops into these
          if (direct) {
            if (few) tapsOuter24x2(image + <usize>x * pitch, pitch, offsets + entry, dy, dyPixel, count, tile);
            else tapsOuter6x8(image + <usize>x * pitch, pitch, offsets + entry, dy, dyPixel, count, tile);
          } else {
            if (few) tapsOuter24x2(patch, pitch, patchOffsets + entry, dy, dyPixel, count, tile);
            else tapsOuter6x8(patch, pitch, patchOffsets + entry, dy, dyPixel, count, tile);
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
