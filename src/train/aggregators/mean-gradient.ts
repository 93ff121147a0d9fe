import type { Aggregator, AnyTask } from '../../types';
import { defineAggregator } from './define-aggregator';

/**
 * The mean of the tasks' gradients: w_k = 1 / K, K being the tasks that the batch has labels for.
 *
 * @example
 * createTrainer(model, { optimizer, losses, aggregator: meanGradient() });
 */
export function meanGradient<T extends string = AnyTask>(): Aggregator<T> {
  return defineAggregator('meanGradient', (gramian) => gramian.map(() => 1 / gramian.length));
}
