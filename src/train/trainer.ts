import type { MultitaskModel } from '../types';
import { evaluateModel } from './evaluate';
import { fitModel } from './fit';
import type { Scores, TaskMetrics } from './scores';
import { completeSettings } from './settings';
import { createForward } from './step/forward';
import { createStep } from './step/step';
import { createTrainingState } from './training-state';
import type { Trainer, TrainerOptions } from './types';

/**
 * A trainer for a model with several tasks.
 *
 * A task's loss is the weighted mean over the samples that carry its label. A sample without the label contributes
 * a gradient of exactly zero, and a batch without any label of a task skips that task's head.
 *
 * @throws RangeError where losses, metrics or weights name tasks that the model does not have, or an option is out of
 * range; TypeError where both a weighting and an aggregator are given.
 * @example
 * const trainer = createTrainer(model, {
 *   optimizer: train.adam(1e-4),
 *   losses: { reconstruction: mse(), segmentation: softDice(), classification: bce() },
 *   metrics: { segmentation: { dice: dice() }, classification: { auc: auc() } },
 * });
 */
export function createTrainer<T extends string, const M extends TaskMetrics<T> = Record<never, never>>(
  model: MultitaskModel<T>,
  options: TrainerOptions<T, M>,
): Trainer<T, M> {
  const settings = completeSettings(model.tasks, options);
  const { losses, metrics, weighting } = settings;
  const forward = createForward(model);
  const state = createTrainingState(model, settings);

  const trainer: Trainer<T, M> = {
    model,
    get learningRate() {
      return state.learningRate;
    },
    set learningRate(rate) {
      state.learningRate = rate;
    },
    step: createStep(model, forward, state, settings),
    flush: state.flush,
    fit: (source, fitOptions) => fitModel(trainer, weighting, source, fitOptions),
    evaluate: (source, { signal } = {}) =>
      state.averaged(() => {
        const progress = state.progress({ training: false });
        return evaluateModel(model, forward, source, { losses, weighting, metrics, progress }, signal);
      }) as Promise<Scores<T, M>>,
    predict: (x) => state.averaged(async () => model.predict(x)),
    save: state.save,
    load: state.load,
    averaged: state.averaged,
    finishAverage: state.finishAverage,
    dispose: state.dispose,
  };
  return trainer;
}
