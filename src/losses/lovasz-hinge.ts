import { mean, mul, relu, sub, type Tensor2D } from '@tensorflow/tfjs-core';
import { checkChoice } from '../internal/check';
import { checkOptions } from '../internal/check-options';
import type { Loss } from '../types';
import { defineLossOfLogits } from './define-loss';
import { logComplement, logProbability } from './log-probability';
import { type LovaszOptions, lovaszExtension, lovaszRows } from './lovasz-rows';

/** Options of {@link lovaszHinge}. */
export interface LovaszHingeOptions extends LovaszOptions {
  /** `yPred` holds logits: no sigmoid before the loss. Default: false. */
  readonly fromLogits?: boolean | undefined;
}

/**
 * Lovász hinge loss of each sample: a convex bound of 1 minus the Jaccard index of masks, of the logits x.
 *
 * For each class, `sum_i max(e_i, 0) (J_i - J_(i-1))` over the errors `e = 1 - (2 y - 1) x` of its pixels, the largest first;
 * `J_i` is the Jaccard loss of the mask where the first i pixels are missed, `J_0 = 0`. The mean over the classes. Of an empty
 * mask only the largest error counts.
 *
 * `yTrue`, `yPred`: `[batch, ..., classes]` of one shape, the classes each for itself; at most 2^24 pixels in a sample, or with
 * `pool: 'batch'` in a batch. Of probabilities, x is `log(p / (1 - p))`, p clipped at 1e-7 from 0 and 1. A pixel that weighs 2
 * counts as two.
 *
 * | the numbers of | setting |
 * | --- | --- |
 * | smp `LovaszLoss('binary')` | `fromLogits: true, pool: 'batch'` |
 * | smp `LovaszLoss('binary', per_image=True)` | `fromLogits: true` |
 * | smp `LovaszLoss('binary', ignore_index=i)` | `fromLogits: true, pool: 'batch', ignoreIndex: i` |
 *
 * Source: Berman, Rannen Triki, Blaschko, 2018, doi:10.1109/CVPR.2018.00464.
 *
 * @throws {RangeError} for an unknown option or pool; when the loss is called, where the shapes differ or for too many
 * pixels.
 * @throws {TypeError} where an argument of the loss is not a tensor.
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { lovaszHinge } from 'tfjs-multitask/losses';
 *
 * lovaszHinge({ fromLogits: true })(tensor2d([[1]]), tensor2d([[-0.5]])); // [1.5]
 * ```
 */
export function lovaszHinge(options: LovaszHingeOptions = {}): Loss {
  checkOptions(options, ['pool', 'ignoreIndex', 'fromLogits'], 'lovaszHinge');
  const { pool = 'sample', ignoreIndex, fromLogits = false } = options;
  checkChoice(pool, ['sample', 'batch'], 'lovaszHinge: pool');
  const ofSigmoid = { activation: 'sigmoid', takes: ['probability'], fromLogits, ignoreIndex } as const;
  return defineLossOfLogits('lovaszHinge', ofSigmoid, (yTrue, yPred, weight, areLogits) => {
    const logits = areLogits ? yPred : sub(logProbability(yPred), logComplement(yPred));
    const rows = lovaszRows({ yTrue, yPred: logits, weight }, pool, 'lovaszHinge');
    const errors = sub<Tensor2D>(1, mul(sub(mul(rows.labels, 2), 1), rows.predictions));
    return rows.toSamples(mean(rows.byClass(lovaszExtension(errors, relu(errors), rows)), 1));
  });
}
