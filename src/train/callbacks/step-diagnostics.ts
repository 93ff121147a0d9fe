import { mapTasks } from '../../internal/map-tasks';
import type { Gramian, Progress, SomeTasks, Weighting } from '../../types';
import type { StepLog } from './callback';
import { taskWeights } from './task-weights';

/** The angle between the gradients of two tasks, as its cosine. */
export interface Cosine<T extends string> {
  readonly tasks: readonly [T, T];
  /** NaN where a gradient is zero. */
  readonly value: number;
}

/** How one step was balanced, as plain data. */
export interface StepDiagnostics<T extends string> {
  readonly epoch: number;
  /** Training steps made before, over all epochs. */
  readonly step: number;
  readonly losses: SomeTasks<T, number>;
  /** What each task's gradient was multiplied by, where a weighting or an aggregator is known. */
  readonly weights?: SomeTasks<T, number> | undefined;
  /** The lengths of the tasks' gradients over what is shared, where there is an aggregator. */
  readonly norms?: SomeTasks<T, number> | undefined;
  /** Of each pair of the batch's tasks, where there is an aggregator. */
  readonly cosines?: readonly Cosine<T>[] | undefined;
}

/** The lengths of the gradients behind a Gramian, and the cosine of each pair. */
function readGramian<T extends string>(
  tasks: readonly T[],
  gramian: Gramian,
): { readonly norms: SomeTasks<T, number>; readonly cosines: readonly Cosine<T>[] } {
  const lengths = gramian.map((row, k) => Math.sqrt(row[k]));
  const cosines = tasks.flatMap((first, i) =>
    tasks.slice(i + 1).map((second, k): Cosine<T> => {
      const j = i + 1 + k;
      return { tasks: [first, second], value: gramian[i][j] / (lengths[i] * lengths[j]) };
    }),
  );
  return { norms: mapTasks(tasks, (_, k) => lengths[k]), cosines };
}

/** How a step was balanced, as far as its log and the weighting, where one is known, tell. */
export async function describeStep<T extends string>(
  { progress, losses, balance }: StepLog<T> & { readonly progress: Progress },
  epoch: number,
  weighting: Weighting<T> | undefined,
): Promise<StepDiagnostics<T>> {
  const record = { epoch, step: progress.step, losses };
  if (balance !== undefined) {
    const { tasks, gramian, weights } = balance;
    const known = weights === undefined ? {} : { weights: mapTasks(tasks, (_, k) => weights[k]) };
    return { ...record, ...known, ...readGramian(tasks, gramian) };
  }
  return weighting === undefined ? record : { ...record, weights: await taskWeights(weighting, losses, progress) };
}
