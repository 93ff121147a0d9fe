// Convolution over NHWC as a product with rows found by address: nothing is unfolded. A table of groups says where the
// taps lie; a group is a run of taps next to each other in x, so that its floats lie next to each other in memory.
import { max32, min32 } from './common';
import { igemm6x4, igemm6x8, outer6x8 } from './gemm';
import { ConvTilesArguments, FilterGradientArguments, PackFilterArguments, SumPartsArguments } from './generated/abi';
import { PANEL_ROW, SIX_WORDS, TILE_BYTES } from './sizes';
import { addTile, storeTile } from './store-tile';

/**
 * Copies the run of `taps` pixels at ix, which leaves the row, to `spare` with zeros where it does, and returns that
 * address, or that of zeros where no pixel is inside.
 */
function edge(row: usize, ix: i32, w: i32, pixel: usize, taps: i32, spare: usize, zeros: usize): usize {
  const from = max32(0, -ix), to = min32(taps, w - ix);
  if (from >= to) return zeros;
  memory.fill(spare, 0, <usize>taps * pixel);
  memory.copy(spare + <usize>from * pixel, row + <usize>(ix + from) * pixel, <usize>(to - from) * pixel);
  return spare;
}

/** Positions [item * block, ...) and a share of the panels: every tile of six positions by eight filters there. */
export function convTiles(args: ConvTilesArguments, item: i32, thread: i32): void {
  const x = args.x, out = args.out, panels = args.panels, bias = args.bias, activation = args.activation;
  const h = args.height, w = args.width, c = args.channels, rows = args.rows, cols = args.cols, n = args.filters;
  const stepY = args.stepY, stepX = args.stepX, groups = args.tapGroups, table = args.table, taps = args.run;
  const outH = args.outHeight, outW = args.outWidth, outStepY = args.outStepY, outStepX = args.outStepX;
  const outY = args.outY, outX = args.outX, block = args.block, split = args.split, zeros = args.zeros;
  const scratch = args.scratch + <usize>thread * args.scratchSize;
  const pixels = args.batch * rows * cols;
  const share = item % split;
  const first = (item / split) * block;
  const last = min32(first + block, pixels);
  const run = taps * c;
  const runBytes = <usize>(run << 2);

  // addresses: for each tile of six pixels, its output rows, then for each group its input rows
  const tiles = (last - first + 5) / 6;
  const tileBytes = <usize>(SIX_WORDS * (groups + 1));
  const acc = scratch; // the tile at hand
  const addresses = acc + TILE_BYTES;
  let spare = addresses + <usize>tiles * tileBytes;
  const pixel = <usize>(c << 2), outPixel = <usize>(n << 2);
  const count = last - first;
  let b = first / (rows * cols);
  let y = (first - b * rows * cols) / cols;
  let xx = first - (b * rows + y) * cols;
  // pixels of one row at a time: their addresses ascend by a step, but for those whose run leaves the image
  for (let done = 0; done < count;) {
    const length = min32(cols - xx, count - done);
    const tile = done / 6, place = done - tile * 6;
    const at = addresses + <usize>tile * tileBytes + <usize>(place << 2);
    let to = out + <usize>((b * outH + y * outStepY + outY) * outW + xx * outStepX + outX) * outPixel;
    for (let i = 0, slot = at, left = 6 - place; i < length; i++) {
      store<u32>(slot, <u32>to);
      to += <usize>outStepX * outPixel;
      slot += 4;
      if (--left == 0) {
        slot += tileBytes - SIX_WORDS;
        left = 6;
      }
    }
    for (let g = 0; g < groups; g++) {
      const entry = table + <usize>(g << 3);
      const iy = y * stepY + load<i32>(entry);
      const row = x + <usize>((b * h + iy) * w) * pixel;
      const inside = <u32>iy < <u32>h;
      let ix = xx * stepX + load<i32>(entry, 4);
      for (let i = 0, slot = at + <usize>(SIX_WORDS * (g + 1)), left = 6 - place; i < length; i++) {
        let p = row + <usize>ix * pixel;
        if (!inside || ix < 0 || ix + taps > w) {
          p = inside ? edge(row, ix, w, pixel, taps, spare, zeros) : zeros;
          if (p == spare) spare += runBytes;
        }
        store<u32>(slot, <u32>p);
        ix += stepX;
        slot += 4;
        if (--left == 0) {
          slot += tileBytes - SIX_WORDS;
          left = 6;
        }
      }
    }
    done += length;
    xx = 0;
    if (++y == rows) {
      y = 0;
      b++;
    }
  }
  // places behind the last pixel compute it again
  for (let i = count; i < tiles * 6; i++) {
    const slot = addresses + <usize>(i / 6) * tileBytes + <usize>((i % 6) << 2);
    for (let g = 0; g <= groups; g++) {
      const at = slot + <usize>(SIX_WORDS * g);
      store<u32>(at, load<u32>(at - 4));
    }
  }

  if (groups == 0) memory.fill(acc, 0, TILE_BYTES); // no tap reaches these positions
  const panelBytes = <usize>(groups * run) * PANEL_ROW;
  const panelCount = (n + 7) >> 3;
  const perShare = (panelCount + split - 1) / split;
  const end = min32(panelCount, (share + 1) * perShare);
  for (let p = share * perShare; p < end; p++) {
    const left = n - (p << 3);
    const panel = panels + <usize>p * panelBytes;
    const biasAt = bias ? bias + <usize>(p << 5) : 0;
    for (let t = 0; t < tiles; t++) {
      const at = addresses + <usize>t * tileBytes;
      let rowsAt = at + SIX_WORDS, panelAt = panel;
      for (let g = 0; g < groups; g++) {
        // igemm6x4 is called twice, or the compiler would put its loop into these
        if (left > 4) igemm6x8(rowsAt, run, panelAt, acc, g == 0);
        else if (g == 0) igemm6x4(rowsAt, run, panelAt, acc, true);
        else igemm6x4(rowsAt, run, panelAt, acc, false);
        rowsAt += SIX_WORDS;
        panelAt += <usize>run * PANEL_ROW;
      }
      storeTile(acc, at, <usize>(p << 5), biasAt, left, activation);
    }
  }
}

