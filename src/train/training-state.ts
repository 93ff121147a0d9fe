import { dispose, type NamedTensorMap, type Variable } from '@tensorflow/tfjs-core';
import { type Held, holdAll, holdVariables, orRestore } from '../internal/held';
import { weightVariables } from '../internal/layer-weights';
import type { MultitaskModel, PlainData, Progress } from '../types';
import { holdMemory } from './hold-memory';
import { loadParts, saveParts } from './saved-state';
import type { TrainerSettings } from './settings';
import { readRates } from './step/learning-rates';
import { getLearningRate, holdOptimizer, setLearningRate } from './step/optimizer-state';
import { createUpdater } from './step/updater';
import { createWeightAverage } from './step/weight-average';

/**
 * All that training changes: the counters, the weights with their optimizer and their average, what the weighting
 * learns and what an aggregator remembers.
 */
export interface TrainingState {
  learningRate: number;
  /** Where the run is. Default of `epoch`: that of the last step. */
  progress(at: { readonly epoch?: number | undefined; readonly training: boolean }): Progress;
  /** Counts the step that began at `progress`. */
  count(progress: Progress): void;
  /** The variables that gradients are wanted for. */
  variables(): Variable[];
  /** Holds what the weighting and the aggregator remember. */
  holdMemories(): Held;
  /** Holds everything but the counters. */
  hold(): Held;
  /** True where `apply` does all or nothing by itself. */
  readonly appliesWhole: boolean;
  /** Makes a step of the optimizer with the gradients, and disposes them. */
  apply(gradients: NamedTensorMap): void;
  /** Runs `body` with the averaged weights in the model, where an average is kept. */
  averaged<R>(body: () => Promise<R>): Promise<R>;
  /** The same for what takes no time: no other operation can see the average in the model. */
  withAverage<R>(body: () => R): R;
  /** Leaves the averaged weights in the model and starts a new average. */
  finishAverage(): void;
  save(): Promise<PlainData>;
  load(state: PlainData): void;
  dispose(): void;
}

export function createTrainingState<T extends string>(
  model: MultitaskModel<T>,
  { optimizer, weighting, aggregator, clipNorm, learningRates, averageDecay }: TrainerSettings<T>,
): TrainingState {
  const counters = { steps: 0, epoch: 0 };
  const learned = weighting.variables ?? [];
  const updater = createUpdater(model.net, learned, optimizer, {
    clipNorm,
    rates: readRates(model.net, learningRates),
  });
  const average = averageDecay === undefined ? undefined : createWeightAverage(model.net, averageDecay);
  const parts = { model, optimizer, weighting, learned, aggregator, learningRates, averageDecay, average };

  const holdMemories = (): Held => holdAll([holdMemory(weighting), holdMemory(aggregator)]);
  const hold = (): Held =>
    holdAll([
      holdVariables([...weightVariables(model.net), ...learned]),
      holdOptimizer(optimizer),
      ...(average === undefined ? [] : [average.hold()]),
      holdMemories(),
    ]);

  const swap = (): Held => average?.swap() ?? holdAll([]);
  const putBack = (raw: Held): void => {
    raw.restore();
    raw.dispose();
  };

  return {
    get learningRate() {
      return getLearningRate(optimizer);
    },
    set learningRate(rate) {
      setLearningRate(optimizer, rate);
    },
    progress: ({ epoch = counters.epoch, training }) => ({ step: counters.steps, epoch, training }),
    count({ step, epoch }) {
      counters.steps = step + 1;
      counters.epoch = epoch;
    },
    variables: updater.variables,
    holdMemories,
    hold,
    get appliesWhole() {
      return updater.appliesWhole();
    },
    apply(gradients) {
      updater.apply(gradients);
      average?.update();
    },
    async averaged(body) {
      const raw = swap();
      try {
        return await body();
      } finally {
        putBack(raw);
      }
    },
    withAverage(body) {
      const raw = swap();
      try {
        return body();
      } finally {
        putBack(raw);
      }
    },
    finishAverage: () => average?.finish(),
    save: () => saveParts(parts, counters),
    load(saved) {
      const { steps, epoch } = orRestore(hold(), () => loadParts(parts, saved));
      counters.steps = steps;
      counters.epoch = epoch;
    },
    dispose() {
      average?.dispose();
      dispose([...learned]);
      optimizer.dispose();
    },
  };
}
