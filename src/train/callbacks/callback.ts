import type { Tensor } from '@tensorflow/tfjs-core';
import type { AnyTask, ByTask, Gramian, Output, PlainData, Progress, SomeTasks } from '../../types';

/** The input and the result of an aggregator in one step. */
export interface Balance<T extends string> {
  /** The tasks that the batch had labels for. */
  readonly tasks: readonly T[];
  /** The inner products of their gradients over what is shared. */
  readonly gramian: Gramian;
  /** What each task's gradient was multiplied by there; an elementwise aggregator has no such weights. */
  readonly weights?: readonly number[] | undefined;
}

/** Unweighted losses of one step, over all of its batches. A task without labels in them is left out. */
export interface StepLog<T extends string = AnyTask> {
  /** Batches of this epoch so far, those of this step included: counts from 1. */
  readonly step: number;
  /** Where the run was when the losses were joined: `progress.step` counts the optimizer's steps. Set by `fit`. */
  readonly progress?: Progress | undefined;
  /** The learning rate of the step; `run.learningRate` may be the next one's already. Set by `fit`. */
  readonly learningRate?: number | undefined;
  /** The joint loss that the weighting computed, without regularization. */
  readonly loss: number;
  readonly losses: SomeTasks<T, number>;
  /** The input and the result of the aggregator, where the trainer has one. */
  readonly balance?: Balance<T> | undefined;
}

/** The scores of one validation. */
export interface ValidationLog<T extends string = AnyTask> {
  /** Where the run is: `progress.step` counts the optimizer's steps so far, over all epochs. */
  readonly progress: Progress;
  readonly validation: TaskScores<T>;
  /** True for that of a whole epoch, which the epoch's record holds too; false for one within it (`validateEvery`). */
  readonly endsEpoch: boolean;
}

/** `loss`, and for each task its own `loss` and its metrics by name. */
export type TaskScores<T extends string = AnyTask> = { readonly loss: number } & {
  readonly [K in T]: { readonly loss: number; readonly [metric: string]: unknown };
};

/** One epoch of the history: plain data. */
export interface EpochLog<T extends string = AnyTask> {
  /** Counts from 0. */
  readonly epoch: number;
  /** Wall time, validation included, without pauses between a snapshot and the fit that continues from it. */
  readonly seconds: number;
  readonly learningRate: number;
  /** The penalties of the layers' regularizers after the epoch, where there are any: they are in no `loss`. */
  readonly regularization?: number | undefined;
  /**
   * While the weights were changing: each task's loss is the mean over the epoch's labels, as those of `validation` are, and
   * `loss` is what the weighting makes of these means. With `scoreTraining` the tasks' metrics stand beside these losses:
   * those of its source, in inference mode, with the weights after the epoch.
   */
  readonly train: TaskScores<T>;
  readonly validation?: TaskScores<T> | undefined;
}

/** What a callback sees of the running fit. */
export interface Run<T extends string = AnyTask> {
  /** The id of the run that the fit is part of: random, kept when a fit continues from a snapshot. */
  readonly id: string;
  readonly tasks: readonly T[];
  /** What the model's output of each task holds. */
  readonly outputs: ByTask<T, Output>;
  /** The number of epochs requested. */
  readonly epochs: number;
  /** True where the fit continues from a snapshot: callbacks then keep the state that `load` restored. */
  readonly resumed: boolean;
  /** The running epoch, from 0. */
  readonly epoch: number;
  /** Where the run is: `progress.step` counts the optimizer's steps so far, over all epochs. */
  readonly progress: Progress;
  /** Batches per epoch, once known. */
  readonly steps: number | undefined;
  readonly history: readonly EpochLog<T>[];
  /**
   * Which values of a score are better, as its metric says, by its path in an epoch's record (`'validation.lesion.dice'`);
   * undefined where it does not say. Losses are better when smaller.
   *
   * @throws {RangeError} where there is no such score.
   */
  direction(score: string): 'min' | 'max' | undefined;
  learningRate: number;
  /** The reason given to `stop`, once it was called. */
  readonly stopped: string | undefined;
  /**
   * Ends the fit: after this step; when called from `onEpochEnd`, after this epoch; from `onValidation` within an epoch, at
   * once.
   */
  stop(reason: string): void;
  /**
   * The model's outputs by task, with the averaged weights where an average is kept. `x`: `[batch, ...]`. The caller
   * disposes them.
   */
  predict(x: Tensor): Promise<ByTask<T, Tensor>>;
  /** The model's weights (their average where one is kept), as plain arrays, in a fixed order. */
  weights(): Promise<readonly Float32Array[]>;
  /**
   * Restores what `weights` returned.
   *
   * @throws {RangeError} before anything is written, where there are not as many arrays or numbers as the model has.
   * @throws {Error} outside of a hook, where the trainer is at work.
   */
  setWeights(weights: readonly Float32Array[]): void;
  /** Everything needed to continue from here: pass it to `fit` as `resume`. */
  snapshot(): Promise<PlainData>;
}

/**
 * A plain object with any of these hooks. Without a type argument it fits every trainer; with one, such as
 * `Callback<'lesion' | 'severity'>`, trainers of these tasks, which its hooks then see by name.
 */
export interface Callback<T extends string = AnyTask> {
  /** Names its state in a snapshot; needed with `save`. */
  readonly name?: string | undefined;
  onFitBegin?(run: Run<T>): void | Promise<void>;
  onEpochBegin?(run: Run<T>): void | Promise<void>;
  /** After each step of the optimizer, which takes `accumulate` batches. */
  onStepEnd?(run: Run<T>, log: StepLog<T>): void | Promise<void>;
  /** After each validation: those within the epoch (`validateEvery`), and that at its end, just before `onEpochEnd`. */
  onValidation?(run: Run<T>, log: ValidationLog<T>): void | Promise<void>;
  onEpochEnd?(run: Run<T>, log: EpochLog<T>): void | Promise<void>;
  /**
   * After every hook of a step (`at: 'step'`) or an epoch (`at: 'epoch'`) has run, and once more (`at: 'abort'`) when an
   * abort ends the fit, wherever it arrived, or a callback stopped it at a safe point or at a validation within the epoch:
   * `snapshot` is complete here.
   */
  onSafePoint?(run: Run<T>, at: 'step' | 'epoch' | 'abort'): void | Promise<void>;
  /** Also after an error or an abort, where `onFitBegin` did not throw. */
  onFitEnd?(run: Run<T>): void | Promise<void>;
  /** Its state as plain data, for a snapshot. */
  save?(): PlainData;
  /**
   * Restores what `save` returned, or throws and has changed nothing: the state may come from a file that someone else
   * wrote. `weights`: the model's in the same snapshot, in the order of `run.weights()`.
   */
  load?(state: PlainData, weights?: readonly Float32Array[]): void;
}
