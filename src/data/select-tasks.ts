import { checkArray, checkDataset } from '../internal/check-kinds';
import { mapTasks } from '../internal/map-tasks';
import type { Dataset } from '../types';

/**
 * A view of a dataset with the labels and weights of some of its tasks only: what a model with fewer tasks is trained on.
 *
 * All samples stay, also those that are left without any label.
 *
 * @throws {RangeError} where no row has a label for one of the tasks.
 * @example
 * ```ts
 * import { selectTasks } from 'tfjs-multitask/data';
 * import { phantomDataset } from 'tfjs-multitask/paper';
 *
 * const dataset = phantomDataset({ counts: { covid: 4, normal: 4 }, size: 32, masks: 2 });
 * const masks = selectTasks(dataset, ['segmentation']);
 * ```
 */
export function selectTasks<T extends string, const K extends T>(dataset: Dataset<T>, tasks: readonly K[]): Dataset<K> {
  checkDataset(dataset, 'selectTasks: dataset');
  checkArray(tasks, 'selectTasks: tasks');
  const known = new Set(dataset.rows.flatMap((row) => row.tasks));
  for (const task of tasks) {
    if (!known.has(task)) {
      throw new RangeError(`selectTasks: no row has a label for '${task}'; the dataset has ${[...known].join(', ')}.`);
    }
  }
  const wanted = new Set<T>(tasks);
  return {
    rows: dataset.rows.map((row) => ({ ...row, tasks: row.tasks.filter((task): task is K => wanted.has(task)) })),
    async read(index) {
      const { x, y, weight } = await dataset.read(index);
      const labelled = tasks.filter((task) => y[task] !== undefined);
      const selected = { x, y: mapTasks(labelled, (task) => y[task]) };
      if (weight === undefined) return selected;
      const weighted = tasks.filter((task) => weight[task] !== undefined);
      return { ...selected, weight: mapTasks(weighted, (task) => weight[task]) };
    },
  };
}
