import type { Optimizer, Tensor } from '@tensorflow/tfjs-core';
import type {
  Aggregator,
  Batch,
  ByTask,
  ElementwiseAggregator,
  KnownTasks,
  Loss,
  MultitaskModel,
  PlainData,
  Progress,
  SomeTasks,
  SourceLike,
  Weighting,
} from '../types';
import type { Balance, Callback, EpochLog, TaskScores } from './callbacks/callback';
import type { Scores, TaskMetrics } from './scores';
import type { Turns } from './turns';

/** Options of a trainer: `M` are the metrics and `L` the losses that are given, so that none has an unknown name. */
export interface TrainerOptions<
  T extends string,
  M extends TaskMetrics<T>,
  L extends ByTask<T, Loss> = ByTask<T, Loss>,
> {
  /** A tfjs optimizer, used by this trainer alone: it holds this trainer's moments. */
  readonly optimizer: Optimizer;
  /** Exactly the model's tasks. */
  readonly losses: ByTask<T, Loss> & L & KnownTasks<keyof L & string, T>;
  /** Of any of the tasks, by names of one's own. Default: none, only losses are scored. */
  readonly metrics?: (M & KnownTasks<keyof M & string, T>) | undefined;
  /** Default: the plain sum of the losses. */
  readonly weighting?: Weighting<T> | undefined;
  /**
   * Joins the tasks' gradients instead of their losses; reported losses are then summed. Excludes `weighting`. Default:
   * none, the losses are joined.
   */
  readonly aggregator?: Aggregator<T> | ElementwiseAggregator<T> | undefined;
  /**
   * Which gradients the aggregator compares: over the shared parameters (K backward passes through the trunk for K
   * tasks), or at the representation that the trunk passes to the heads (one pass). Default: `'parameters'`.
   */
  readonly gradientsAt?: 'parameters' | 'representation' | undefined;
  /**
   * Scales the gradients down so that their global norm is at most this: Pascanu et al., 2013, arXiv:1211.5063. Default:
   * none, they stay as they are.
   */
  readonly clipNorm?: number | undefined;
  /**
   * How much of the optimizer's steps parts of the model make, such as `{ encoder: 0.1 }` for a tenth of the learning rate,
   * whatever that is at the moment: by what the names of layers begin with (`'encoder'`, a task), or a stage of an encoder
   * (`'encoder/stage4'`). Of several that fit the longest counts. The update is multiplied, not the gradient, which Adam
   * would undo; gradients are clipped before. Default: the whole steps.
   */
  readonly learningRates?: Readonly<Record<string, number>> | undefined;
  /**
   * How many batches make one step of the optimizer: the step of one batch that holds all their samples, whatever their
   * sizes and labels (normalizations over a batch see the small ones). They wait until all are there, as tensors, and are
   * then run one after the other. An aggregator compares the gradients of all of them, at the parameters. Default: 1.
   */
  readonly accumulate?: number | undefined;
  /**
   * Keeps an exponential moving average of the weights with this decay, e.g. 0.999, and scores with it. Default: none, no
   * average is kept.
   */
  readonly averageDecay?: number | undefined;
}

/** Options of a step of a {@link Trainer}. */
export interface StepOptions {
  /** Throws where a loss or a gradient is NaN or infinite. Default: true. */
  readonly terminateOnNaN?: boolean | undefined;
  /** For a weighting that changes with the epoch; counts from 0. Default: the epoch of the previous step. */
  readonly epoch?: number | undefined;
}

