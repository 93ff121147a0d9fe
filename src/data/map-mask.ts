import type { NDArray } from '../types';
import { imageShape } from './check-image';
import { classesOf, keyOf, type MaskValues, nameOfKey, parseValues } from './mask-values';

/** A label of which some elements may be unknown: what a sample takes as `y[task]` and `weight[task]`. */
export interface PartialLabel {
  readonly label: NDArray;
  /** A weight for each element or pixel, 0 where it is unknown; left out where all are known. */
  readonly weight?: NDArray | undefined;
}

const SHOWN = 12;

/** Values as errors list them, in their order, the first twelve. */
export function listValues(keys: Iterable<number>): string {
  const sorted = [...keys].sort((a, b) => a - b);
  const shown = sorted.slice(0, SHOWN).map(nameOfKey).join(', ');
  return sorted.length > SHOWN ? `${shown}, ... (${sorted.length} in all)` : shown;
}

/** The values that a mask holds, each once. */
export function valuesIn({ data, shape }: NDArray): Set<number> {
  const found = new Set<number>();
  for (let i = 0; i < data.length; i += shape[2]) found.add(keyOf(data, i, shape[2]));
  return found;
}

/** A mask `[height, width, ...]` that is background everywhere, in the form of {@link mapMask}. */
export function emptyMask(height: number, width: number, values?: MaskValues): NDArray {
  const classes = values === undefined ? 2 : classesOf(parseValues(values, 'emptyMask'));
  const channels = classes === 2 ? 1 : classes;
  const data = new Uint8Array(height * width * channels);
  if (channels > 1) for (let i = 0; i < data.length; i += channels) data[i] = 1;
  return { data, shape: [height, width, channels] };
}

/**
 * Makes classes of the values of a mask: of two classes a mask of 0 and 1, of more a one-hot mask, whose first class is
 * the background.
 *
 * A value may be unknown: its pixels are background with weight 0.
 *
 * `mask`: `[height, width, 1]`, whole numbers, or `[height, width, 3]`, red, green, blue from 0 to 255 ->
 * `label`: Uint8 `[height, width, 1]` or `[height, width, classes]`; `weight`: Uint8 `[height, width, 1]`, left out where
 * no pixel is unknown.
 *
 * @throws {RangeError} for a mask of another shape, for `values` that do not name every class from 0 on, and for a
 * value of the mask that `values` does not have: the error lists what was found.
 * @example
 * ```ts
 * import { mapMask } from 'tfjs-multitask/data';
 *
 * const mask = { data: Uint8Array.of(0, 85, 170, 255), shape: [2, 2, 1] };
 * const { label, weight } = mapMask(mask, { 0: 0, 85: 1, 170: 2, 255: 'unknown' });
 * label.shape; // [2, 2, 3]
 * const colours = { data: Uint8Array.of(0, 0, 0, 255, 0, 0), shape: [1, 2, 3] };
 * mapMask(colours, { '#000000': 0, '#ff0000': 1 }).label.data; // [0, 1]
 * ```
 */
export function mapMask(mask: NDArray, values: MaskValues): PartialLabel {
  return mapValues(mask, values, 'mapMask: mask');
}

/** {@link mapMask} of a mask that errors call `name`. */
export function mapValues(mask: NDArray, values: MaskValues, name: string): PartialLabel {
  const [height, width, channels] = imageShape(mask, name);
  if (channels !== 1 && channels !== 3) {
    throw new RangeError(`${name} must have 1 channel (grey) or 3 (colours), got ${channels}.`);
  }
  const isByte = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= 255;
  if (channels === 3 && !mask.data.every(isByte)) {
    throw new RangeError(`${name}: colours must be whole numbers from 0 to 255.`);
  }
  const table = parseValues(values, name);
  const strange = [...valuesIn(mask)].filter((key) => !table.has(key));
  if (strange.length > 0) {
    throw new RangeError(
      `${name}: expected the values ${listValues(table.keys())}, which \`values\` names, found ${listValues(strange)}, too.`,
    );
  }
  const classes = classesOf(table);
  const label = emptyMask(height, width, values);
  const weight = new Uint8Array(height * width).fill(1);
  for (let i = 0; i < weight.length; i++) {
    const meaning = table.get(keyOf(mask.data, i * channels, channels));
    if (meaning === 'unknown') weight[i] = 0;
    else if (classes === 2) label.data[i] = meaning as number;
    else {
      label.data[i * classes] = 0;
      label.data[i * classes + (meaning as number)] = 1;
    }
  }
  return weight.includes(0) ? { label, weight: { data: weight, shape: [height, width, 1] } } : { label };
}
