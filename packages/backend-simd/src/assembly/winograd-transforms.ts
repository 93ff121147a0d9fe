// Winograd's transforms of patches, filters, outputs and dy, four channels at a time: along one axis into scratch, then
// along the other. A place is one of the 36 pairs of points; what belongs to it lies `step` bytes behind the place
// before.
import { WinogradPointsArguments } from './generated/abi';
import { SIX_WORDS, TILE_BYTES } from './sizes';
import { dyLine, filterLine, inputColumn, inputRow, outputLine, outputRow, PATCH_ROW } from './winograd-lines';

/** Bytes of a row of a filter and of dy in scratch: three and five vectors. */
const FILTER_ROW: usize = 48, DY_ROW: usize = 80;
/** Bytes of a filter between the two passes. */
export const FILTER_SCRATCH: usize = 6 * FILTER_ROW;
/** Bytes of the addresses of a row of dy. */
export const DY_ADDRESSES: usize = 20;
/** Bytes from a row of places to the next among the products of six tiles. */
const PLACE_ROW: usize = 6 * TILE_BYTES;

/** The second pass of an input transform. */
// @ts-ignore: decorator
@inline
function inputRows(
  to: usize, step: usize, temp: usize, a: v128, b: v128, a2: v128, b2: v128, product: v128, sum: v128,
): void {
  for (let i = temp; i < temp + 6 * PATCH_ROW; i += PATCH_ROW) {
    inputRow(
      v128.load(i), v128.load(i, 16), v128.load(i, 32), v128.load(i, 48), v128.load(i, 64), v128.load(i, 80),
      to, step, a, b, a2, b2, product, sum,
    );
    to += step * 6;
  }
}

/**
 * Bt d B of bytes [k, end) of the pixels of a patch at `image`, its rows `pitch` bytes apart, into rows `step` apart.
 */
// @ts-ignore: decorator
@inline
export function inputTransform(
  points: WinogradPointsArguments,
  image: usize, pixel: usize, pitch: usize, k: usize, end: usize, to: usize, step: usize, temp: usize,
): void {
  const a = points.a, b = points.b, a2 = points.a2, b2 = points.b2, product = points.product, sum = points.sum;
  for (; k < end; k += 16) {
    let from = image + k;
    for (let j = temp; j < temp + PATCH_ROW; j += 16) {
      const d0 = v128.load(from);
      let at = from + pitch;
      const d1 = v128.load(at);
      at += pitch;
      const d2 = v128.load(at);
      at += pitch;
      const d3 = v128.load(at);
      at += pitch;
      const d4 = v128.load(at);
      inputColumn(d0, d1, d2, d3, d4, v128.load(at + pitch), j, a, b, a2, b2, product, sum);
      from += pixel;
    }
    inputRows(to, step, temp, a, b, a2, b2, product, sum);
    to += 16;
  }
}

/** The same of a patch the addresses of whose pixels lie at `addresses`. */
// @ts-ignore: decorator
@inline
export function inputTransformByAddress(
  points: WinogradPointsArguments, addresses: usize, k: usize, end: usize, to: usize, step: usize, temp: usize,
): void {
  const a = points.a, b = points.b, a2 = points.a2, b2 = points.b2, product = points.product, sum = points.sum;
  for (; k < end; k += 16) {
    let from = addresses;
    for (let j = temp; j < temp + PATCH_ROW; j += 16) {
      inputColumn(
        v128.load(<usize>load<u32>(from) + k), v128.load(<usize>load<u32>(from, SIX_WORDS) + k),
        v128.load(<usize>load<u32>(from, 2 * SIX_WORDS) + k), v128.load(<usize>load<u32>(from, 3 * SIX_WORDS) + k),
        v128.load(<usize>load<u32>(from, 4 * SIX_WORDS) + k), v128.load(<usize>load<u32>(from, 5 * SIX_WORDS) + k),
        j, a, b, a2, b2, product, sum,
      );
      from += 4;
    }
    inputRows(to, step, temp, a, b, a2, b2, product, sum);
    to += 16;
  }
}

/**
 * G g Gt of four filters of `size` by `size` taps, which lie `tap` bytes apart, the first at `from`. Places are `step`
 * bytes apart. Scratch: `FILTER_SCRATCH`.
 */
// @ts-ignore: decorator
@inline
function filterTransform(
  points: WinogradPointsArguments, size: i32, from: usize, tap: usize, to: usize, step: usize, temp: usize,
): void {
  const a = points.a, b = points.b, a2 = points.a2, b2 = points.b2;
  const scale0 = points.scale0, scaleA = points.scaleA, scaleB = points.scaleB;
  const row = tap * <usize>size;
  for (let j = temp; j < temp + (<usize>size << 4); j += 16) {
    const w0 = v128.load(from), w1 = v128.load(from + row);
    const w2 = size > 2 ? v128.load(from + row * 2) : w1; // behind two rows the memory may end
    filterLine(size, w0, w1, w2, j, FILTER_ROW, a, b, a2, b2, scale0, scaleA, scaleB);
    from += tap;
  }
  for (let i = temp; i < temp + FILTER_SCRATCH; i += FILTER_ROW) {
    const w0 = v128.load(i), w1 = v128.load(i, 16), w2 = v128.load(i, 32);
    filterLine(size, w0, w1, w2, to, step, a, b, a2, b2, scale0, scaleA, scaleB);
    to += step * 6;
  }
}

export function filterTransform3x3(
  points: WinogradPointsArguments, from: usize, tap: usize, to: usize, step: usize, temp: usize,
): void {
  filterTransform(points, 3, from, tap, to, step, temp);
}

