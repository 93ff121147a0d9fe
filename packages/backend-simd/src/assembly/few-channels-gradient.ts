// The gradient of the filter of convolutions with few channels or few filters: sums over the pixels of a row at a time,
// six floats of what the taps read by eight filters, or six fours of them by two filters.
import { min32 } from './common';
import { copyPatch } from './few-channels';
import { tapsOuter24x2, tapsOuter6x8 } from './gemm';
import { FewChannelsGradientArguments } from './generated/abi';
import { PANEL_ROW, SIX_WORDS, TILE_BYTES } from './sizes';

/**
 * Part `item` of the filter's gradient: that of output rows [item * block, ...). Sums over a piece of a row at a time.
 */
export function fewChannelsGradient(args: FewChannelsGradientArguments, item: i32, thread: i32): void {
  const h = args.height, w = args.width, c = args.channels, rows = args.rows, cols = args.cols, n = args.filters;
  const highX = args.highX, piece = args.piece, few = args.fewFilters != 0, length = args.length;
  const offsets = args.offsets, patchOffsets = args.patchOffsets;
  const pixel = <usize>(c << 2), pitch = pixel * args.stepX, dyPixel = <usize>(n << 2);
  const width = few ? 2 : 8, panels = (n + width - 1) / width, sixes = (length + 5) / 6;
  const tile = args.scratch + <usize>thread * args.scratchSize, all = tile + TILE_BYTES;
  const patch = all + <usize>(panels * sixes) * TILE_BYTES;
  memory.fill(all, 0, patch - all);
  const end = min32(args.lines, (item + 1) * args.block);
  for (let row = item * args.block; row < end; row++) {
    const b = row / rows;
    const y = row - b * rows;
    const lowX = y >= args.lowY && y < args.highY ? args.lowX : cols;
    const image = args.x + <usize>((b * h + y * args.stepY) * w) * pixel;
    for (let x = 0; x < cols;) {
      const direct = x >= lowX && x < highX;
      const count = min32(piece, (x < lowX ? lowX : direct ? highX : cols) - x);
      if (!direct) copyPatch(args, b, y, x, count, patch);
      let sums = all;
      for (let p = 0; p < panels; p++) {
        const dy = args.dy + <usize>(row * cols + x) * dyPixel + <usize>(p * width << 2);
        for (let s = 0; s < sixes; s++) {
          const entry = <usize>(s * SIX_WORDS);
          // called twice each, or the compiler would put their loops into these
          if (direct) {
            if (few) tapsOuter24x2(image + <usize>x * pitch, pitch, offsets + entry, dy, dyPixel, count, tile);
            else tapsOuter6x8(image + <usize>x * pitch, pitch, offsets + entry, dy, dyPixel, count, tile);
          } else {
            if (few) tapsOuter24x2(patch, pitch, patchOffsets + entry, dy, dyPixel, count, tile);
            else tapsOuter6x8(patch, pitch, patchOffsets + entry, dy, dyPixel, count, tile);
          }
          for (let i: usize = 0; i < <usize>TILE_BYTES; i += 16) {
            v128.store(sums + i, f32x4.add(v128.load(sums + i), v128.load(tile + i)));
          }
          sums += TILE_BYTES;
        }
      }
      x += count;
    }
  }
  const floats = few ? length << 2 : length, out = args.out + <usize>item * args.partBytes;
  for (let k = 0; k < floats; k++) {
    const t = k / c;
    const to = out + <usize>((load<i32>(args.order + <usize>(t << 2)) * c + k - t * c) * n << 2);
    for (let i = 0; i < n; i++) {
      const p = i / width, j = i - p * width;
      const place = few ? k >> 2 : k;
      const at = all + <usize>(p * sixes + place / 6) * TILE_BYTES + <usize>((place % 6) * PANEL_ROW);
      store<f32>(to + <usize>(i << 2), load<f32>(at + <usize>(few ? j * 16 + (k & 3) * 4 : j * 4)));
    }
  }
}
