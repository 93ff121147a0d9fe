import { mapTasks } from '../../internal/map-tasks';
import type { Batch, SomeTasks } from '../../types';

/** A checked batch, with how much label it holds of each task that it has labels of. */
export interface LabelledBatch<T extends string> {
  readonly batch: Batch<T>;
  readonly amounts: ReadonlyMap<T, number>;
}

/** The batches of one step of the optimizer, which is that of the one big batch that they make up. */
export interface StepBatches<T extends string> {
  readonly batches: readonly LabelledBatch<T>[];
  /** The tasks that any of them has labels of, in the model's order. */
  readonly tasks: readonly T[];
  /** How much label of each of these tasks they hold together. */
  readonly amounts: SomeTasks<T, number>;
}

export function joinBatches<T extends string>(
  tasks: readonly T[],
  batches: readonly LabelledBatch<T>[],
): StepBatches<T> {
  const totalOf = (task: T): number => batches.reduce((total, { amounts }) => total + (amounts.get(task) ?? 0), 0);
  const known = tasks.filter((task) => totalOf(task) > 0);
  return { batches, tasks: known, amounts: mapTasks(known, totalOf) };
}

/** The part of a task's loss in the whole that comes from the mean loss of one batch; 0 where it has no label. */
export function shareOf<T extends string>(whole: StepBatches<T>, { amounts }: LabelledBatch<T>, task: T): number {
  return (amounts.get(task) ?? 0) / whole.amounts[task]!;
}
