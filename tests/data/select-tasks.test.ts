import { describe, expect, expectTypeOf, it } from 'vitest';
import { selectTasks } from '../../src/data/select-tasks';
import type { Dataset } from '../../src/types';

const value = { data: Float32Array.of(1), shape: [1] };
const dataset: Dataset<'a' | 'b' | 'c'> = {
  rows: [
    { id: '0', tasks: ['a', 'b'], group: 'p', stratum: 's' },
    { id: '1', tasks: ['a'] },
  ],
  read: async (index) => ({ x: value, y: index === 0 ? { a: value, b: value } : { a: value } }),
};

describe('selectTasks', () => {
  it('keeps every row, with the labels of the tasks that were asked for', async () => {
    const only = selectTasks(dataset, ['b']);
    expect(only.rows).toEqual([
      { id: '0', tasks: ['b'], group: 'p', stratum: 's' },
      { id: '1', tasks: [] },
    ]);
    expect(await only.read(0)).toEqual({ x: value, y: { b: value } });
    expect(await only.read(1)).toEqual({ x: value, y: {} });
    expectTypeOf(only).toEqualTypeOf<Dataset<'b'>>();
  });

  it('refuses a task that nothing is known of', () => {
    expect(() => selectTasks(dataset, ['c'])).toThrow("no row has a label for 'c'; the dataset has a, b.");
    // @ts-expect-error: the dataset has no such task
    expect(() => selectTasks(dataset, ['d'])).toThrow("no row has a label for 'd'");
  });
});
