import { dispose, type NamedTensorMap, scalar, stack, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { mapTasks } from '../../internal/map-tasks';
import { record } from '../../internal/tape';
import type { Progress, SomeTasks, Weighting } from '../../types';
import { byName } from './gradients';

/** A weighting at some losses. */
export interface Slopes<T extends string> {
  /** The joint loss. */
  readonly joint: number;
  /** Its slope along each task's loss: what the task's gradient is multiplied by. */
  readonly factors: SomeTasks<T, number>;
  /** Its gradients of what the weighting learns, by variable name. The caller disposes them. */
  readonly learned: NamedTensorMap;
}

export async function weightingSlopes<T extends string>(
  weighting: Weighting<T>,
  losses: SomeTasks<T, number>,
  progress: Progress,
): Promise<Slopes<T>> {
  const tasks = Object.keys(losses) as T[];
  const variables = weighting.variables ?? [];
  const values = tidy(() => tasks.map((task) => scalar(losses[task]!)));
  let report: Tensor;
  let learned: NamedTensorMap;
  try {
    const { value, tape } = record(() =>
      weighting.combine(
        mapTasks(tasks, (_, i) => values[i]),
        progress,
      ),
    );
    try {
      [report, learned] = tidy(() => {
        const gradients = tape.gradients([[value]], [...values, ...variables]);
        const slopes = tasks.map((_, i) => gradients[i] ?? scalar(0));
        return [stack([value, ...slopes]), byName(variables, gradients.slice(tasks.length))] as [
          Tensor,
          NamedTensorMap,
        ];
      });
    } finally {
      tape.dispose();
      value.dispose();
    }
  } finally {
    dispose(values);
  }
  const [joint, ...slopes] = await report.data();
  report.dispose();
  return { joint, factors: mapTasks(tasks, (_, i) => slopes[i]), learned };
}
