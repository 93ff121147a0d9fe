import { checkChoice, checkRange } from '../internal/check';
import { checkArray, isRecord } from '../internal/check-kinds';
import type { NDArray } from '../types';
import { imageShape } from './check-image';

/**
 * Which values become 0 and 1: the range of the number type (`'type'`: 255 for Uint8, 65535 for Uint16), the
 * image's own extremes (`'minMax'`) or percentiles, or a fixed window `[low, high]` in the image's units.
 */
export type UnitRange =
  | 'type'
  | 'minMax'
  | readonly [low: number, high: number]
  | { readonly percentiles: readonly [low: number, high: number] };

/** The q-th percentile with linear interpolation between order statistics, as numpy's default. */
function percentile(sorted: NDArray['data'], q: number): number {
  const position = (q / 100) * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
}

function bounds(data: NDArray['data'], range: UnitRange): readonly [number, number] {
  if (range === 'type') {
    if (data instanceof Uint8Array) return [0, 255];
    if (data instanceof Uint16Array) return [0, 65535];
    throw new TypeError(
      `scaleToUnit: range 'type' is for Uint8Array and Uint16Array, got ${data.constructor.name}; name a range [low, high].`,
    );
  }
  if (range === 'minMax') {
    let low = data[0];
    let high = data[0];
    for (const value of data) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
    return [low, high];
  }
  if (typeof range === 'string') checkChoice(range, ['type', 'minMax'], 'scaleToUnit: range');
  if (isRecord(range) && 'percentiles' in range) {
    checkArray(range.percentiles, 'scaleToUnit: percentiles');
    const [low, high] = range.percentiles;
    checkRange(low, 0, 100, 'scaleToUnit: percentiles[0]');
    checkRange(high, low, 100, 'scaleToUnit: percentiles[1]');
    const sorted = data.slice().sort();
    return [percentile(sorted, low), percentile(sorted, high)];
  }
  checkArray(range, 'scaleToUnit: range');
  if (!range.every(Number.isFinite) || range.length !== 2 || !(range[0] < range[1])) {
    throw new RangeError(`scaleToUnit: range must be two finite numbers that rise, got [${range}].`);
  }
  return range;
}

/**
 * Scales an image linearly to [0, 1] and clips what lies outside: (x - low) / (high - low).
 *
 * An image whose own extremes or percentiles coincide becomes 0.
 *
 * `image`: `[height, width, channels]` -> Float32 of the same shape.
 *
 * @throws {TypeError} for range `'type'` over anything but Uint8 and Uint16.
 * @throws {RangeError} for a range that does not rise and for a value that is not finite.
 * @example
 * ```ts
 * import { scaleToUnit } from 'tfjs-multitask/data';
 *
 * scaleToUnit({ data: Uint8Array.of(0, 51, 255), shape: [1, 3, 1] }).data; // [0, 0.2, 1]
 * ```
 */
export function scaleToUnit(image: NDArray, range: UnitRange = 'type'): NDArray {
  imageShape(image, 'scaleToUnit: image');
  const bad = image.data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new RangeError(`scaleToUnit: image must be finite, got ${image.data[bad]} at ${bad}.`);
  const [low, high] = bounds(image.data, range);
  const factor = high > low ? 1 / (high - low) : 0;
  const data = Float32Array.from(image.data, (value) => Math.min(1, Math.max(0, (value - low) * factor)));
  return { data, shape: image.shape };
}
