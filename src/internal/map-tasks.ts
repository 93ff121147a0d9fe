import type { ByTask } from '../types';

/** One value for each task, keyed by its name. */
export function mapTasks<T extends string, V>(tasks: readonly T[], value: (task: T, index: number) => V): ByTask<T, V> {
  return Object.fromEntries(tasks.map((task, i) => [task, value(task, i)])) as ByTask<T, V>;
}
