import { dispose, grads, type Scalar, scalar, stack, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { Progress, SomeTasks, Weighting } from '../../types';

/**
 * What a weighting multiplies each task's gradient by: the slopes of the joint loss, dL / dL_k, at some losses.
 *
 * @example
 * await taskWeights(uncertainty({ depth: 'regression', label: 'classification' }), { depth: 3, label: 1 }, progress);
 */
export async function taskWeights<T extends string>(
  weighting: Weighting<T>,
  losses: SomeTasks<NoInfer<T>, number>,
  progress: Progress,
): Promise<SomeTasks<T, number>> {
  const entries = Object.entries<number | undefined>(losses).filter(([, loss]) => loss !== undefined);
  if (entries.length === 0) return {};
  const slopes = tidy(() => {
    const combine = (...values: Tensor[]): Scalar =>
      weighting.combine(
        Object.fromEntries(entries.map(([task], i) => [task, values[i]])) as SomeTasks<T, Scalar>,
        progress,
      );
    return stack(grads(combine)(entries.map(([, loss]) => scalar(loss as number))));
  });
  const values = await slopes.data();
  dispose(slopes);
  return Object.fromEntries(entries.map(([task], i) => [task, values[i]])) as SomeTasks<T, number>;
}
