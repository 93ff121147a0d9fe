import { mul, sum } from '@tensorflow/tfjs-core';
import { checkArray } from '../internal/check-kinds';
import { checkOptions } from '../internal/check-options';
import type { Loss } from '../types';
import { classesOf, readClassWeights } from './class-weights';
import { defineLossOfLogits, type IgnoreOptions } from './define-loss';
import { elementwiseBce, elementwiseBceFromLogits } from './elementwise-bce';
import { meanOverElements } from './mean-over-elements';

/** Options of {@link ordinal}. */
export interface OrdinalOptions extends IgnoreOptions {
  /** At least 0, one for each threshold: how much it counts. Default: 1 for each. */
  readonly importanceWeights?: readonly number[] | undefined;
  /** `yPred` holds logits: no sigmoid before the loss. Default: false. */
  readonly fromLogits?: boolean | undefined;
}

/**
 * Loss of each sample between K ranks in an order, such as grades: binary cross-entropies of whether the rank is above each
 * of K - 1 thresholds, added up (CORAL).
 *
 * `mean(sum_k w_k (-y_k log p_k - (1 - y_k) log(1 - p_k)))`, w from `importanceWeights`, the mean over all axes between the
 * batch and the thresholds.
 *
 * `yTrue`, `yPred`: `[batch, ..., K - 1]` of one shape; `y_k` is 1 where the rank, from 0, is above k, so that rank 2 of 4 is
 * `[1, 1, 0]`: `cast(greater(ranks, range(0, K - 1)), 'float32')` of ranks `[batch, 1]`. The predicted rank is the number of
 * `p_k` above 0.5. In the paper one weight vector serves all thresholds, which keeps them in order; each has a bias.
 *
 * coral_pytorch's `coral_loss(logits, levels, importance_weights)` is `fromLogits: true`.
 *
 * Source: Cao, Mirjalili, Raschka, 2020, doi:10.1016/j.patrec.2020.11.008.
 *
 * @throws {RangeError} for an unknown option or a negative weight; when the loss is called, where the shapes differ or
 * hold not one threshold for each weight.
 * @throws {TypeError} where an argument of the loss is not a tensor.
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { ordinal } from 'tfjs-multitask/losses';
 *
 * ordinal()(tensor2d([[1, 0]]), tensor2d([[0.5, 0.25]])); // [0.980829]
 * ```
 */
export function ordinal(options: OrdinalOptions = {}): Loss {
  checkOptions(options, ['importanceWeights', 'ignoreIndex', 'fromLogits'], 'ordinal');
  const { importanceWeights, ignoreIndex, fromLogits = false } = options;
  if (importanceWeights !== undefined) checkArray(importanceWeights, 'ordinal: importanceWeights');
  const weights = readClassWeights(importanceWeights, 'ordinal: importanceWeights');
  const ofSigmoid = {
    activation: 'sigmoid',
    takes: ['probability'],
    exclusive: true,
    fromLogits,
    ignoreIndex,
  } as const;
  return defineLossOfLogits('ordinal', ofSigmoid, (yTrue, yPred, weight, areLogits) => {
    const entropies = (areLogits ? elementwiseBceFromLogits : elementwiseBce)(yTrue, yPred);
    const ofThresholds = weights(classesOf(yPred));
    const costs = ofThresholds ? mul(entropies, ofThresholds) : entropies;
    return meanOverElements(yPred.rank > 1 ? sum(costs, -1, true) : costs, weight);
  });
}
