import { addN, dispose, stack, type Tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import { mapTasks } from '../../internal/map-tasks';
import { record } from '../../internal/tape';
import type { ByTask, Loss, MultitaskModel, Weighting } from '../../types';
import type { Forward } from './forward';
import { byName, type ComputeGradients } from './gradients';
import { sumAll } from './sum-all';
import { taskLosses } from './task-losses';

/** The gradients of the joint loss that the weighting computes, and of the layers' regularization. */
export function createJointGradients<T extends string>(
  model: MultitaskModel<T>,
  forward: Forward<T>,
  { losses, weighting }: { readonly losses: ByTask<T, Loss>; readonly weighting: Weighting<T> },
  listVariables: () => Variable[],
): ComputeGradients<T> {
  return async (batch, tasks, progress) => {
    const variables = listVariables();
    const { value, tape } = record(() => {
      const byTask = taskLosses(losses, batch, tasks, forward(batch.x, tasks, true));
      const combined = weighting.combine(
        mapTasks(tasks, (_, i) => byTask[i]),
        progress,
      );
      return { byTask, total: addN([combined, ...model.net.calculateLosses()]) };
    });
    let report: Tensor;
    let gradients: ReturnType<typeof byName>;
    try {
      [report, gradients] = tidy(() => {
        const reached = byName(variables, tape.gradients([[value.total]], variables, { last: true }));
        if (Object.keys(reached).length === 0) {
          throw new Error(
            `Trainer.step: no trainable weight has a part in the losses of ${tasks.join(', ')}: unfreeze a layer.`,
          );
        }
        // NaN and infinity survive a sum, so one number tells whether all gradients are finite.
        const check = sumAll(Object.values(reached));
        return [stack([value.total, check, ...value.byTask]), reached] as [Tensor, typeof reached];
      });
    } finally {
      tape.dispose();
      dispose(value);
    }
    const [loss, check, ...values] = await report.data();
    report.dispose();
    return { loss, losses: mapTasks(tasks, (_, i) => values[i]), gradients, finite: Number.isFinite(check) };
  };
}
