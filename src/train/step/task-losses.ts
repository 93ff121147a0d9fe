import { type Scalar, stack, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { mapTasks } from '../../internal/map-tasks';
import type { Batch, ByTask, Loss, SomeTasks } from '../../types';
import type { Forward } from './forward';
import { taskLoss } from './task-loss';

/** One loss for each of the tasks, all of which the batch has labels for; `outputs` begin with theirs. */
export function taskLosses<T extends string>(
  losses: ByTask<T, Loss>,
  batch: Batch<T>,
  tasks: readonly T[],
  outputs: readonly Tensor[],
): Scalar[] {
  return tasks.map((task, i) => taskLoss(losses[task], batch.y[task]!, outputs[i], batch.weight?.[task]));
}

/** The losses of the given tasks on a batch as the weights are now, in training mode. */
export async function computeLosses<T extends string>(
  forward: Forward<T>,
  batch: Batch<T>,
  tasks: readonly T[],
  losses: ByTask<T, Loss>,
): Promise<SomeTasks<T, number>> {
  const report = tidy(() => stack(taskLosses(losses, batch, tasks, forward(batch.x, tasks, true))));
  const values = await report.data();
  report.dispose();
  return mapTasks(tasks, (_, i) => values[i]);
}
