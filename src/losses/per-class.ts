import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { Loss } from '../types';

/** The values of a loss for each sample and class. */
export type LossPerClass = (yTrue: Tensor, yPred: Tensor, weight?: Tensor) => Tensor2D;

const PER_CLASS = Symbol('per class');

/** A loss together with its values for each class. Not enumerable: what is made of the loss does not pass for it. */
export function withPerClass(loss: Loss, form: LossPerClass): Loss {
  return Object.defineProperty(loss, PER_CLASS, { value: form });
}

/**
 * What a loss over regions costs in each class, before its mean or sum over the classes is taken: `softDice`,
 * `tversky`, `focalTversky` and `jaccard`.
 *
 * To look at, outside of a trainer, or for a sum of one's own over the classes.
 *
 * Takes what the loss takes, and returns `[batch, classes]`, without the background where the loss leaves it out; times
 * `classWeights`. With `pool: 'batch'`, each sample has the values of the batch. A class that a sample's target does not hold
 * is 0 with `absent: 'zero'`, and NaN with `absent: 'skip'`, as it does not count.
 *
 * MONAI's `DiceLoss(reduction='none')` and `TverskyLoss(reduction='none')`, which have axes of 1 behind.
 *
 * @throws {TypeError} where it is given no loss.
 * @throws {RangeError} for a loss that has no value for each class: other losses, `average: 'micro'`, and losses made
 * of others, such as `sumOf`.
 * @example
 * ```ts
 * import { tensor3d } from '@tensorflow/tfjs-core';
 * import { perClass, softDice } from 'tfjs-multitask/losses';
 *
 * perClass(softDice())(tensor3d([[[1, 0], [1, 1]]]), tensor3d([[[1, 0], [0, 0]]])); // [0.25, 0.5]
 * ```
 */
export function perClass(loss: Loss): LossPerClass {
  if (typeof loss !== 'function') throw new TypeError(`perClass: loss must be a loss, got ${typeof loss}.`);
  const { [PER_CLASS]: form } = loss as Loss & { readonly [PER_CLASS]?: LossPerClass | undefined };
  if (form !== undefined) return form;
  throw new RangeError(
    "perClass: this loss has no value for each class; softDice, tversky, focalTversky and jaccard have, with average: 'macro' " +
      "or 'sum'. Of a sum of losses, take each by itself.",
  );
}
