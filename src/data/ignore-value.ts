import { checkNDArray } from '../internal/check-kinds';
import type { NDArray } from '../types';
import type { PartialLabel } from './map-mask';

/**
 * A label of which the elements that hold `value` are unknown: they become 0 with weight 0, the others have weight 1.
 *
 * For findings of which some are not known, and for maps of numbers; masks of classes are for {@link mapMask}.
 *
 * `label`: any shape -> `label` of the same shape and number type; `weight`: Uint8 of that shape, left out where no
 * element is unknown.
 *
 * @throws {TypeError} unless `label` is `{ data, shape }`.
 * @example
 * ```ts
 * import { ignoreValue } from 'tfjs-multitask/data';
 *
 * const { label, weight } = ignoreValue({ data: Float32Array.of(1, Number.NaN, 0), shape: [3] }, Number.NaN);
 * weight?.data; // [1, 0, 1]
 * ```
 */
export function ignoreValue(label: NDArray, value: number): PartialLabel {
  checkNDArray(label, 'ignoreValue: label');
  if (typeof value !== 'number') throw new TypeError(`ignoreValue: value must be a number, got ${value}.`);
  const { shape } = label;
  const data = label.data.slice();
  const weight = new Uint8Array(data.length).fill(1);
  for (let i = 0; i < data.length; i++) {
    if (data[i] !== value && !(Number.isNaN(data[i]) && Number.isNaN(value))) continue;
    data[i] = 0;
    weight[i] = 0;
  }
  return weight.includes(0) ? { label: { data, shape }, weight: { data: weight, shape } } : { label };
}
