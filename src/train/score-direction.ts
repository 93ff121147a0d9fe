import type { AnyMetric, ByTask } from '../types';
import type { TaskOutput } from './task-outputs';

type Direction = AnyMetric['direction'];

/**
 * Which values of a score are better, by its path in an epoch's record, such as `'validation.lesion.dice'`: small losses, and
 * what the metric says. A number within a metric's result has the metric's direction where it is its `value` or in a list.
 *
 * @throws {RangeError} where the trainer computes no such score.
 */
export function scoreDirection<T extends string>(
  outputs: ByTask<T, Pick<TaskOutput, 'metrics'>>,
  path: string,
): Direction {
  const known = new Map<string, Direction>();
  for (const part of ['train', 'validation']) {
    known.set(`${part}.loss`, 'min');
    for (const [task, { metrics }] of Object.entries<Pick<TaskOutput, 'metrics'>>(outputs)) {
      known.set(`${part}.${task}.loss`, 'min');
      for (const [name, { direction }] of Object.entries(metrics)) known.set(`${part}.${task}.${name}`, direction);
    }
  }
  const name = [...known.keys()].find((score) => path === score || path.startsWith(`${score}.`));
  if (name === undefined) {
    throw new RangeError(`there is no score '${path}'; this trainer has ${[...known.keys()].join(', ')}.`);
  }
  const within = path.slice(name.length + 1);
  return /^(value|\d+)?(\.(value|\d+))*$/.test(within) ? known.get(name) : undefined;
}
