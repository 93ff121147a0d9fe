// Windows of Winograd's patches that are zero in all channels, as on the black background of an image: their result is
// the bias, and is written as that.
import { activate } from './store-tile';
import { PATCH_SIDE } from './sizes';

/**
 * The pixels that a window of 3x3 and of 2x2 taps covers in the upper left corner of a patch, a bit each: bit 6 i + j
 * is that of row i, column j.
 */
const WINDOW_3X3: u64 = 0b000111_000111_000111, WINDOW_2X2: u64 = 0b000011_000011;

/** Whether pixel (i, j) of a patch, which lies at `patch` or has its address at `addresses`, is 0 in all channels. */
// @ts-ignore: decorator
@inline
function isEmpty(patch: usize, addresses: usize, i: i32, j: i32, bytes: usize, pitch: usize): bool {
  const pixel = patch
    ? patch + <usize>i * pitch + <usize>j * bytes
    : <usize>load<u32>(addresses + <usize>((i * PATCH_SIDE + j) << 2));
  for (let k: usize = 0; k < bytes; k += 16) {
    if (v128.any_true(f32x4.ne(v128.load(pixel + k), f32x4.splat(0)))) return false;
  }
  return true;
}

/**
 * A bit for each of the 36 pixels of a patch that is 0 in all channels, or 0 where no window of the filter can be
 * empty: each window holds one of the pixels that are looked at first.
 */
export function emptyPixels(patch: usize, addresses: usize, size: i32, bytes: usize, pitch: usize): u64 {
  let suspect = false;
  for (let i = size - 1; i < PATCH_SIDE; i += size) {
    for (let j = size - 1; j < PATCH_SIDE; j += size) {
      if (isEmpty(patch, addresses, i, j, bytes, pitch)) suspect = true;
    }
  }
  let bits: u64 = 0;
  if (suspect) {
    for (let i = 0; i < PATCH_SIDE; i++) {
      for (let j = 0; j < PATCH_SIDE; j++) {
        bits |= <u64>isEmpty(patch, addresses, i, j, bytes, pitch) << (i * PATCH_SIDE + j);
      }
    }
  }
  return bits;
}

/**
 * Writes what an empty window gives, the bias: Winograd would leave a rounding error of its neighbours there, and the
 * slope of a ReLU depends on its sign.
 */
export function writeEmpty(
  empty: u64, size: i32, bias: v128, activation: i32,
  out: usize, pixel: usize, pitch: usize, down: i32, right: i32,
): void {
  const window = size == 3 ? WINDOW_3X3 : WINDOW_2X2;
  const value = activate(bias, activation);
  for (let i = 0; i < down; i++) {
    for (let j = 0; j < right; j++) {
      const allEmpty = (~empty & (window << (i * PATCH_SIDE + j))) == 0;
      if (allEmpty) v128.store(out + <usize>i * pitch + <usize>j * pixel, value);
    }
  }
}
