import { checkRange } from '../internal/check';
import { checkRecord } from '../internal/check-kinds';
import type { SomeTasks } from '../types';

/**
 * A number for each of some tasks; one that is undefined is not given.
 *
 * @throws {TypeError} unless `given` is an object of numbers.
 * @throws {RangeError} for one outside of [low, high].
 */
export function readTaskNumbers<T extends string>(
  given: SomeTasks<T, number>,
  [low, high]: readonly [low: number, high: number],
  name: string,
): Map<T, number> {
  checkRecord(given, name);
  const numbers = new Map<T, number>();
  for (const [task, value] of Object.entries<number | undefined>(given)) {
    if (value === undefined) continue;
    checkRange(value, low, high, `${name} of '${task}'`);
    numbers.set(task as T, value);
  }
  return numbers;
}
