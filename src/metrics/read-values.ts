import { checkText } from '../internal/check-kinds';
import { readArray } from '../internal/values';
import type { NDArray, Values } from '../types';

/**
 * Reads a tensor, an N-D array, a typed array or nested arrays as plain numbers: what `update` of a metric of your own
 * begins with.
 *
 * Any shape -> the same. `name` begins the messages of its errors.
 *
 * @throws {RangeError} for rows that differ in length or depth, and for data of another length than its shape.
 * @throws {TypeError} for what holds no numbers.
 * @example
 * ```ts
 * import { readValues } from 'tfjs-multitask/metrics';
 *
 * const values = await readValues([[1, 2], [3, 4]], 'within: yPred');
 * values.data; // [1, 2, 3, 4]
 * values.shape; // [2, 2]
 * ```
 */
export async function readValues(values: Values, name: string): Promise<NDArray> {
  checkText(name, 'readValues: name');
  return readArray(values, name);
}