export function filterTransform2x2(
  points: WinogradPointsArguments, from: usize, tap: usize, to: usize, step: usize, temp: usize,
): void {
  filterTransform(points, 2, from, tap, to, step, temp);
}

/**
 * At m A plus a bias: `size` (4 or 5) rows and columns, of which the first `down` and `right` are written. The places
 * of m are those of a tile.
 */
// @ts-ignore: decorator
@inline
function outputTransform(
  points: WinogradPointsArguments, size: i32, at: usize, bias: v128, activation: i32,
  out: usize, pixel: usize, pitch: usize, down: i32, right: i32, temp: usize,
): void {
  const a = points.a, b = points.b, a2 = points.a2, b2 = points.b2;
  const a3 = points.a3, b3 = points.b3, a4 = points.a4, b4 = points.b4;
  for (let j = temp; j < temp + PATCH_ROW; j += 16) {
    outputLine(
      size, v128.load(at), v128.load(at, PLACE_ROW), v128.load(at, 2 * PLACE_ROW), v128.load(at, 3 * PLACE_ROW),
      v128.load(at, 4 * PLACE_ROW), v128.load(at, 5 * PLACE_ROW), j, PATCH_ROW, a, b, a2, b2, a3, b3, a4, b4,
    );
    at += TILE_BYTES;
  }
  const whole = right == size, line = temp + 5 * PATCH_ROW; // of a row that leaves the output a part is copied
  for (let i = temp; i < temp + <usize>down * PATCH_ROW; i += PATCH_ROW) {
    outputRow(
      size, v128.load(i), v128.load(i, 16), v128.load(i, 32), v128.load(i, 48), v128.load(i, 64), v128.load(i, 80),
      whole ? out : line, whole ? pixel : 16, bias, activation, a, b, a2, b2, a3, b3, a4, b4,
    );
    if (!whole) for (let j = 0; j < right; j++) v128.store(out + <usize>j * pixel, v128.load(line + (<usize>j << 4)));
    out += pitch;
  }
}

export function outputTransform4x4(
  points: WinogradPointsArguments, at: usize, bias: v128, activation: i32,
  out: usize, pixel: usize, pitch: usize, down: i32, right: i32, temp: usize,
): void {
  outputTransform(points, 4, at, bias, activation, out, pixel, pitch, down, right, temp);
}

export function outputTransform5x5(
  points: WinogradPointsArguments, at: usize, bias: v128, activation: i32,
  out: usize, pixel: usize, pitch: usize, down: i32, right: i32, temp: usize,
): void {
  outputTransform(points, 5, at, bias, activation, out, pixel, pitch, down, right, temp);
}

/** G d Gt without its scale of the `size` by `size` pixels of dy whose addresses, five a row, lie at `addresses`. */
// @ts-ignore: decorator
@inline
export function dyTransform(
  points: WinogradPointsArguments, size: i32, k: usize, to: usize, step: usize, addresses: usize, temp: usize,
): void {
  const a = points.a, b = points.b, a2 = points.a2, b2 = points.b2, a4 = points.a4, b4 = points.b4;
  const column = temp + 6 * DY_ROW; // the one at hand lies behind the rows
  let at = addresses;
  for (let j = 0; j < size; j++) {
    v128.store(column, v128.load(<usize>load<u32>(at) + k));
    v128.store(column, v128.load(<usize>load<u32>(at, DY_ADDRESSES) + k), 16);
    v128.store(column, v128.load(<usize>load<u32>(at, 2 * DY_ADDRESSES) + k), 32);
    v128.store(column, v128.load(<usize>load<u32>(at, 3 * DY_ADDRESSES) + k), 48);
    if (size > 4) v128.store(column, v128.load(<usize>load<u32>(at, 4 * DY_ADDRESSES) + k), 64);
    dyLine(size, column, temp + (<usize>j << 4), DY_ROW, a, b, a2, b2, a4, b4);
    at += 4;
  }
  for (let i = 0; i < 6; i++) {
    dyLine(size, temp, to, step, a, b, a2, b2, a4, b4);
    temp += DY_ROW;
    to += step * 6;
  }
}

/** The taps of a filter's gradient from its 36 places, `from` bytes apart: At m A, m scaled. */
// @ts-ignore: decorator
@inline
export function filterGradientTransform(
  points: WinogradPointsArguments, size: i32, at: usize, from: usize, to: usize, place: usize, temp: usize,
): void {
  const a = points.a, b = points.b, a2 = points.a2, b2 = points.b2, none = a;
  const scale0 = points.scale0, scaleA = points.scaleA, scaleB = points.scaleB;
  for (let j = temp; j < temp + PATCH_ROW; j += 16) {
    outputLine(
      size, f32x4.mul(v128.load(at), scale0),
      f32x4.mul(v128.load(at + from * 6), scaleA), f32x4.mul(v128.load(at + from * 12), scaleA),
      f32x4.mul(v128.load(at + from * 18), scaleB), f32x4.mul(v128.load(at + from * 24), scaleB),
      v128.load(at + from * 30), j, PATCH_ROW, a, b, a2, b2, none, none, none, none,
    );
    at += from;
  }
  for (let i = 0; i < size; i++) {
    outputLine(
      size, f32x4.mul(v128.load(temp), scale0),
      f32x4.mul(v128.load(temp, 16), scaleA), f32x4.mul(v128.load(temp, 32), scaleA),
      f32x4.mul(v128.load(temp, 48), scaleB), f32x4.mul(v128.load(temp, 64), scaleB),
      v128.load(temp, 80), to, place, a, b, a2, b2, none, none, none, none,
    );
    temp += PATCH_ROW;
    to += place * <usize>size;
  }
}
