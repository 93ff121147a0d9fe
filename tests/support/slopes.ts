import { dispose, grads, type Scalar, scalar, type Tensor, type Variable, valueAndGrads } from '@tensorflow/tfjs-core';
import type { Progress, SomeTasks, Weighting } from '../../src/types';

const TRAINING: Progress = { step: 0, epoch: 0, training: true };

const toRecord = <T extends string>(tasks: readonly string[], losses: readonly Tensor[]) =>
  Object.fromEntries(tasks.map((task, i) => [task, losses[i]])) as SomeTasks<T, Scalar>;

/** The joint loss of some tasks' losses, and its gradient with respect to them. */
export async function slopesOf<T extends string>(
  weighting: Weighting<T>,
  losses: SomeTasks<NoInfer<T>, number>,
  progress: Partial<Progress> = {},
): Promise<{ value: number; slopes: SomeTasks<T, number> }> {
  const tasks = Object.keys(losses);
  const xs = tasks.map((task) => scalar(losses[task as T] as number));
  const combine = (...values: Tensor[]) => weighting.combine(toRecord<T>(tasks, values), { ...TRAINING, ...progress });
  const { value, grads: slopes } = valueAndGrads(combine)(xs);
  const read = (t: Tensor) => t.data().then(([v]) => v);
  const numbers = await Promise.all(slopes.map(read));
  const total = await read(value);
  dispose([...xs, ...slopes, value]);
  return {
    value: total,
    slopes: Object.fromEntries(tasks.map((task, i) => [task, numbers[i]])) as SomeTasks<T, number>,
  };
}

/** The joint loss's gradient with respect to what the weighting learns. */
export async function learnedSlopesOf<T extends string>(
  weighting: Weighting<T>,
  losses: SomeTasks<NoInfer<T>, number>,
): Promise<number[]> {
  const tasks = Object.keys(losses);
  const xs = tasks.map((task) => scalar(losses[task as T] as number));
  const variables = [...(weighting.variables ?? [])] as Variable[];
  const slopes = grads(() => weighting.combine(toRecord<T>(tasks, xs), TRAINING))(variables);
  const numbers = await Promise.all(slopes.map(async (slope) => (await slope.data())[0]));
  dispose([...xs, ...slopes]);
  return numbers;
}