/**
 * Packs a filter for convTiles: panel p holds, tap by tap in the order of `order` and channel by channel, eight
 * consecutive filters, zeros behind the last. `flip` reads the filter with its two last axes swapped.
 */
export function packFilter(args: PackFilterArguments, p: i32, _thread: i32): void {
  const filter = args.filter, taps = args.taps, order = args.order, depth = args.channels, n = args.filters;
  const flip = args.flip;
  let to = args.panels + <usize>(p * taps * depth) * PANEL_ROW;
  const n0 = p << 3;
  const left = min32(8, n - n0);
  for (let t = 0; t < taps; t++) {
    const tap = load<i32>(order + <usize>(t << 2));
    const base = filter + <usize>(tap * depth * n) * 4;
    if (flip) {
      const pitch = <usize>(depth << 2);
      const from = base + <usize>n0 * pitch;
      if (left == 8) {
        let k = 0;
        for (; k + 4 <= depth; k += 4) {
          const at = from + <usize>(k << 2);
          transpose4(at, pitch, to, PANEL_ROW);
          transpose4(at + pitch * 4, pitch, to + 16, PANEL_ROW);
          to += 4 * PANEL_ROW;
        }
        for (; k < depth; k++) {
          for (let i = 0; i < 8; i++) {
            store<f32>(to + <usize>(i << 2), load<f32>(from + <usize>(k << 2) + <usize>i * pitch));
          }
          to += PANEL_ROW;
        }
      } else {
        for (let k = 0; k < depth; k++) {
          for (let i = 0; i < 8; i++) {
            store<f32>(to + <usize>(i << 2), i < left ? load<f32>(from + <usize>(k << 2) + <usize>i * pitch) : 0);
          }
          to += PANEL_ROW;
        }
      }
    } else {
      let from = base + <usize>(n0 << 2);
      for (let k = 0; k < depth; k++) {
        if (left == 8) {
          v128.store(to, v128.load(from));
          v128.store(to, v128.load(from, 16), 16);
        } else {
          for (let i = 0; i < 8; i++) {
            store<f32>(to + <usize>(i << 2), i < left ? load<f32>(from + <usize>(i << 2)) : 0);
          }
        }
        from += <usize>(n << 2);
        to += PANEL_ROW;
      }
    }
  }
}

