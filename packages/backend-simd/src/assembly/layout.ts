// Copies of a box of 32-bit elements between two layouts: concat, slice, pad, tile, transpose and reverse are all this.
import { copyFloats, min32 } from './common';
import { transpose4 } from './conv';
import { CopyBoxArguments, TransposeRowsArguments } from './generated/abi';

/**
 * Copies `inner` elements for each index of the outer dimensions, `block` rows an item; strides in elements, any sign.
 */
export function copyBox(args: CopyBoxArguments, item: i32, _thread: i32): void {
  const inner = args.inner, stepFrom = args.strideFrom, stepTo = args.strideTo, block = args.block;
  const rank = args.axesLength;
  const end = min32(args.rows, (item + 1) * block);
  // rows along the last outer dimension lie at even distances: their place is looked for once
  const last = args.axes(rank - 1);
  const size = rank ? last.size : 1;
  const pitchFrom = rank ? <usize>last.strideFrom << 2 : 0, pitchTo = rank ? <usize>last.strideTo << 2 : 0;
  for (let row = item * block; row < end;) {
    let from = args.from, to = args.to;
    let rest = row, count = end - row;
    for (let d = rank - 1; d >= 0; d--) {
      const axis = args.axes(d);
      const q = rest / axis.size;
      const k = rest - q * axis.size;
      if (d == rank - 1) count = min32(count, size - k);
      from += <usize>(k * axis.strideFrom) << 2;
      to += <usize>(k * axis.strideTo) << 2;
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

/** Transposes matrices [batch, rows, cols]; an item is 32 rows of one. */
export function transposeRows(args: TransposeRowsArguments, item: i32, _thread: i32): void {
  const rows = args.rows, cols = args.cols, per = args.itemsPerMatrix;
  const b = item / per;
  const size = <usize>rows * <usize>cols << 2;
  const from = args.from + <usize>b * size, to = args.to + <usize>b * size;
  const start = (item - b * per) << 5;
  const end = min32(rows, start + 32);
  const pitch = <usize>cols << 2, step = <usize>rows << 2;
  let c = 0;
  for (; c + 4 <= cols; c += 4) {
    let r = start;
    for (; r + 4 <= end; r += 4) {
      transpose4(from + <usize>r * pitch + (<usize>c << 2), pitch, to + <usize>c * step + (<usize>r << 2), step);
    }
    for (; r < end; r++) {
      for (let i = 0; i < 4; i++) {
        store<i32>(
          to + <usize>(c + i) * step + (<usize>r << 2), load<i32>(from + <usize>r * pitch + (<usize>(c + i) << 2)),
        );
      }
    }
  }
  for (; c < cols; c++) {
    for (let r = start; r < end; r++) {
      store<i32>(to + <usize>c * step + (<usize>r << 2), load<i32>(from + <usize>r * pitch + (<usize>c << 2)));
    }
  }
}
