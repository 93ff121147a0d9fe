import type { NamedTensorMap, Optimizer, Tensor } from '@tensorflow/tfjs-core';
import { dispose, tensor, tidy } from '@tensorflow/tfjs-core';
import { holdStatistics, namedWeights, readWeights, writeWeights } from '../internal/layer-weights';
import { setDropoutStep } from '../layers/seeded-dropout';
import type {
  Aggregator,
  Batch,
  ByTask,
  ElementwiseAggregator,
  Loss,
  MultitaskModel,
  PlainData,
  Progress,
  SomeTasks,
  Source,
  Weighting,
} from '../types';
import type { Balance } from './callbacks/callback';
import { checkModelState, checkTrainerOptions, checkTrainingState, type TrainerState } from './check-trainer';
import { evaluateModel } from './evaluate';
import { type FitOptions, fitModel, type History } from './fit';
import type { Scores, TaskMetrics } from './scores';
import { createAggregation } from './step/aggregate';
import { checkBatch } from './step/check-batch';
import { createForward } from './step/forward';
import { getLearningRate, loadOptimizer, saveOptimizer, setLearningRate } from './step/optimizer-state';
import { type ComputeGradients, computeGradients, computeLosses, findNonFinite, type Gradients } from './step/step';
import { createUpdater } from './step/updater';
import { createWeightAverage } from './step/weight-average';
import { fixedWeights } from './weightings/fixed-weights';

export interface TrainerOptions<T extends string, M extends TaskMetrics<T>> {
  /** A tfjs optimizer of its own: its moments belong to this trainer. */
  readonly optimizer: Optimizer;
  /** Exactly the model's tasks. */
  readonly losses: ByTask<T, Loss>;
  readonly metrics?: M & { readonly [K in Exclude<keyof M, T>]: never };
  /** Default: the plain sum of the losses. */
  readonly weighting?: Weighting<T>;
  /** Joins the tasks' gradients instead of their losses; reported losses are then summed. Not beside a weighting. */
  readonly aggregator?: Aggregator<T> | ElementwiseAggregator<T>;
  /**
   * Which gradients the aggregator compares: over the shared parameters (the default; K backward passes through the
   * trunk for K tasks), or at the representation that the trunk hands to the heads (one pass).
   */
  readonly gradientsAt?: 'parameters' | 'representation';
  /** Scales the gradients down so that their global norm is at most this. Pascanu et al., 2013, arXiv:1211.5063. */
  readonly clipNorm?: number;
  /** Batches whose gradients are averaged into one step of the optimizer. Default 1. */
  readonly accumulate?: number;
  /** Keeps an exponential moving average of the weights with this decay, e.g. 0.999, and scores with it. */
  readonly averageDecay?: number;
}

export interface StepOptions {
  /** Throws where a loss or a gradient is NaN or infinite. Default true. */
  readonly terminateOnNaN?: boolean;
  /** For a weighting that changes with the epoch; counts from 0. Default: that of the step before. */
  readonly epoch?: number;
}

/** What one batch gave. */
export interface StepResult<T extends string> {
  /** Where the run stood when the losses were joined. */
  readonly progress: Progress;
  /** What the weighting made of the tasks' losses, plus the layers' regularization. NaN for a batch without labels. */
  readonly loss: number;
  /** Unweighted; a task without labels in the batch is left out. */
  readonly losses: SomeTasks<T, number>;
  /** The sum of the sample weights of each task. */
  readonly amounts: SomeTasks<T, number>;
  /** False while gradients are being accumulated. */
  readonly updated: boolean;
  /** What the aggregator saw and said, where there is one. */
  readonly balance?: Balance<T>;
}

/** Trains and scores one model. */
export interface Trainer<T extends string, M extends TaskMetrics<T> = TaskMetrics<T>> {
  readonly model: MultitaskModel<T>;
  learningRate: number;
  /**
   * Trains on one batch.
   *
   * @throws RangeError for a batch that does not fit the model, and where a loss or a gradient becomes NaN or infinite
   * (unless `terminateOnNaN` is false); the weights are then those of before the step.
   */
  step(batch: Batch<T>, options?: StepOptions): Promise<StepResult<T>>;
  /** Makes the optimizer's step with what has been accumulated so far. */
  flush(): void;
  /** Trains for a number of epochs. */
  fit(source: Source<T>, options: FitOptions<T>): Promise<History<T, Scores<T, M>>>;
  /** Scores every task over the samples that carry its label. */
  evaluate(source: Source<T>, options?: { readonly signal?: AbortSignal }): Promise<Scores<T, M>>;
  /** The model's outputs by task. The caller disposes them. */
  predict(x: Tensor): Promise<ByTask<T, Tensor>>;
  /** Weights, moments, step count: all that the trainer knows, as plain data. */
  save(): Promise<PlainData>;
  /** Puts back what `save` gave. @throws RangeError where another model gave it, or one that was trained otherwise. */
  load(state: PlainData): void;
  /** Runs `body` with the averaged weights in the model, where an average is kept. */
  averaged<R>(body: () => Promise<R>): Promise<R>;
  /** Leaves averaged weights in the model and starts a new average; `fit` does so at its end. */
  finishAverage(): void;
  /** Disposes the optimizer, what the weighting learns and what the trainer holds, not the model. */
  dispose(): void;
}

