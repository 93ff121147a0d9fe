import type { Aggregator, AnyTask } from '../../types';
import { defineAggregator } from './define-aggregator';

/**
 * The sum of the tasks' gradients, w_k = 1: what training on the sum of the losses does, with the Gramian on record.
 *
 * @example
 * createTrainer(model, { optimizer, losses, aggregator: sumGradient() });
 */
export function sumGradient<T extends string = AnyTask>(): Aggregator<T> {
  return defineAggregator('sumGradient', (gramian) => gramian.map(() => 1));
}
