import { greater, log, mul, onesLike, sub, where } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/check-options';
import type { Loss } from '../types';
import { classLoss } from './class-loss';
import type { IgnoreOptions } from './define-loss';

/** Options of {@link klDivergence}. */
export interface KlDivergenceOptions extends IgnoreOptions {
  /** `yPred` holds logits: no softmax before the loss. Default: false. */
  readonly fromLogits?: boolean | undefined;
}

/**
 * Kullback-Leibler divergence of each sample: by how much a predicted distribution differs from the label's.
 *
 * `mean(sum_c y_c log(y_c / p_c))`, the mean over all axes between the batch and the classes; a class with `y_c = 0` adds 0.
 * It is `crossEntropy` less the entropy of the label: 0 at the label, and the same slopes.
 *
 * `yTrue`, `yPred`: `[batch, ..., classes]` of one shape; in nats. Rows of zeros, `ignoreIndex` and the clipping at 1e-7
 * are those of `crossEntropy`.
 *
 * torch's `KLDivLoss(reduction='batchmean')` of log-probabilities over one sample; Keras's `KLDivergence()` clips labels
 * of 0 at 1e-7, which adds up to 2e-6 for each.
 *
 * Source: Kullback, Leibler, 1951, doi:10.1214/aoms/1177729694.
 *
 * @throws {RangeError} for an unknown option; when the loss is called, where the shapes differ or hold fewer than 2
 * classes.
 * @throws {TypeError} where an argument of the loss is not a tensor.
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { klDivergence } from 'tfjs-multitask/losses';
 *
 * klDivergence()(tensor2d([[0.5, 0.5]]), tensor2d([[0.25, 0.75]])); // [0.143841]
 * ```
 */
export function klDivergence(options: KlDivergenceOptions = {}): Loss {
  checkOptions(options, ['ignoreIndex', 'fromLogits'], 'klDivergence');
  const { fromLogits = false, ...ignore } = options;
  return classLoss('klDivergence', { ...ignore, fromLogits, weights: () => undefined }, (yTrue, logP) => {
    const logY = log(where(greater(yTrue, 0), yTrue, onesLike(yTrue)));
    return mul(yTrue, sub(logP, logY));
  });
}
