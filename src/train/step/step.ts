import { dispose } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { holdStatistics } from '../../internal/layer-weights';
import { mapTasks } from '../../internal/map-tasks';
import { setDropoutStep } from '../../layers/seeded-dropout';
import type { Batch, MultitaskModel, Progress } from '../../types';
import type { TrainerSettings } from '../settings';
import type { TrainingState } from '../training-state';
import type { Trainer } from '../types';
import { createAggregation } from './aggregate';
import { checkBatch } from './check-batch';
import type { Forward } from './forward';
import { findNonFinite, type Gradients } from './gradients';
import { createJointGradients } from './joint-gradients';
import { computeLosses } from './task-losses';

/** Runs `pass` with the dropout masks of a step. Its changes to moving statistics are undone, unless it `counts`. */
async function runPass<R>(
  net: LayersModel,
  { step, counts }: { readonly step: number; readonly counts: boolean },
  pass: () => Promise<R>,
): Promise<R> {
  setDropoutStep(net, step);
  const statistics = holdStatistics(net);
  let keep = false;
  try {
    const result = await pass();
    keep = counts;
    return result;
  } finally {
    if (!keep) statistics.restore();
    statistics.dispose();
  }
}

/** The step of a trainer: checks a batch, computes the update that it asks for, and commits that to the state. */
export function createStep<T extends string>(
  model: MultitaskModel<T>,
  forward: Forward<T>,
  state: TrainingState,
  { losses, weighting, aggregator, gradientsAt }: TrainerSettings<T>,
): Trainer<T>['step'] {
  const { net } = model;
  const computeGradients =
    aggregator === undefined
      ? createJointGradients(model, forward, { losses, weighting }, state.variables)
      : createAggregation(model, forward, { losses, aggregator, gradientsAt }, state.variables);

  /** Where this throws, the weights and the moving statistics are as before. */
  const computeUpdate = (
    batch: Batch<T>,
    labelled: readonly T[],
    progress: Progress,
    terminateOnNaN: boolean,
  ): Promise<Gradients<T>> =>
    runPass(net, { step: progress.step, counts: true }, async () => {
      const update = await computeGradients(batch, labelled, progress);
      const what = terminateOnNaN ? findNonFinite(update, labelled) : undefined;
      if (what === undefined) return update;
      dispose(update.gradients);
      throw new RangeError(
        `${what}; the weights are those of before this step. Try a smaller learning rate, or clipNorm.`,
      );
    });

  return async (batch, { terminateOnNaN = true, epoch } = {}) => {
    const amountOf = await checkBatch(model, batch, losses);
    const labelled = [...amountOf.keys()];
    const amounts = mapTasks(labelled, (task) => amountOf.get(task)!);
    const progress = state.progress({ epoch, training: true });
    if (labelled.length === 0) return { progress, loss: Number.NaN, losses: {}, amounts, updated: false };

    state.count(progress);
    const update = await computeUpdate(batch, labelled, progress, terminateOnNaN);
    const updated = state.apply(update.gradients);
    if (updated && weighting.endStep !== undefined) {
      // The same dropout masks again: only the update may make a difference.
      const after = await runPass(net, { step: progress.step, counts: false }, () =>
        computeLosses(forward, batch, labelled, losses),
      );
      weighting.endStep(update.losses, after);
    }
    const balance = update.balance === undefined ? {} : { balance: update.balance };
    return { progress, loss: update.loss, losses: update.losses, amounts, updated, ...balance };
  };
}
