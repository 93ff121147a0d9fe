import type { Metric, Values } from '../../src/types';

/** What a metric makes of one batch. */
export async function scoreBatch<S, R>(
  metric: Metric<S, R>,
  yTrue: Values,
  yPred: Values,
  weight?: Values,
): Promise<R> {
  return metric.compute(await metric.update(metric.init(), yTrue, yPred, weight));
}
