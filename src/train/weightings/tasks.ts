import { addN, mul, type Scalar, scalar, tidy, type Variable, variable } from '@tensorflow/tfjs-core';
import { checkBackend } from '../../internal/check-backend';
import { checkArray, checkText } from '../../internal/check-kinds';
import type { SomeTasks } from '../../types';

/** The losses of a batch as pairs, in the order of the tasks. */
export function lossEntries<T extends string>(losses: SomeTasks<T, Scalar>): [T, Scalar][] {
  return Object.entries(losses) as [T, Scalar][];
}

/** The sum over tasks of a plain number times the loss. */
export function weightedLoss<T extends string>(losses: SomeTasks<T, Scalar>, weight: (task: T) => number): Scalar {
  return addN(lossEntries(losses).map(([task, loss]) => mul(loss, weight(task)))) as Scalar;
}

/** A trainable number that starts from 0, of the weighting `name`. */
export function learnedNumber(name: string): Variable {
  checkBackend(name);
  return tidy(() => variable(scalar(0)));
}

/** Throws unless at least one task is named, none twice. */
export function checkTaskNames(tasks: readonly string[], name: string): void {
  checkArray(tasks, `${name}: tasks`);
  for (const task of tasks) checkText(task, `${name}: a task`);
  if (tasks.length === 0) throw new RangeError(`${name}: name the model's tasks, got none.`);
  const twice = tasks.find((task, i) => tasks.indexOf(task) < i);
  if (twice !== undefined) throw new RangeError(`${name}: the task '${twice}' is named twice.`);
}

/** What belongs to a task; a RangeError where nothing does. */
export function requireTask<V>(values: ReadonlyMap<string, V>, task: string, name: string): V {
  const value = values.get(task);
  if (value === undefined) {
    throw new RangeError(`${name}: does not know the task '${task}'; it was given ${[...values.keys()].join(', ')}.`);
  }
  return value;
}
