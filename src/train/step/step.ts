import { dispose } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { holdAll, orRestoreAsync } from '../../internal/held';
import { findNonFiniteWeight, holdStatistics } from '../../internal/layer-weights';
import { mapTasks } from '../../internal/map-tasks';
import { setDropoutStep } from '../../layers/seeded-dropout';
import type { Batch, MultitaskModel, SomeTasks } from '../../types';
import type { TrainerSettings } from '../settings';
import type { TrainingState } from '../training-state';
import type { Trainer } from '../types';
import { createAggregation } from './aggregate';
import { checkBatch } from './check-batch';
import type { Forward } from './forward';
import { findNonFinite, type Gradients } from './gradients';
import { createJointGradients } from './joint-gradients';
import { computeLosses } from './task-losses';

/** Says what became of a loss or a gradient, and whether it was so before this step. */
async function explain(net: LayersModel, what: string): Promise<string> {
  const weight = await findNonFiniteWeight(net);
  return weight === undefined
    ? `${what}; the weights are those of before this step. Try a smaller learning rate, or clipNorm.`
    : `${what}, for ${weight} since an earlier update. Go back to a checkpoint, with a smaller learning rate or clipNorm.`;
}

/**
 * The step of a trainer: checks a batch, computes the update that it asks for, and commits that to the state. Where
 * anything throws, everything is as before.
 */
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

  /** The losses after an update, by the same dropout masks: only the update may make a difference. */
  const measure = async (batch: Batch<T>, labelled: readonly T[], step: number): Promise<SomeTasks<T, number>> => {
    setDropoutStep(net, step);
    const statistics = holdStatistics(net);
    try {
      return await computeLosses(forward, batch, labelled, losses);
    } finally {
      statistics.restore();
      statistics.dispose();
    }
  };

  return async (batch, { terminateOnNaN = true, epoch } = {}) => {
    const amountOf = await checkBatch(model, batch, losses);
    const labelled = [...amountOf.keys()];
    const amounts = mapTasks(labelled, (task) => amountOf.get(task)!);
    const progress = state.progress({ epoch, training: true });
    if (labelled.length === 0) return { progress, loss: Number.NaN, losses: {}, amounts, updated: false };

    const commit = async ({ gradients, losses: before }: Gradients<T>): Promise<boolean> => {
      const updated = state.apply(gradients);
      if (updated && weighting.endStep !== undefined)
        weighting.endStep(before, await measure(batch, labelled, progress.step));
      return updated;
    };
    const memories = state.holdMemories();
    const { update, updated } = await orRestoreAsync(holdAll([memories, holdStatistics(net)]), async () => {
      setDropoutStep(net, progress.step);
      const update = await computeGradients(batch, labelled, progress);
      const what = findNonFinite(update, labelled);
      if (what !== undefined && terminateOnNaN) {
        dispose(update.gradients);
        throw new RangeError(await explain(net, what));
      }
      // What is not finite is not remembered, whatever becomes of the weights.
      if (what !== undefined) memories.restore();
      // Holding the weights has a price where they are updated in place, so it is not done without need.
      const mayFail = !state.appliesWhole || weighting.endStep !== undefined;
      const updated = await (mayFail ? orRestoreAsync(state.hold(), () => commit(update)) : commit(update));
      return { update, updated };
    });
    state.count(progress);
    const balance = update.balance === undefined ? {} : { balance: update.balance };
    return { progress, loss: update.loss, losses: update.losses, amounts, updated, ...balance };
  };
}
