import { checkLive, checkModel } from '../internal/check-kinds';
import { checkOptions } from '../internal/check-options';
import { readWeights, writeWeights } from '../internal/layer-weights';
import { mapTasks } from '../internal/map-tasks';
import type { Batch, ByTask, Loss, MultitaskModel, Source } from '../types';
import { claimOptimizer } from './claim-optimizer';
import { evaluateModel } from './evaluate';
import { fitModel } from './fit';
import { scoreDirection } from './score-direction';
import { combineMeans, readPenalties, type Scores, type TaskMetrics } from './scores';
import { completeSettings } from './settings';
import { createForward, type Forward } from './step/forward';
import { createSteps } from './step/step';
import { readTaskOutputs } from './task-outputs';
import { createTrainingState } from './training-state';
import { createTurns } from './turns';
import type { FitOptions, FitTrainer, Trainer, TrainerOptions } from './types';

/**
 * A trainer for a model with several tasks.
 *
 * A task's loss is the weighted mean over the samples that carry its label. A sample without the label contributes
 * a gradient of exactly zero, and a batch without any label of a task skips that task's head.
 *
 * @throws {RangeError} where losses, metrics or weights name tasks that the model does not have, or an option is out of
 * range.
 * @throws {TypeError} where both a weighting and an aggregator are given.
 * @example
 * ```ts
 * import { train } from '@tensorflow/tfjs-core';
 * import { bce, mse, softDice } from 'tfjs-multitask/losses';
 * import { auc, dice } from 'tfjs-multitask/metrics';
 * import { amyar2020 } from 'tfjs-multitask/paper';
 * import { createTrainer } from 'tfjs-multitask/train';
 *
 * const model = amyar2020({ inputShape: [32, 32, 1], filters: 4 });
 * const trainer = createTrainer(model, {
 *   optimizer: train.adam(1e-4),
 *   losses: { reconstruction: mse(), segmentation: softDice(), classification: bce() },
 *   metrics: { segmentation: { dice: dice() }, classification: { auc: auc() } },
 * });
 * ```
 */
export function createTrainer<
  T extends string,
  const M extends TaskMetrics<T> = Record<never, never>,
  L extends ByTask<T, Loss> = ByTask<T, Loss>,
>(model: MultitaskModel<T>, options: TrainerOptions<NoInfer<T>, M, L>): Trainer<T, M> {
  checkModel(model, 'createTrainer: model');
  const settings = completeSettings(model.tasks, options);
  const { weighting } = settings;
  const outputs = readTaskOutputs(model, settings.losses, settings.metrics);
  const losses = mapTasks(model.tasks, (task) => outputs[task].loss);
  const forward = createForward(model, new Set(model.tasks.filter((task) => outputs[task].beforeActivation)));
  const state = createTrainingState(model, settings);

  const { step, flush, discard } = createSteps(model, forward, state, { ...settings, losses });
  const turns = createTurns((what) => checkLive(model.net, `${what}: the model`));
  /** Runs with the averaged weights, which nothing else sees: each pass puts them in and takes them out again. */
  const scoring: Forward<T> = (...args) => {
    turns.checkOpen('evaluate');
    return state.withAverage(() => forward(...args));
  };

  const own: FitTrainer<T, M> = {
    model,
    get learningRate() {
      return state.learningRate;
    },
    set learningRate(rate) {
      state.learningRate = rate;
    },
    step,
    flush,
    discard,
    hasMetrics: model.tasks.some((task) => Object.keys(outputs[task].metrics).length > 0),
    progress: () => state.progress({ training: false }),
    direction: (score) => scoreDirection(outputs, score),
    jointLoss: (means) => combineMeans(weighting, means, own.progress()),
    regularization: () => readPenalties(model.net),
    evaluate: async (source, given = {}) => {
      checkOptions(given, ['signal'], 'evaluate');
      const { signal } = given;
      turns.checkOpen('evaluate');
      const parts = { outputs, losses, jointLoss: own.jointLoss };
      return evaluateModel(model, scoring, source, parts, signal) as Promise<Scores<T, M>>;
    },
    predict: async (x) => {
      turns.checkOpen('predict');
      return state.withAverage(() => model.predict(x));
    },
    weights: () => state.withAverage(() => readWeights(model.net)),
    setWeights: (values) => turns.take('setWeights', () => writeWeights(model.net, values, 'setWeights')),
    save: () => turns.takeAsync('save', state.save),
    load(saved) {
      state.load(saved);
      discard();
    },
    finishAverage: state.finishAverage,
    lend: turns.lend,
  };

  claimOptimizer(settings.optimizer);
  return {
    model,
    get learningRate() {
      return state.learningRate;
    },
    set learningRate(rate) {
      turns.checkOpen('learningRate');
      state.learningRate = rate;
    },
    // That the model has the tasks of batches and sources, their types say, and the check of each batch.
    step: (batch, stepOptions) => turns.takeAsync('step', () => own.step(batch as Batch<T>, stepOptions)),
    flush: (stepOptions) => turns.takeAsync('flush', () => own.flush(stepOptions)),
    fit: (source, fitOptions) =>
      turns.takeAsync('fit', () => fitModel(own, weighting, source as Source<T>, fitOptions as FitOptions<T>)),
    evaluate: (source, given) => own.evaluate(source as Source<T>, given),
    predict: own.predict,
    save: own.save,
    load: (saved) => turns.take('load', () => own.load(saved)),
    averaged: (body) => turns.takeAsync('averaged', () => state.averaged(body)),
    finishAverage: () => turns.take('finishAverage', own.finishAverage),
    dispose: () =>
      turns.close('dispose', () => {
        discard();
        state.dispose();
      }),
  };
}
