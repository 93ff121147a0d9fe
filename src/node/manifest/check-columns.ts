import { quoteAll } from './columns/column-reader';
import type { CellOptions } from './read-entry';

/** Throws where a manifest lacks a column that the options name. */
export function checkColumns<T extends string, P extends string>(
  file: string,
  present: readonly string[],
  { tasks, image, page, id, group, stratum, split, weight }: CellOptions<T, P>,
): void {
  const ofTasks = (Object.keys(tasks) as T[]).flatMap((task) => tasks[task].columns);
  const ofWeights = typeof weight === 'string' ? [weight] : Object.values<string | undefined>(weight ?? {});
  const named = [image, ...ofTasks, page, id, group, stratum, split?.column, ...ofWeights];
  const needed = new Set(named.filter((name) => typeof name === 'string'));
  if ([...needed].every((name) => present.includes(name))) return;
  throw new Error(`${file}: expected the columns ${quoteAll(needed)}, found ${quoteAll(present) || 'no columns'}.`);
}
