import { checkArray } from '../internal/check-kinds';
import { isReservedKey } from '../internal/readers';

/** 'loss' is a key of every score record; the others are layers that each model has. */
const RESERVED: readonly string[] = ['loss', 'input', 'encoder'];

/** Throws unless `tasks` can name a model's outputs. */
export function checkOutputNames(tasks: readonly string[], caller: string): void {
  checkArray(tasks, `${caller}: tasks`);
  if (tasks.length === 0) throw new RangeError(`${caller}: a model must have at least 1 task, got none.`);
  for (const task of tasks) {
    if (typeof task !== 'string') throw new TypeError(`${caller}: a task name must be a string, got ${typeof task}.`);
    if (!/^[A-Za-z][\w-]*$/.test(task)) {
      throw new RangeError(
        `${caller}: a task name must be a letter followed by letters, digits, '_' or '-', got '${task}'.`,
      );
    }
    if (RESERVED.includes(task)) {
      throw new RangeError(`${caller}: the task names ${RESERVED.join(', ')} are reserved, got '${task}'.`);
    }
    if (isReservedKey(task)) {
      throw new RangeError(`${caller}: a task may not have the name '${task}', which every object has a property of.`);
    }
  }
  const repeated = tasks.find((task, i) => tasks.indexOf(task) !== i);
  if (repeated !== undefined) throw new RangeError(`${caller}: task names must differ, got '${repeated}' twice.`);
}
