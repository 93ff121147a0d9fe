import { addN, scalar, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { mapTasks } from '../internal/map-tasks';
import type { AnyMetric, Metric, Progress, SomeTasks, Weighting } from '../types';

/** The metrics of each task, by name. */
export type TaskMetrics<T extends string> = SomeTasks<T, Readonly<Record<string, AnyMetric>>>;

/** What `evaluate` returns: the joint loss of the tasks' mean losses, without regularization, and for each task its loss and its metrics' results. */
export type Scores<T extends string, M> = { readonly loss: number } & {
  readonly [K in T]: { readonly loss: number } & (K extends keyof M
    ? // biome-ignore lint/suspicious/noExplicitAny: a metric's state does not matter to its result
      { readonly [N in keyof M[K]]: M[K][N] extends Metric<any, infer R> ? R : never }
    : unknown);
};

/** Means over batches, each weighted by the amount of label in it. */
export interface LossSums {
  readonly [task: string]: { readonly sum: number; readonly amount: number };
}

export function addLoss(sums: LossSums, task: string, loss: number, amount: number): LossSums {
  const before = sums[task] ?? { sum: 0, amount: 0 };
  return { ...sums, [task]: { sum: before.sum + loss * amount, amount: before.amount + amount } };
}

/** The mean loss of a task; NaN where no batch had a label for it. */
export function meanLoss(sums: LossSums, task: string): number {
  const { sum, amount } = sums[task] ?? { sum: 0, amount: 0 };
  return sum / amount;
}

/** The mean losses of the tasks that had labels. */
export function meanLosses<T extends string>(sums: LossSums, tasks: readonly T[]): SomeTasks<T, number> {
  const known = tasks.filter((task) => (sums[task]?.amount ?? 0) > 0);
  return mapTasks(known, (task) => meanLoss(sums, task));
}

/** The weighting's joint loss of mean losses; NaN where there are none. */
export async function combineMeans<T extends string>(
  weighting: Weighting<T>,
  means: SomeTasks<T, number>,
  progress: Progress,
): Promise<number> {
  const tasks = Object.keys(means) as T[];
  if (tasks.length === 0) return Number.NaN;
  const total = tidy(() =>
    weighting.combine(
      mapTasks(tasks, (task) => scalar(means[task]!)),
      progress,
    ),
  );
  const [value] = await total.data();
  total.dispose();
  return value;
}

/** The sum of the penalties of a net's regularizers; undefined where it has none. */
export async function readPenalties(net: LayersModel): Promise<number | undefined> {
  const penalty = tidy(() => {
    const penalties: Tensor[] = net.calculateLosses();
    return penalties.length === 0 ? undefined : { sum: addN(penalties) };
  });
  if (penalty === undefined) return undefined;
  const [value] = await penalty.sum.data();
  penalty.sum.dispose();
  return value;
}
