import { checkRange } from '../../internal/check';
import type { SomeTasks } from '../../types';

export interface PreferenceOptions<T extends string> {
  /** How much each task's gradient counts before conflicts are resolved. Default: 1 for each task. */
  readonly preference?: SomeTasks<T, number>;
}

/** Reads a preference: its tasks, and what it says of each of some tasks. */
export function readPreference<T extends string>(
  preference: SomeTasks<T, number> = {},
  name: string,
): { readonly tasks: readonly T[]; readonly of: (tasks: readonly T[]) => number[] } {
  const known = new Map<string, number>(Object.entries<number | undefined>(preference) as [string, number][]);
  for (const [task, value] of known) checkRange(value, 0, Number.MAX_VALUE, `${name}: preference of '${task}'`);
  return { tasks: [...known.keys()] as T[], of: (tasks) => tasks.map((task) => known.get(task) ?? 1) };
}
