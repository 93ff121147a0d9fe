// Copies of a box of 32-bit elements between two layouts: concat, slice, pad, tile, transpose and reverse are all this.
import { argI, argP, min32 } from './common';
import { transpose4 } from './conv';

/**
 * Copies `inner` elements for each index of the outer dimensions; strides in elements, any sign. Arguments: from, to, rows,
 * inner, inner stride of from, of to, block (rows an item), outer rank, then from 16 on (size, stride in from, stride in to).
 */
export function copyBox(item: i32, _thread: i32): void {
  const inner = argI(3), stepFrom = argI(4), stepTo = argI(5), block = argI(6), rank = argI(7);
  const end = min32(argI(2), (item + 1) * block);
  for (let row = item * block; row < end; row++) {
    let from = argP(0), to = argP(1);
    let rest = row;
    for (let d = rank - 1; d >= 0; d--) {
      const entry: usize = 16 + <usize>d * 3;
      const size = argI(entry);
      const q = rest / size;
      const k = rest - q * size;
      from += <usize>(k * argI(entry + 1)) << 2;
      to += <usize>(k * argI(entry + 2)) << 2;
      rest = q;
    }
    if (stepFrom == 1 && stepTo == 1) {
      let n = inner;
      for (; n >= 4; n -= 4) {
        v128.store(to, v128.load(from));
        from += 16;
        to += 16;
      }
      for (; n > 0; n--) {
        store<i32>(to, load<i32>(from));
        from += 4;
        to += 4;
      }
    } else {
      const sf = <usize>stepFrom << 2, st = <usize>stepTo << 2;
      for (let i = 0; i < inner; i++) {
        store<i32>(to, load<i32>(from));
        from += sf;
        to += st;
      }
    }
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
