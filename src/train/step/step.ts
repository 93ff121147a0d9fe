import {
  addN,
  dispose,
  type NamedTensorMap,
  type Scalar,
  stack,
  type Tensor,
  tidy,
  type Variable,
} from '@tensorflow/tfjs-core';
import { record } from '../../internal/tape';
import type { Batch, ByTask, Loss, MultitaskModel, Progress, SomeTasks, Weighting } from '../../types';
import type { Balance } from '../callbacks/callback';
import type { Forward } from './forward';
import { sumAll } from './sum-all';
import { taskLoss } from './task-loss';

/** The losses of a batch and their gradients, before anything has changed. */
export interface Gradients<T extends string> {
  readonly loss: number;
  readonly losses: SomeTasks<T, number>;
  /** By variable name; a variable that no gradient reached is left out. The caller disposes them. */
  readonly gradients: NamedTensorMap;
  /** False where some gradient holds NaN or infinity. */
  readonly finite: boolean;
  /** Where an aggregator joined the gradients. */
  readonly balance?: Balance<T>;
}

/** How a step comes to its gradients. */
export type ComputeGradients<T extends string> = (
  batch: Batch<T>,
  tasks: readonly T[],
  progress: Progress,
) => Promise<Gradients<T>>;

/** Computes the losses of the given tasks on a batch, and the gradients of what the weighting makes of them. */
export async function computeGradients<T extends string>(
  model: MultitaskModel<T>,
  forward: Forward<T>,
  batch: Batch<T>,
  tasks: readonly T[],
  {
    losses,
    weighting,
    progress,
  }: { readonly losses: ByTask<T, Loss>; readonly weighting: Weighting<T>; readonly progress: Progress },
  variables: readonly Variable[],
): Promise<Gradients<T>> {
  const { value, tape } = record(() => {
    const outputs = forward(batch.x, tasks, true);
    const byTask = tasks.map((task, i) => taskLoss(losses[task], batch.y[task]!, outputs[i], batch.weight?.[task]));
    const entries = tasks.map((task, i) => [task, byTask[i]]);
    const combined = weighting.combine(Object.fromEntries(entries) as SomeTasks<T, Scalar>, progress);
    return { byTask, total: addN([combined, ...model.net.calculateLosses()]) };
  });
  let report: Tensor;
  let gradients: NamedTensorMap;
  try {
    [report, gradients] = tidy((): [Tensor, NamedTensorMap] => {
      const all = tape.gradients([[value.total]], variables, { last: true });
      const entries = variables.map(({ name }, i) => [name, all[i]] as const);
      const reached = Object.fromEntries(entries.filter(([, gradient]) => gradient !== undefined)) as NamedTensorMap;
      if (Object.keys(reached).length === 0) {
        throw new Error(
          `Trainer.step: no trainable weight has a part in the losses of ${tasks.join(', ')}: unfreeze a layer.`,
        );
      }
      // NaN and infinity survive a sum, so one number tells whether all gradients are finite.
      const check = sumAll(Object.values(reached));
      return [stack([value.total, check, ...value.byTask]), reached];
    });
  } finally {
    tape.dispose();
    dispose(value);
  }
  const [loss, check, ...values] = await report.data();
  report.dispose();
  return {
    loss,
    losses: Object.fromEntries(tasks.map((task, i) => [task, values[i]])) as SomeTasks<T, number>,
    gradients,
    finite: Number.isFinite(check),
  };
}

/** The losses of the given tasks on a batch as the weights are now, in training mode. */
export async function computeLosses<T extends string>(
  forward: Forward<T>,
  batch: Batch<T>,
  tasks: readonly T[],
  losses: ByTask<T, Loss>,
): Promise<SomeTasks<T, number>> {
  const report = tidy(() => {
    const outputs = forward(batch.x, tasks, true);
    return stack(tasks.map((task, i) => taskLoss(losses[task], batch.y[task]!, outputs[i], batch.weight?.[task])));
  });
  const values = await report.data();
  report.dispose();
  return Object.fromEntries(tasks.map((task, i) => [task, values[i]])) as SomeTasks<T, number>;
}

/** Says which loss or gradient is not finite, if any is not. */
export function findNonFinite<T extends string>(result: Gradients<T>, tasks: readonly T[]): string | undefined {
  const task = tasks.find((name) => !Number.isFinite(result.losses[name]));
  if (task !== undefined) return `the loss of '${task}' became ${result.losses[task]}`;
  if (!Number.isFinite(result.loss)) return `the joint loss became ${result.loss}`;
  return result.finite ? undefined : 'a gradient became NaN or infinite';
}
