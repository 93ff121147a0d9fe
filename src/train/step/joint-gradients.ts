import type { Variable } from '@tensorflow/tfjs-core';
import type { ByTask, Loss, MultitaskModel, Weighting } from '../../types';
import { createAccumulation } from './accumulate';
import type { Forward } from './forward';
import type { ComputeGradients } from './gradients';
import { createLossPass } from './loss-pass';

/** The gradients of the joint loss that the weighting computes, and of the layers' regularization. */
export function createJointGradients<T extends string>(
  model: MultitaskModel<T>,
  forward: Forward<T>,
  { losses, weighting }: { readonly losses: ByTask<T, Loss>; readonly weighting: Weighting<T> },
  listVariables: () => Variable[],
): ComputeGradients<T> {
  const runPass = createLossPass(model, forward, losses, listVariables);
  const accumulate = createAccumulation(model, forward, { losses, weighting }, runPass);
  return async (whole, progress) => {
    const { batches } = whole;
    if (batches.length > 1) return accumulate(whole, progress);
    const join = (byTask: Parameters<Weighting<T>['combine']>[0]) => weighting.combine(byTask, progress);
    const { joint, ...pass } = await runPass(batches[0], join, { penalized: true });
    return { loss: joint, ...pass };
  };
}
