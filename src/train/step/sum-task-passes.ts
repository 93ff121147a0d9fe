import { add, dispose, mul, type Scalar, type Tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import type { MaybeTensors } from './gradients';
import { type StepBatches, shareOf } from './step-batches';
import { type PassParts, runTaskPass, type TaskPass } from './task-pass';

/** `sum` + `share` `added`, in place of both. */
function addShare<V extends Tensor>(sum: V | undefined, added: V | undefined, share: number): V | undefined {
  if (added === undefined) return sum;
  const total = tidy(() => (sum === undefined ? mul(added, share) : add(sum, mul(added, share)))) as V;
  sum?.dispose();
  return total;
}

/**
 * The passes of several batches as that of the one big batch that they make up, with gradients of the variables only. They
 * are run one after the other: what is kept is one gradient for each task.
 */
export function sumTaskPasses<T extends string>(
  parts: PassParts<T>,
  whole: StepBatches<T>,
  variables: readonly Variable[],
): TaskPass {
  const { tasks, batches } = whole;
  const losses: (Scalar | undefined)[] = tasks.map(() => undefined);
  const gradients: (Tensor | undefined)[][] = tasks.map(() => variables.map(() => undefined));
  let penalties: readonly Tensor[] = [];
  let penaltyGradients: MaybeTensors = [];
  const held: Tensor[] = [];
  const disposeAll = (): void =>
    dispose(
      [...held, ...losses, ...gradients.flat(), ...penalties, ...penaltyGradients].filter((t) => t !== undefined),
    );
  try {
    for (const [b, each] of batches.entries()) {
      const own = [...each.amounts.keys()];
      const pass = runTaskPass(parts, each.batch, own, { cut: [], variables });
      try {
        for (const [i, task] of own.entries()) {
          const k = tasks.indexOf(task);
          const share = shareOf(whole, each, task);
          losses[k] = addShare(losses[k], pass.losses[i], share);
          for (const v of variables.keys()) gradients[k][v] = addShare(gradients[k][v], pass.gradients[i][v], share);
        }
        // The regularization counts once.
        if (b === 0) {
          penalties = pass.penalties.map((tensor) => tensor.clone());
          penaltyGradients = pass.penaltyGradients.map((tensor) => tensor?.clone());
        }
      } finally {
        pass.dispose();
      }
    }
  } catch (error) {
    disposeAll();
    throw error;
  }
  return {
    losses: losses as Scalar[],
    penalties,
    leaves: variables,
    gradients,
    penaltyGradients,
    backward: () => variables.map(() => undefined),
    hold(tensors) {
      held.push(...tensors.filter((tensor) => tensor !== undefined));
      return tensors;
    },
    dispose: disposeAll,
  };
}
