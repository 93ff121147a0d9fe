import { dispose } from '@tensorflow/tfjs-core';
import { checkInteger } from '../../internal/check';
import { checkBackend } from '../../internal/check-backend';
import { checkBoolean, checkNumber, checkRecord, checkWeighting } from '../../internal/check-kinds';
import { mapTasks } from '../../internal/map-tasks';
import type { Progress, SomeTasks, Weighting } from '../../types';
import { weightingSlopes } from '../step/weighting-slopes';

/**
 * The factors by which a weighting multiplies each task's gradient: the slopes of the joint loss, dL / dL_k, at given
 * losses.
 *
 * @throws {RangeError} for a step or an epoch that is not an integer of at least 0.
 * @throws {TypeError} for a weighting that is none, and for losses that are not numbers.
 * @example
 * ```ts
 * import { taskWeights, uncertainty } from 'tfjs-multitask/train';
 *
 * const weighting = uncertainty({ depth: 'regression', label: 'classification' });
 * const weights = await taskWeights(weighting, { depth: 3, label: 1 }, { step: 0, epoch: 0, training: true });
 * weights.depth; // 0.5
 * ```
 */
export async function taskWeights<T extends string>(
  weighting: Weighting<T>,
  losses: SomeTasks<NoInfer<T>, number>,
  progress: Progress,
): Promise<SomeTasks<T, number>> {
  checkWeighting(weighting, 'taskWeights: weighting');
  checkBackend('taskWeights');
  checkRecord(losses, 'taskWeights: losses');
  checkRecord(progress, 'taskWeights: progress');
  checkInteger(progress.step, 0, 'taskWeights: progress.step');
  checkInteger(progress.epoch, 0, 'taskWeights: progress.epoch');
  checkBoolean(progress.training, 'taskWeights: progress.training');
  const tasks = (Object.keys(losses) as T[]).filter((task) => losses[task] !== undefined);
  for (const task of tasks) checkNumber(losses[task], `taskWeights: losses.${task}`);
  if (tasks.length === 0) return {};
  const { factors, learned } = await weightingSlopes(
    weighting,
    mapTasks(tasks, (task) => losses[task]!),
    progress,
  );
  dispose(learned);
  return factors;
}
