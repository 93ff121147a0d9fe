import { addN, mul, type Tensor1D, tidy } from '@tensorflow/tfjs-core';
import { checkRange } from '../internal/check';
import type { Loss } from '../types';

export interface SumOfOptions {
  /** At least 0, one for each loss. Default: 1 for each. */
  readonly weights?: readonly number[];
}

/**
 * The weighted sum of several losses of one task.
 *
 * `sum_i weights_i losses_i(yTrue, yPred)`
 *
 * MONAI's `DiceCELoss` and nnU-Net's compound loss are sums of this kind.
 *
 * @throws RangeError for no losses, a negative weight, or a number of weights other than that of the losses.
 * @example
 * ```ts
 * sumOf([mse(), mae()], { weights: [1, 0.5] })(tensor2d([[0, 1]]), tensor2d([[0, 0.5]])); // [0.25]
 * ```
 */
export function sumOf(losses: readonly Loss[], { weights = losses.map(() => 1) }: SumOfOptions = {}): Loss {
  if (losses.length === 0) throw new RangeError('sumOf: losses must hold at least one loss, got none.');
  if (weights.length !== losses.length) {
    throw new RangeError(`sumOf: weights must hold one weight a loss, got ${weights.length} for ${losses.length}.`);
  }
  for (const weight of weights) checkRange(weight, 0, Number.POSITIVE_INFINITY, 'sumOf: weights');
  const total: Loss = (yTrue, yPred) =>
    tidy(() => addN(losses.map((loss, i) => mul<Tensor1D>(loss(yTrue, yPred), weights[i])))) as Tensor1D;
  const labels = losses.find((loss) => loss.labels !== undefined)?.labels;
  return labels === undefined ? total : Object.assign(total, { labels });
}