/** Four rows of four floats, `pitch` bytes apart, to four columns, `step` bytes apart. */
// @ts-ignore: decorator
@inline
export function transpose4(from: usize, pitch: usize, to: usize, step: usize): void {
  const r0 = v128.load(from), r1 = v128.load(from + pitch), r2 = v128.load(from + pitch * 2);
  const r3 = v128.load(from + pitch * 3);
  const a = v128.shuffle<i32>(r0, r1, 0, 4, 1, 5), b = v128.shuffle<i32>(r2, r3, 0, 4, 1, 5);
  const c = v128.shuffle<i32>(r0, r1, 2, 6, 3, 7), d = v128.shuffle<i32>(r2, r3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i32>(a, b, 0, 1, 4, 5));
  v128.store(to + step, v128.shuffle<i32>(a, b, 2, 3, 6, 7));
  v128.store(to + step * 2, v128.shuffle<i32>(c, d, 0, 1, 4, 5));
  v128.store(to + step * 3, v128.shuffle<i32>(c, d, 2, 3, 6, 7));
}

/**
 * One group's rows [m0, m1) of the filter's gradient over one chunk of output pixels: patches are packed six floats
 * wide, dy eight filters wide, `block` pixels at a time so that both stay in cache.
 */
export function filterGradient(args: FilterGradientArguments, item: i32, thread: i32): void {
  const x = args.x, out = args.out, dy = args.dy, chunk = args.chunk;
  const h = args.height, w = args.width, c = args.channels, rows = args.rows, cols = args.cols, n = args.filters;
  const stepY = args.stepY, stepX = args.stepX, groups = args.tapGroups, table = args.table, taps = args.run;
  const mBlocks = args.blocks, mBlock = args.rowsPerBlock, order = args.order, block = args.block;
  const scratch = args.scratch + <usize>thread * args.scratchSize;
  const pixels = args.batch * rows * cols;
  const part = item / (groups * mBlocks);
  item -= part * groups * mBlocks;
  const g = item / mBlocks;
  const run = taps * c;
  const m0 = (item - g * mBlocks) * mBlock;
  const m1 = min32(run, m0 + mBlock);
  const entry = table + <usize>(g << 3);
  const tapY = load<i32>(entry), tapX = load<i32>(entry, 4);
  const tap = load<i32>(order + <usize>((g * taps) << 2));
  const pitch = <usize>(n << 2);
  const to = out + <usize>part * args.partBytes + <usize>(tap * c + m0) * pitch;

  const aPanels = (m1 - m0 + 5) / 6, bPanels = (n + 7) >> 3;
  const aBytes = <usize>block * SIX_WORDS, bBytes = <usize>block * PANEL_ROW;
  const acc = scratch;
  const aPack = acc + TILE_BYTES, bPack = aPack + <usize>aPanels * aBytes;
  const end = min32(pixels, (part + 1) * chunk);
  let empty = true;
  for (let p0 = part * chunk; p0 < end; p0 += block) {
    const count = min32(block, end - p0);
    let b = p0 / (rows * cols);
    let y = (p0 - b * rows * cols) / cols;
    let xx = p0 - (b * rows + y) * cols;
    let depth = 0;
    for (let i = 0; i < count; i++) {
      const iy = y * stepY + tapY, ix = xx * stepX + tapX;
      // floats [low, high) of the run lie in the image; a pixel whose run lies wholly outside adds nothing
      const low = max32(0, -ix) * c, high = min32(taps, w - ix) * c;
      if (<u32>iy < <u32>h && low < m1 && high > m0 && low < high) {
        packRun(
          x + <usize>(((b * h + iy) * w + ix) * c) * 4, m0, m1, low, high, aPack + <usize>depth * SIX_WORDS, aBytes,
        );
        packRow(dy + <usize>(p0 + i) * pitch, n, bPack + <usize>depth * PANEL_ROW, bBytes);
        depth++;
      }
      if (++xx == cols) {
        xx = 0;
        if (++y == rows) {
          y = 0;
          b++;
        }
      }
    }
    if (depth == 0) continue;
    for (let q = 0; q < bPanels; q++) {
      for (let p = 0; p < aPanels; p++) {
        outer6x8(aPack + <usize>p * aBytes, SIX_WORDS, bPack + <usize>q * bBytes, PANEL_ROW, depth, acc);
        addTile(
          acc, to + <usize>(p * 6) * pitch + <usize>(q << 5), pitch,
          min32(6, m1 - m0 - p * 6), min32(8, n - (q << 3)), empty,
        );
      }
    }
    empty = false;
  }
  if (empty) memory.fill(to, 0, <usize>(m1 - m0) * pitch);
}

