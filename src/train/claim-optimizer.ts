import type { Optimizer } from '@tensorflow/tfjs-core';
import { checkMembers } from '../internal/check-kinds';

const claimed = new WeakSet<Optimizer>();

/**
 * Makes an optimizer that of one trainer.
 *
 * @throws {TypeError} where it is none.
 * @throws {RangeError} where it is another's.
 */
export function claimOptimizer(optimizer: Optimizer): void {
  checkMembers(
    optimizer,
    { applyGradients: 'function', dispose: 'function' },
    'createTrainer: optimizer',
    'an optimizer, such as train.adam() of TensorFlow.js',
  );
  if (claimed.has(optimizer)) {
    throw new RangeError(
      "createTrainer: the optimizer is another trainer's, and its moments are of that one's weights; make one for each.",
    );
  }
  claimed.add(optimizer);
}
