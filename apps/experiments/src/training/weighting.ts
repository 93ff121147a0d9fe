import type { SomeTasks, Weighting } from 'tfjs-multitask';
import { fixedWeights, scheduledWeights } from 'tfjs-multitask/train';

export interface WeightPlan<T extends string> {
  /** Left out: 1. */
  readonly lossWeights: SomeTasks<T, number>;
  /** Epochs over which a task's loss comes in; left out: none. */
  readonly warmUp?: SomeTasks<T, number>;
  /** Epochs before the others in which `reconstruction` is alone. */
  readonly reconstructionFirst?: number;
}

/**
 * The weights of the tasks' losses. Where tasks come in one after the other, weights change from epoch to epoch in
 * training, but not where the model is scored, so that validation losses of epochs can be compared.
 */
export function weightingOf<T extends string>(
  tasks: readonly T[],
  { lossWeights, warmUp = {}, reconstructionFirst = 0 }: WeightPlan<T>,
): Weighting<T> {
  if (reconstructionFirst === 0 && Object.keys(warmUp).length === 0) return fixedWeights<T>(lossWeights);
  const shareOf = (task: T, epoch: number): number => {
    const first = task === 'reconstruction' ? 0 : reconstructionFirst;
    if (epoch < first) return 0;
    const length = warmUp[task] ?? 0;
    return epoch - first < length ? (epoch - first) / length : 1;
  };
  return scheduledWeights<T>(
    ({ epoch, training }) =>
      Object.fromEntries(
        tasks.map((task) => [task, (lossWeights[task] ?? 1) * (training ? shareOf(task, epoch) : 1)]),
      ) as SomeTasks<T, number>,
  );
}
