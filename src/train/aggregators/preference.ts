import type { SomeTasks } from '../../types';
import { readTaskNumbers } from '../read-task-numbers';

/** Options of an aggregator that may prefer tasks to others. */
export interface PreferenceOptions<T extends string> {
  /** How much each task's gradient counts before conflicts are resolved. Default: 1 for each task. */
  readonly preference?: SomeTasks<T, number> | undefined;
}

/** Reads a preference: its tasks, and what it says of each of some tasks. */
export function readPreference<T extends string>(
  preference: SomeTasks<T, number> = {},
  name: string,
): { readonly tasks: readonly T[]; readonly of: (tasks: readonly T[]) => number[] } {
  const known = readTaskNumbers<T>(preference, [0, Number.MAX_VALUE], `${name}: preference`);
  return { tasks: [...known.keys()], of: (tasks) => tasks.map((task) => known.get(task) ?? 1) };
}
