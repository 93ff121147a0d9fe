// Where a finished tile goes: into the rows of an output with bias and activation, or onto sums.
import { storePart } from './common';
import { PANEL_ROW } from './sizes';

// @ts-ignore: decorator
@inline
export function activate(v: v128, activation: i32): v128 {
  // one instruction each, where min and max take seven; both keep a NaN
  if (activation == 1) return f32x4.pmax(v, f32x4.splat(0));
  if (activation == 2) return f32x4.pmin(f32x4.pmax(v, f32x4.splat(0)), f32x4.splat(6));
  return v;
}

// @ts-ignore: decorator
@inline
export function storeRow(out: usize, n: usize, v0: v128, v1: v128, bias: usize, left: i32, activation: i32): void {
  if (bias) {
    v0 = f32x4.add(v0, v128.load(bias));
    v1 = f32x4.add(v1, v128.load(bias, 16));
  }
  v0 = activate(v0, activation);
  v1 = activate(v1, activation);
  out += n;
  if (left >= 8) {
    v128.store(out, v0);
    v128.store(out, v1, 16);
  } else if (left > 4) {
    v128.store(out, v0);
    storePart(out + 16, v1, left - 4);
  } else {
    storePart(out, v0, left);
  }
}

/**
 * Adds the bias to a finished tile, applies the activation and writes it. `outs` holds the six output addresses, `n`
 * the byte offset of the panel's first column there, `bias` its address there (or 0; padded to whole panels), `left`
 * the columns that exist.
 */
export function storeTile(acc: usize, outs: usize, n: usize, bias: usize, left: i32, activation: i32): void {
  storeRow(<usize>load<u32>(outs, 0), n, v128.load(acc, 0), v128.load(acc, 16), bias, left, activation);
  storeRow(<usize>load<u32>(outs, 4), n, v128.load(acc, 32), v128.load(acc, 48), bias, left, activation);
  storeRow(<usize>load<u32>(outs, 8), n, v128.load(acc, 64), v128.load(acc, 80), bias, left, activation);
  storeRow(<usize>load<u32>(outs, 12), n, v128.load(acc, 96), v128.load(acc, 112), bias, left, activation);
  storeRow(<usize>load<u32>(outs, 16), n, v128.load(acc, 128), v128.load(acc, 144), bias, left, activation);
  storeRow(<usize>load<u32>(outs, 20), n, v128.load(acc, 160), v128.load(acc, 176), bias, left, activation);
}

/**
 * Adds such sums to `up` rows (1 to 6), `pitch` bytes apart, and `left` columns of `out`; sets them instead when
 * `first`.
 */
export function addTile(acc: usize, out: usize, pitch: usize, up: i32, left: i32, first: bool): void {
  for (let r = 0; r < up; r++) {
    if (left >= 8) {
      let v0 = v128.load(acc), v1 = v128.load(acc, 16);
      if (!first) {
        v0 = f32x4.add(v0, v128.load(out));
        v1 = f32x4.add(v1, v128.load(out, 16));
      }
      v128.store(out, v0);
      v128.store(out, v1, 16);
    } else {
      let i = 0;
      if (left >= 4) {
        v128.store(out, first ? v128.load(acc) : f32x4.add(v128.load(acc), v128.load(out)));
        i = 4;
      }
      for (; i < left; i++) {
        const at = <usize>i << 2;
        store<f32>(out + at, first ? load<f32>(acc + at) : load<f32>(out + at) + load<f32>(acc + at));
      }
    }
    acc += PANEL_ROW;
    out += pitch;
  }
}
