import { add, mul, relu, square, sub, sum } from '@tensorflow/tfjs-core';
import { checkRange } from '../internal/check';
import { checkOptions } from '../internal/check-options';
import { refuse } from '../internal/refuse';
import type { Loss } from '../types';
import { defineLoss, type IgnoreOptions, OF_PROBABILITIES } from './define-loss';
import { meanOverElements } from './mean-over-elements';

/** Options of {@link marginLoss}. */
export interface MarginLossOptions extends IgnoreOptions {
  /** The probability from which on a class that is there costs nothing. Default: 0.9. */
  readonly present?: number | undefined;
  /** The probability up to which a class that is not there costs nothing. Default: 0.1. */
  readonly absent?: number | undefined;
  /** How much classes that are not there count. Default: 0.5. */
  readonly absentWeight?: number | undefined;
}

/**
 * Margin loss of each sample, for the lengths of capsules: classes that are there are to be probable, others not, each up to a margin.
 *
 * `mean(sum_k (y_k max(0, m+ - p_k)^2 + lambda (1 - y_k) max(0, p_k - m-)^2))`, m+ being `present`, m- `absent` and lambda
 * `absentWeight`, the mean over all axes between the batch and the classes.
 *
 * `yTrue`, `yPred`: `[batch, ..., classes]` of one shape; several classes may be there.
 *
 * Source: Sabour, Frosst, Hinton, 2017, arXiv:1710.09829, equation 4.
 *
 * @throws {RangeError} for an unknown option, margins outside of [0, 1] or that overlap; when the loss is called, where the shapes differ.
 * @throws {TypeError} where an argument of the loss is not a tensor.
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { marginLoss } from 'tfjs-multitask/losses';
 *
 * marginLoss()(tensor2d([[1, 0]]), tensor2d([[0.5, 0.3]])); // [0.18]: 0.16 + 0.5 x 0.04
 * ```
 */
export function marginLoss(options: MarginLossOptions = {}): Loss {
  checkOptions(options, ['present', 'absent', 'absentWeight', 'ignoreIndex'], 'marginLoss');
  const { present = 0.9, absent = 0.1, absentWeight = 0.5, ignoreIndex } = options;
  checkRange(present, 0, 1, 'marginLoss: present');
  checkRange(absent, 0, 1, 'marginLoss: absent');
  checkRange(absentWeight, 0, Number.MAX_VALUE, 'marginLoss: absentWeight');
  if (absent > present) refuse('marginLoss: absent', `be at most present (${present})`, absent);
  return defineLoss('marginLoss', { ...OF_PROBABILITIES, exclusive: true, ignoreIndex }, (yTrue, yPred, weight) => {
    const short = mul(yTrue, square(relu(sub(present, yPred))));
    const long = mul(mul(sub(1, yTrue), absentWeight), square(relu(sub(yPred, absent))));
    const costs = add(short, long);
    return meanOverElements(yPred.rank > 1 ? sum(costs, -1, true) : costs, weight);
  });
}
