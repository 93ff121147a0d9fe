import { addN, mul, type Scalar, stack, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { holdStatistics } from '../../internal/layer-weights';
import { mapTasks } from '../../internal/map-tasks';
import type { Tape } from '../../internal/tape';
import { setDropoutStep } from '../../layers/seeded-dropout';
import type { Batch, ByTask, Loss, SomeTasks } from '../../types';
import type { Forward } from './forward';
import { type StepBatches, shareOf } from './step-batches';
import { taskLoss } from './task-loss';

/** One loss for each of the tasks, all of which the batch has labels for; `outputs` begin with theirs. */
export function taskLosses<T extends string>(
  losses: ByTask<T, Loss>,
  batch: Batch<T>,
  tasks: readonly T[],
  outputs: readonly Tensor[],
): Scalar[] {
  return tasks.map((task, i) => taskLoss(task, losses[task], batch.y[task]!, outputs[i], batch.weight?.[task]));
}

/** Throws where a loss has no slope along what its head predicts: nothing would be learned from it. */
export function checkSlopes(
  tape: Tape,
  tasks: readonly string[],
  losses: readonly Tensor[],
  outputs: readonly Tensor[],
): void {
  const constant = tasks.find((_, i) => !tape.dependsOn(losses[i], [outputs[i]]));
  if (constant === undefined) return;
  throw new RangeError(
    `The loss of '${constant}' does not depend on yPred, or by steps only (comparisons, argMax), whose slope is 0: ` +
      'nothing can be learned from it. Compute it from the values of yPred, with functions of tfjs.',
  );
}

/**
 * The losses of a step's batches, each task's over all of them, as the weights are now, in training mode: with the dropout
 * masks of `step`, and without a trace in the statistics of batch norm.
 */
export async function measureLosses<T extends string>(
  net: LayersModel,
  forward: Forward<T>,
  whole: StepBatches<T>,
  losses: ByTask<T, Loss>,
  step: number,
): Promise<SomeTasks<T, number>> {
  setDropoutStep(net, step);
  const statistics = holdStatistics(net);
  let report: Tensor;
  try {
    report = tidy(() => {
      const parts = whole.batches.map((each) => {
        const { batch, amounts } = each;
        const tasks = [...amounts.keys()];
        const values = tidy(() => taskLosses(losses, batch, tasks, forward(batch.x, tasks, true)));
        return new Map(tasks.map((task, i) => [task, mul(values[i], shareOf(whole, each, task))]));
      });
      return stack(whole.tasks.map((task) => addN(parts.flatMap((part) => part.get(task) ?? []))));
    });
  } finally {
    statistics.restore();
    statistics.dispose();
  }
  const values = await report.data();
  report.dispose();
  return mapTasks(whole.tasks, (_, i) => values[i]);
}
