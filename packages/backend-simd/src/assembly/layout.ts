// Copies of a box of 32-bit elements between two layouts: concat, slice, pad, tile, transpose and reverse are all this.
import { argI, argP, copyFloats, min32 } from './common';
import { transpose4 } from './conv';

/**
 * Copies `inner` elements for each index of the outer dimensions; strides in elements, any sign. Arguments: from, to, rows,
 * inner, inner stride of from, of to, block (rows an item), outer rank, then from 16 on (size, stride in from, stride in to).
 */
export function copyBox(item: i32, _thread: i32): void {
  const inner = argI(3), stepFrom = argI(4), stepTo = argI(5), block = argI(6), rank = argI(7);
  const end = min32(argI(2), (item + 1) * block);
  // rows along the last outer dimension lie at even distances: their place is looked for once
  const last: usize = 13 + <usize>rank * 3;
  const size = rank ? argI(last) : 1;
  const pitchFrom = rank ? argP(last + 1) << 2 : 0, pitchTo = rank ? argP(last + 2) << 2 : 0;
  for (let row = item * block; row < end;) {
    let from = argP(0), to = argP(1);
    let rest = row, count = end - row;
    for (let d = rank - 1; d >= 0; d--) {
      const entry: usize = 16 + <usize>d * 3;
      const q = rest / argI(entry);
      const k = rest - q * argI(entry);
      if (d == rank - 1) count = min32(count, size - k);
      from += <usize>(k * argI(entry + 1)) << 2;
      to += <usize>(k * argI(entry + 2)) << 2;
      rest = q;
    }
    row += count;
    for (; count > 0; count--) {
      if (stepFrom == 1 && stepTo == 1) copyFloats(from, to, inner);
      else scatterFloats(from, to, inner, <usize>stepFrom << 2, <usize>stepTo << 2);
      from += pitchFrom;
      to += pitchTo;
    }
  }
}

// @ts-ignore: decorator
@inline
function scatterFloats(from: usize, to: usize, n: i32, stepFrom: usize, stepTo: usize): void {
  for (; n > 0; n--) {
    store<i32>(to, load<i32>(from));
    from += stepFrom;
    to += stepTo;
  }
}

/** Transposes matrices [batch, rows, cols]; an item is 32 rows of one. Arguments: from, to, rows, cols, items a matrix. */
export function transposeRows(item: i32, _thread: i32): void {
  const rows = argI(2), cols = argI(3), per = argI(4);
  const b = item / per;
  const size = <usize>rows * <usize>cols << 2;
  const from = argP(0) + <usize>b * size, to = argP(1) + <usize>b * size;
  const start = (item - b * per) << 5;
  const end = min32(rows, start + 32);
  const pitch = <usize>cols << 2, step = <usize>rows << 2;
  let c = 0;
  for (; c + 4 <= cols; c += 4) {
    let r = start;
    for (; r + 4 <= end; r += 4) transpose4(from + <usize>r * pitch + (<usize>c << 2), pitch, to + <usize>c * step + (<usize>r << 2), step);
    for (; r < end; r++) {
      for (let i = 0; i < 4; i++) store<i32>(to + <usize>(c + i) * step + (<usize>r << 2), load<i32>(from + <usize>r * pitch + (<usize>(c + i) << 2)));
    }
  }
  for (; c < cols; c++) {
    for (let r = start; r < end; r++) store<i32>(to + <usize>c * step + (<usize>r << 2), load<i32>(from + <usize>r * pitch + (<usize>c << 2)));
  }
}
