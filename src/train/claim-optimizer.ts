import type { Optimizer } from '@tensorflow/tfjs-core';

const claimed = new WeakSet<Optimizer>();

/** Makes an optimizer that of one trainer. @throws RangeError where it is another's. */
export function claimOptimizer(optimizer: Optimizer): void {
  if (claimed.has(optimizer)) {
    throw new RangeError(
      "createTrainer: the optimizer is another trainer's, and its moments are of that one's weights; make one for each.",
    );
  }
  claimed.add(optimizer);
}