/**
 * A trainer for a model with several tasks.
 *
 * A task's loss is the weighted mean over the samples that carry its label. A sample without the label gives the task
 * a gradient of exactly zero, and a batch without any label of a task skips that task's head.
 *
 * @throws RangeError where losses, metrics or weights name other tasks than the model's, or an option is out of range;
 * TypeError where a weighting and an aggregator are given.
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
  const {
    optimizer,
    losses,
    weighting = fixedWeights<T>(),
    clipNorm,
    accumulate = 1,
    averageDecay,
    aggregator,
    gradientsAt = 'parameters',
  } = options;
  const metrics = (options.metrics ?? {}) as TaskMetrics<T>;
  const { net, tasks } = model;
  checkTrainerOptions(tasks, {
    losses,
    metrics,
    weighting: weighting.tasks,
    aggregator,
    bothGiven: aggregator !== undefined && options.weighting !== undefined,
    gradientsAt,
    clipNorm,
    accumulate,
    averageDecay,
  });
  const forward = createForward(model);
  const learned = weighting.variables ?? [];
  const updater = createUpdater(net, learned, optimizer, { clipNorm, accumulate });
  const average = averageDecay === undefined ? undefined : createWeightAverage(net, averageDecay);
  const averaged = <R>(body: () => Promise<R>): Promise<R> => (average === undefined ? body() : average.during(body));
  let steps = 0;
  let lastEpoch = 0;

  const gradientsOf: ComputeGradients<T> =
    aggregator === undefined
      ? (batch, labelled, progress) =>
          computeGradients(model, forward, batch, labelled, { losses, weighting, progress }, updater.variables())
      : createAggregation(model, forward, { losses, aggregator, gradientsAt }, updater.variables);

  const update = (gradients: NamedTensorMap): boolean => {
    const updated = updater.apply(gradients);
    if (updated) average?.update();
    return updated;
  };

  const trainer: Trainer<T, M> = {
    model,
    get learningRate() {
      return getLearningRate(optimizer);
    },
    set learningRate(rate) {
      setLearningRate(optimizer, rate);
    },
    async step(batch, { terminateOnNaN = true, epoch = lastEpoch } = {}) {
      const byTask = await checkBatch(model, batch, losses);
      const labelled = [...byTask.keys()];
      const amounts = Object.fromEntries(byTask) as SomeTasks<T, number>;
      const progress = { step: steps, epoch, training: true };
      if (labelled.length === 0) return { progress, loss: Number.NaN, losses: {}, amounts, updated: false };
      lastEpoch = epoch;
      setDropoutStep(net, steps++);
      const statistics = holdStatistics(net);
      let result: Gradients<T>;
      try {
        result = await gradientsOf(batch, labelled, progress);
        const what = terminateOnNaN ? findNonFinite(result, labelled) : undefined;
        if (what !== undefined) {
          dispose(result.gradients);
          throw new RangeError(
            `${what}; the weights are those of before this step. Try a smaller learning rate, or clipNorm.`,
          );
        }
      } catch (error) {
        statistics.restore();
        throw error;
      } finally {
        statistics.dispose();
      }
      const updated = update(result.gradients);
      if (updated && weighting.endStep !== undefined) {
        // The same dropout masks again: only the update may make a difference.
        setDropoutStep(net, progress.step);
        const counted = holdStatistics(net);
        const after = await computeLosses(forward, batch, labelled, losses);
        counted.restore();
        counted.dispose();
        weighting.endStep(result.losses, after);
      }
      const balance = result.balance === undefined ? {} : { balance: result.balance };
      return { progress, loss: result.loss, losses: result.losses, amounts, updated, ...balance };
    },
    flush() {
      if (updater.flush()) average?.update();
    },
    fit: (source, fitOptions) => fitModel(trainer, weighting, source, fitOptions),
    evaluate: (source, { signal } = {}) =>
      averaged(() => {
        const progress = { step: steps, epoch: lastEpoch, training: false };
        return evaluateModel(model, forward, source, { losses, weighting, metrics, progress }, signal);
      }) as Promise<Scores<T, M>>,
    predict: (x) => averaged(async () => model.predict(x)),
    async save() {
      const values = await readWeights(net);
      const state: TrainerState = {
        tasks,
        weights: namedWeights(net).map(({ name, variable }, i) => ({ name, shape: variable.shape, data: values[i] })),
        steps,
        epoch: lastEpoch,
        optimizer: await saveOptimizer(optimizer),
        weightingName: weighting.name ?? null,
        weighting: weighting.save?.() ?? null,
        weightingVariables: await Promise.all(learned.map(async (v) => (await v.data<'float32'>()).slice())),
        aggregator: aggregator === undefined ? null : { name: aggregator.name, memory: aggregator.save?.() ?? null },
        averageDecay: averageDecay ?? null,
        average: average === undefined ? null : await average.save(),
      };
      return state as unknown as PlainData;
    },
    load(saved) {
      const state = saved as unknown as TrainerState;
      checkModelState(model, state);
      checkTrainingState(state, {
        aggregator: aggregator?.name,
        weighting: weighting.name ?? null,
        learned: learned.length,
        averageDecay: averageDecay ?? null,
      });
      loadOptimizer(optimizer, state.optimizer);
      writeWeights(
        net,
        state.weights.map(({ data }) => data),
      );
      if (state.aggregator?.memory != null) aggregator?.load?.(state.aggregator.memory);
      if (state.weighting !== null) weighting.load?.(state.weighting);
      tidy(() => {
        for (const [i, value] of state.weightingVariables.entries()) learned[i].assign(tensor(value, learned[i].shape));
      });
      if (state.average !== null) average?.load(state.average);
      updater.dispose();
      steps = state.steps;
      lastEpoch = state.epoch;
    },
    averaged,
    finishAverage: () => average?.finish(),
    dispose() {
      updater.dispose();
      average?.dispose();
      dispose([...learned]);
      optimizer.dispose();
    },
  };
  return trainer;
}