/** Deals floats [m0, m1) of the run at `from` over panels six wide; zeros outside [low, high). */
// @ts-ignore: decorator
@inline
function packRun(from: usize, m0: i32, m1: i32, low: i32, high: i32, to: usize, panelBytes: usize): void {
  let m = m0;
  if (low <= m0 && high >= m1) {
    for (; m + 6 <= m1; m += 6) {
      const at = from + <usize>(m << 2);
      v128.store(to, v128.load(at));
      store<u64>(to, load<u64>(at, 16), 16);
      to += panelBytes;
    }
  }
  for (; m < m1; m += 6) {
    for (let i = 0; i < 6; i++) {
      const k = m + i;
      store<f32>(to + <usize>(i << 2), k >= low && k < high && k < m1 ? load<f32>(from + <usize>(k << 2)) : 0);
    }
    to += panelBytes;
  }
}

/** Deals a row of n floats over panels eight wide, zeros behind the last. */
// @ts-ignore: decorator
@inline
function packRow(from: usize, n: i32, to: usize, panelBytes: usize): void {
  let k = 0;
  for (; k + 8 <= n; k += 8) {
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
    from += PANEL_ROW;
    to += panelBytes;
  }
  if (k < n) {
    for (let i = 0; i < 8; i++) store<f32>(to + <usize>(i << 2), k + i < n ? load<f32>(from + <usize>(i << 2)) : 0);
  }
}

/** Sums `parts` partial results of `count` floats, `partBytes` apart, in order. */
export function sumParts(args: SumPartsArguments, item: i32, _thread: i32): void {
  const from = args.from, to = args.to, parts = args.parts, stride = args.partBytes, count = args.count;
  const block = args.block;
  const end = min32(count, (item + 1) * block);
  let i = item * block;
  for (; i + 4 <= end; i += 4) {
    let at = from + <usize>(i << 2);
    let v = v128.load(at);
    for (let p = 1; p < parts; p++) {
      at += stride;
      v = f32x4.add(v, v128.load(at));
    }
    v128.store(to + <usize>(i << 2), v);
  }
  for (; i < end; i++) {
    let at = from + <usize>(i << 2);
    let v = load<f32>(at);
    for (let p = 1; p < parts; p++) {
      at += stride;
      v += load<f32>(at);
    }
    store<f32>(to + <usize>(i << 2), v);
  }
}
