import { checkInteger } from '../internal/check';
import { checkArray } from '../internal/check-kinds';
import type { NDArray } from '../types';

/**
 * Numbers of classes as one-hot labels, for a head that ends in a softmax: `[classes]` for each, with a 1 in the place
 * of its class.
 *
 * A class that is `undefined` or `null` stays unknown.
 *
 * @throws {RangeError} for fewer than 2 classes and for what is not the number of one, 0 to `classes - 1`.
 * @example
 * ```ts
 * import { arrayDataset, oneHot } from 'tfjs-multitask/data';
 *
 * const images = { data: new Float32Array(4 * 8 * 8), shape: [4, 8, 8, 1] };
 * const dataset = arrayDataset({ x: images, y: { kind: oneHot([0, 2, null, 1], 3) } });
 * ```
 */
export function oneHot(
  labels: ArrayLike<number | null | undefined>,
  classes: number,
): readonly (NDArray | undefined)[] {
  checkInteger(classes, 2, 'oneHot: classes');
  if (!ArrayBuffer.isView(labels)) checkArray(labels, 'oneHot: labels');
  return Array.from(labels, (label, i) => {
    if (label === undefined || label === null) return undefined;
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      throw new RangeError(
        `oneHot: labels must be the numbers of ${classes} classes, 0 to ${classes - 1}, got ${label} at ${i}.`,
      );
    }
    const data = new Uint8Array(classes);
    data[label] = 1;
    return { data, shape: [classes] };
  });
}
