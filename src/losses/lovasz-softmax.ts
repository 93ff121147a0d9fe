import { cast, div, greater, maximum, mul, sub, sum, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import { checkChoice } from '../internal/check';
import { checkOptions } from '../internal/check-options';
import type { Loss } from '../types';
import { absolute } from './absolute';
import { classesOf } from './class-weights';
import { defineLoss } from './define-loss';
import { type LovaszOptions, lovaszExtension, lovaszRows } from './lovasz-rows';

/**
 * Lovász-Softmax loss of each sample: a stand-in with slopes for 1 minus the mean Jaccard index of the classes, equal to it
 * for predictions of 0 and 1.
 *
 * For each class, `sum_i e_i (J_i - J_(i-1))` over the errors `e = |y - p|` of its pixels, the largest first; `J_i` is the
 * Jaccard loss of the class where the first i pixels are missed, `J_0 = 0`. The mean over the classes that the sample holds, 0
 * where there is none.
 *
 * `yTrue`, `yPred`: `[batch, ..., classes]` of one shape, `yTrue` one-hot; at most 2^24 pixels in a sample, or with `pool:
 * 'batch'` in a batch. In [0, 1]. A pixel that weighs 2 counts as two.
 *
 * | the numbers of | setting |
 * | --- | --- |
 * | smp `LovaszLoss('multiclass')` of logits | `pool: 'batch'`, of their softmax |
 * | smp `LovaszLoss('multiclass', per_image=True)` | none |
 * | smp `LovaszLoss('multiclass', ignore_index=i)` | `pool: 'batch', ignoreIndex: i` |
 *
 * Source: Berman, Rannen Triki, Blaschko, 2018, doi:10.1109/CVPR.2018.00464.
 *
 * @throws {RangeError} for an unknown option or pool; when the loss is called, where the shapes differ, for fewer than
 * 2 classes or too many pixels.
 * @throws {TypeError} where an argument of the loss is not a tensor.
 * @example
 * ```ts
 * import { tensor3d } from '@tensorflow/tfjs-core';
 * import { lovaszSoftmax } from 'tfjs-multitask/losses';
 *
 * lovaszSoftmax()(tensor3d([[[1, 0], [0, 1]]]), tensor3d([[[0.75, 0.25], [0.5, 0.5]]])); // [0.4375]
 * ```
 */
export function lovaszSoftmax(options: LovaszOptions = {}): Loss {
  checkOptions(options, ['pool', 'ignoreIndex'], 'lovaszSoftmax');
  const { pool = 'sample', ignoreIndex } = options;
  checkChoice(pool, ['sample', 'batch'], 'lovaszSoftmax: pool');
  const traits = { labels: [0, 1], takes: ['distribution'], exclusive: true, ignoreIndex } as const;
  return defineLoss('lovaszSoftmax', traits, (yTrue, yPred, weight) => {
    if (classesOf(yPred) < 2) {
      throw new RangeError(
        `lovaszSoftmax: yTrue and yPred must hold at least 2 classes in the last axis, got shape [${yPred.shape}]; of one, ` +
          'lovaszHinge.',
      );
    }
    const rows = lovaszRows({ yTrue, yPred, weight }, pool, 'lovaszSoftmax');
    const errors = absolute(sub(rows.labels, rows.predictions)) as Tensor2D;
    const isHeld = cast(greater(sum(mul(rows.labels, rows.weights), 1), 0), 'float32');
    const losses = rows.byClass(mul(lovaszExtension(errors, errors, rows), isHeld));
    const held = sum(rows.byClass(isHeld), 1);
    return rows.toSamples(div<Tensor1D>(sum(losses, 1), maximum(held, 1)));
  });
}
