import { clone, dispose, type Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkOptions } from '../../internal/check-options';
import { holdAll, orRestoreAsync } from '../../internal/held';
import { findNonFiniteWeight, holdStatistics } from '../../internal/layer-weights';
import { mapTasks } from '../../internal/map-tasks';
import { setDropoutStep } from '../../layers/seeded-dropout';
import type { Batch, MultitaskModel, Progress, SomeTasks } from '../../types';
import type { TaskMetrics } from '../scores';
import type { TrainerSettings } from '../settings';
import type { TrainingState } from '../training-state';
import type { FitTrainer, StepOptions, StepResult } from '../types';
import { createAggregation } from './aggregate';
import { checkBatch } from './check-batch';
import type { Forward } from './forward';
import { findNonFinite, type Gradients } from './gradients';
import { createJointGradients } from './joint-gradients';
import { joinBatches, type LabelledBatch } from './step-batches';
import { measureLosses } from './task-losses';

/** Says what became of a loss or a gradient, and whether it was so before this step. */
async function explain(net: LayersModel, what: string): Promise<string> {
  const weight = await findNonFiniteWeight(net);
  return weight === undefined
    ? `${what}; the weights are those of before this step. Try a smaller learning rate, or clipNorm.`
    : `${what}, for ${weight} since an earlier update. Go back to a checkpoint, with a smaller learning rate or clipNorm.`;
}

/** The result where the optimizer made no step. */
function noStep<T extends string>(progress: Progress): StepResult<T> {
  return { progress, loss: Number.NaN, regularization: Number.NaN, losses: {}, amounts: {}, updated: false };
}

/** The steps of a trainer, and the batches that wait for theirs. */
export interface Steps<T extends string> extends Pick<FitTrainer<T, TaskMetrics<T>>, 'step' | 'flush'> {
  /** Lets go of the batches that wait. */
  discard(): void;
}

/** A clone of a batch, whose source may dispose it: that takes no memory as long as both are there. */
function keepBatch<T extends string>({ batch, amounts }: LabelledBatch<T>): LabelledBatch<T> {
  const tasks = [...amounts.keys()];
  const { x, y } = batch;
  const weight: SomeTasks<T, Tensor> = batch.weight ?? {};
  const weighted = tasks.filter((task) => weight[task] !== undefined);
  const kept: Batch<T> = {
    x: clone(x),
    y: mapTasks(tasks, (task) => clone(y[task]!)) as SomeTasks<T, Tensor>,
    weight: mapTasks(weighted, (task) => clone(weight[task]!)) as SomeTasks<T, Tensor>,
  };
  return { batch: kept, amounts };
}

/**
 * The steps of a trainer: checks a batch, computes the update that it and those before it ask for, and commits that to the
 * state. Where anything throws, everything is as before.
 */
export function createSteps<T extends string>(
  model: MultitaskModel<T>,
  forward: Forward<T>,
  state: TrainingState,
  { losses, weighting, aggregator, gradientsAt, accumulate }: TrainerSettings<T>,
): Steps<T> {
  const { net } = model;
  const computeGradients =
    aggregator === undefined
      ? createJointGradients(model, forward, { losses, weighting }, state.variables)
      : createAggregation(model, forward, { losses, aggregator, gradientsAt }, state.variables);

  /** How many batches of the next step there have been, and those of them that hold a label. */
  let count = 0;
  let waiting: readonly LabelledBatch<T>[] = [];
  const discard = (): void => {
    for (const { batch } of waiting) dispose([batch.x, { ...batch.y }, { ...batch.weight }]);
    waiting = [];
    count = 0;
  };

  const update = async (
    batches: readonly LabelledBatch<T>[],
    { terminateOnNaN = true, epoch }: StepOptions,
  ): Promise<StepResult<T>> => {
    const whole = joinBatches(model.tasks, batches);
    const progress = state.progress({ epoch, training: true });
    const commit = async ({ gradients, losses: before }: Gradients<T>): Promise<void> => {
      state.apply(gradients);
      if (weighting.endStep === undefined) return;
      // By the same dropout masks: only the update may make a difference.
      weighting.endStep(before, await measureLosses(net, forward, whole, losses, progress.step));
    };
    const memories = state.holdMemories();
    const {
      gradients: _,
      finite,
      ...result
    } = await orRestoreAsync(holdAll([memories, holdStatistics(net)]), async () => {
      setDropoutStep(net, progress.step);
      const update = await computeGradients(whole, progress);
      const what = findNonFinite(update, whole.tasks);
      if (what !== undefined && terminateOnNaN) {
        dispose(update.gradients);
        throw new RangeError(await explain(net, what));
      }
      // What is not finite is not remembered, whatever becomes of the weights.
      if (what !== undefined) memories.restore();
      // Holding the weights has a price where they are updated in place, so it is not done without need.
      const mayFail = !state.appliesWhole || weighting.endStep !== undefined;
      await (mayFail ? orRestoreAsync(state.hold(), () => commit(update)) : commit(update));
      return update;
    });
    state.count(progress);
    return { progress, ...result, amounts: whole.amounts, updated: true };
  };

  return {
    async step(batch, options = {}) {
      checkOptions(options, ['terminateOnNaN', 'epoch'], 'step');
      const checked = await checkBatch(model, batch, losses);
      try {
        const labelled = checked.amounts.size > 0 ? [checked] : [];
        if (count + 1 < accumulate || waiting.length + labelled.length === 0) {
          waiting = [...waiting, ...labelled.map(keepBatch)];
          count = (count + 1) % accumulate;
          return noStep(state.progress({ epoch: options.epoch, training: true }));
        }
        const result = await update([...waiting, ...labelled], options);
        discard();
        return result;
      } finally {
        checked.dispose();
      }
    },
    async flush(options = {}) {
      checkOptions(options, ['terminateOnNaN', 'epoch'], 'flush');
      const result = waiting.length === 0 ? undefined : await update(waiting, options);
      discard();
      return result;
    },
    discard,
  };
}