/** Options of a {@link Trainer}'s `evaluate`. */
export interface EvaluateOptions {
  /** Ends the scoring before the next batch, with an error. Default: none. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The result of a step, over all of its batches. A batch that only waits (`accumulate`), or whose step has no labels, makes
 * no step: `losses` and `amounts` are then empty, `loss` and `regularization` NaN.
 */
export interface StepResult<T extends string> {
  /** Where the run was when the losses were joined. */
  readonly progress: Progress;
  /** The joint loss that the weighting computed; with an aggregator the sum of the losses. */
  readonly loss: number;
  /** The penalties of the layers' regularizers, which the step made smaller beside the loss; 0 where there are none. */
  readonly regularization: number;
  /** Unweighted; a task without labels is left out. */
  readonly losses: SomeTasks<T, number>;
  /** How much label there was of each task: the sum of its samples' weights. */
  readonly amounts: SomeTasks<T, number>;
  /** True where the optimizer made a step. */
  readonly updated: boolean;
  /** The input and the result of the aggregator, where there is one. */
  readonly balance?: Balance<T> | undefined;
}

/**
 * Trains and scores one model.
 *
 * One operation at a time changes or saves its state: where `fit`, `step`, `flush`, `save` or `averaged` is running, those,
 * `load`, `finishAverage` and `dispose` throw. A fit lets them run in the hooks of its callbacks. `evaluate` and `predict` only read:
 * beside training they use the weights as they are at each batch.
 */
export interface Trainer<T extends string, M extends TaskMetrics<T> = TaskMetrics<T>> {
  readonly model: MultitaskModel<T>;
  learningRate: number;
  /**
   * Trains on one batch, or lets it wait until there are `accumulate` of them.
   *
   * @throws {RangeError} for a batch that does not fit the model, and where a loss or a gradient becomes NaN or infinite
   * (unless `terminateOnNaN` is false). Whatever throws, everything is then as before the step.
   */
  step<S extends string = never>(batch: Batch<S> & KnownTasks<S, T>, options?: StepOptions): Promise<StepResult<T>>;
  /** Makes the step of the batches that wait; undefined where none does. */
  flush(options?: StepOptions): Promise<StepResult<T> | undefined>;
  /** Trains for a number of epochs. A source may lack tasks, and has none that the model does not have. */
  fit<S extends string = never, V extends string = T, R extends string = T>(
    source: SourceLike<S> & KnownTasks<S, T>,
    options: FitOptions<T, V, R>,
  ): Promise<History<T, Scores<T, M>>>;
  /**
   * Scores every task over the samples that carry its label.
   *
   * @throws {RangeError} where a weight is NaN or infinite, and for a batch that does not fit the model.
   */
  evaluate<S extends string = never>(
    source: SourceLike<S> & KnownTasks<S, T>,
    options?: EvaluateOptions,
  ): Promise<Scores<T, M>>;
  /** The model's outputs by task. The caller disposes them. */
  predict(x: Tensor): Promise<ByTask<T, Tensor>>;
  /**
   * Weights, moments, step count: the whole state of the trainer, as plain data. Batches that wait for their step are not
   * part of it.
   *
   * @throws {RangeError} where a weight, an average or a moment is NaN or infinite.
   */
  save(): Promise<PlainData>;
  /**
   * Restores what `save` returned; batches that wait are let go.
   *
   * @throws {RangeError} if it came from another model, or from one trained differently; nothing has changed then.
   */
  load(state: PlainData): void;
  /** Runs `body` with the averaged weights in the model, where an average is kept. */
  averaged<R>(body: () => Promise<R>): Promise<R>;
  /** Leaves averaged weights in the model and starts a new average; `fit` does so at its end. */
  finishAverage(): void;
  /**
   * Disposes the optimizer, what the weighting learns and what the trainer holds, not the model. Whatever else is called
   * afterwards throws; a second `dispose` does nothing.
   *
   * @throws {Error} where an operation is running, also in the hooks of a fit's callbacks.
   */
  dispose(): void;
}

/** What a fit needs of its trainer, which it has for itself except in the hooks of callbacks. */
export interface FitTrainer<T extends string, M extends TaskMetrics<T>>
  extends Omit<Trainer<T, M>, 'step' | 'fit' | 'evaluate' | 'averaged' | 'dispose'> {
  step(batch: Batch<T>, options?: StepOptions): Promise<StepResult<T>>;
  evaluate(source: SourceLike<T>, options?: EvaluateOptions): Promise<Scores<T, M>>;
  /** The joint loss at the tasks' mean losses, as the weighting is now; NaN where there are none. */
  jointLoss(means: SomeTasks<T, number>): Promise<number>;
  /** The penalties of the layers' regularizers; undefined where there are none. */
  regularization(): Promise<number | undefined>;
  /** Which values of a score are better, by its path in an epoch's record. */
  direction(score: string): 'min' | 'max' | undefined;
  /** Whether any task has a metric. */
  readonly hasMetrics: boolean;
  /** Where the run is, for what is scored. */
  progress(): Progress;
  /** Lets go of batches that wait for their step. */
  discard(): void;
  /** The model's weights, their average where one is kept. */
  weights(): Promise<readonly Float32Array[]>;
  /** Puts such weights into the model. */
  setWeights(values: readonly Float32Array[]): void;
  readonly lend: Turns['lend'];
}

/** Options of `fit`: `T` are the model's tasks, `V` those of the validation source, `R` those of `scoreTraining`. */
export interface FitOptions<T extends string, V extends string = T, R extends string = T> {
  readonly epochs: number;
  /** Scored after every epoch. Default: none, an epoch is logged with its training losses alone. */
  readonly validation?: (SourceLike<V> & KnownTasks<V, T>) | undefined;
  /**
   * Also validates within the epoch, after every so many of its optimizer steps: `onValidation` of the callbacks gets the
   * scores. What goes by epochs (the history, `earlyStopping`, `reduceOnPlateau`) sees that at the epoch's end alone.
   * Default: none but that.
   */
  readonly validateEvery?: number | undefined;
  /**
   * Scored with the tasks' metrics after every epoch, as `validation` is: in inference mode, with the weights after the
   * epoch. The results stand in `train` beside the epoch's losses, which are means over its steps (the loss in inference
   * mode: `lossMetric`). The training samples, or some of them, best in a source that does not augment. It is called with
   * epoch 0. Default: none, `train` holds losses alone.
   */
  readonly scoreTraining?: (SourceLike<R> & KnownTasks<R, T>) | undefined;
  /** Called in this order, at every hook. Default: none. */
  readonly callbacks?: readonly Callback<T>[] | undefined;
  /** Ends the fit after the current step; `history.stopped` is then 'aborted'. Default: none. */
  readonly signal?: AbortSignal | undefined;
  /** Throws as soon as a loss or a gradient is NaN or infinite. Default: true. */
  readonly terminateOnNaN?: boolean | undefined;
  /**
   * Continues from what `run.snapshot()` returned, e.g. `(await loadCheckpoint(directory))?.state`. Default: none, the fit
   * begins anew.
   */
  readonly resume?: PlainData | undefined;
  /**
   * With `resume`: goes on where a callback had stopped the run, such as early stopping whose patience is larger now.
   * Default: false: the run stays stopped, the fit trains nothing and `history.stopped` says why.
   */
  readonly resumeStopped?: boolean | undefined;
}

/** What an epoch of training is logged with: its losses; the metrics of each task only with `scoreTraining`. */
export type TrainScores<S> = {
  readonly [K in keyof S]: S[K] extends { readonly loss: number } ? Pick<S[K], 'loss'> & Partial<S[K]> : S[K];
};

/** The result of a fit, as plain data. */
export interface History<T extends string, S = TaskScores<T>> {
  readonly epochs: readonly (Omit<EpochLog<T>, 'train' | 'validation'> & {
    readonly train: TrainScores<S>;
    readonly validation?: S | undefined;
  })[];
  /** Why the fit ended before its last epoch. */
  readonly stopped?: string | undefined;
}
