import {
  addN,
  dispose,
  type NamedTensorMap,
  type Scalar,
  scalar,
  stack,
  type Tensor,
  tidy,
  type Variable,
} from '@tensorflow/tfjs-core';
import { mapTasks } from '../../internal/map-tasks';
import { record } from '../../internal/tape';
import type { ByTask, Loss, MultitaskModel, SomeTasks } from '../../types';
import type { Forward } from './forward';
import { byName } from './gradients';
import type { LabelledBatch } from './step-batches';
import { sumAll } from './sum-all';
import { checkSlopes, taskLosses } from './task-losses';

/** One forward and one backward pass on a batch. */
export interface LossPass<T extends string> {
  readonly joint: number;
  readonly regularization: number;
  readonly losses: SomeTasks<T, number>;
  /** Of the joint loss and the regularization, by variable name. The caller disposes them. */
  readonly gradients: NamedTensorMap;
  readonly finite: boolean;
}

/** `join` makes the joint loss of the tasks' own; `penalized`: with the layers' regularization. */
export type RunLossPass<T extends string> = (
  labelled: LabelledBatch<T>,
  join: (losses: SomeTasks<T, Scalar>) => Scalar,
  options: { readonly penalized: boolean },
) => Promise<LossPass<T>>;

export function createLossPass<T extends string>(
  model: MultitaskModel<T>,
  forward: Forward<T>,
  losses: ByTask<T, Loss>,
  listVariables: () => Variable[],
): RunLossPass<T> {
  return async ({ batch, amounts }, join, { penalized }) => {
    const tasks = [...amounts.keys()];
    const variables = listVariables();
    const { value, tape } = record(() => {
      const outputs = forward(batch.x, tasks, true);
      const byTask = taskLosses(losses, batch, tasks, outputs);
      const joint = join(mapTasks(tasks, (_, i) => byTask[i]));
      const penalties = penalized ? model.net.calculateLosses() : [];
      return { outputs, byTask, joint, penalty: addN([scalar(0), ...penalties]), total: addN([joint, ...penalties]) };
    });
    let report: Tensor;
    let gradients: NamedTensorMap;
    try {
      checkSlopes(tape, tasks, value.byTask, value.outputs);
      [report, gradients] = tidy(() => {
        const reached = byName(variables, tape.gradients([[value.total]], variables, { last: true }));
        if (Object.keys(reached).length === 0) {
          throw new Error(
            `Trainer.step: no trainable weight has a part in the losses of ${tasks.join(', ')}: unfreeze a layer.`,
          );
        }
        // NaN and infinity survive a sum, so one number tells whether all gradients are finite.
        const check = sumAll(Object.values(reached));
        return [stack([value.joint, value.penalty, check, ...value.byTask]), reached] as [Tensor, typeof reached];
      });
    } finally {
      tape.dispose();
      dispose(value);
    }
    const [joint, regularization, check, ...values] = await report.data();
    report.dispose();
    return {
      joint,
      regularization,
      losses: mapTasks(tasks, (_, i) => values[i]),
      gradients,
      finite: Number.isFinite(check),
    };
  };
}
