import { refuseKind } from '../internal/check-kinds';
import type { Metric, Values } from '../types';

/**
 * The value of a metric on one set of data, in one call.
 *
 * `yTrue`, `yPred`: `[batch, ...]` tensors, which stay the caller's, or plain arrays, which need no backend. `weight`:
 * `[batch]`, or one for each element: of the shape of `yTrue`, or with 1 as the last axis. 0 leaves a sample or an
 * element out. With `classes` a case has one weight, of a weight for each element that of its true class.
 *
 * What the metric throws on data that it cannot read is thrown on.
 *
 * @throws {TypeError} where `metric` is not a metric.
 * @example
 * ```ts
 * import { auc, score } from 'tfjs-multitask/metrics';
 *
 * await score(auc(), [0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]); // 0.75
 * ```
 */
export async function score<S, R>(metric: Metric<S, R>, yTrue: Values, yPred: Values, weight?: Values): Promise<R> {
  if (typeof metric?.update !== 'function') refuseKind(metric, 'score: metric', 'a metric, such as auc() returns');
  return metric.compute(await metric.update(metric.init(), yTrue, yPred, weight));
}
