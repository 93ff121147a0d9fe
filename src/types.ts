import type { Scalar, Tensor, Tensor1D, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';

// The contracts between the parts. Everything else in the library is a plain function over these.

/** One `V` for every task. */
export type ByTask<T extends string, V> = { readonly [K in T]: V };

/** A `V` for some of the tasks. */
export type SomeTasks<T extends string, V> = { readonly [K in T]?: V | undefined };

/**
 * The tasks of what is made without naming any, such as `const stop = earlyStopping()`: it fits every model. The default of
 * the types that a trainer takes; a hand-written `Callback` or `Weighting` without a type argument fits every trainer.
 */
// biome-ignore lint/suspicious/noExplicitAny: what a trainer takes both reads and names tasks, so that no other type fits all
export type AnyTask = any;

/** Nothing to add where a model with the tasks `T` has all of `S`; else what nothing has, so that it does not compile. */
export type KnownTasks<S extends string, T extends string> = [S] extends [T] ? unknown : UnknownTask<Exclude<S, T>>;

/** What no data has: in a compiler's message it names the tasks that the model does not have. */
export interface UnknownTask<T extends string> {
  readonly 'the model has no task': T;
}

/**
 * Symbolic in, symbolic out. `name` prefixes the names of the layers that it adds; `seed`, where given, makes the
 * initial weights and the dropout masks a function of (`seed`, layer name) alone.
 */
export type Builder<I, O> = (input: I, name: string, seed?: number) => O;

/** What an encoder passes to the heads: its skip connections, finest first, and its deepest feature map. */
export interface Features {
  readonly skips: readonly SymbolicTensor[];
  readonly bottleneck: SymbolicTensor;
}

/** Builds feature maps from the input: `[batch, ...]` -> {@link Features}. */
export type Encoder = Builder<SymbolicTensor, Features>;
/** Builds a task's output from the feature maps: {@link Features} -> `[batch, ...]`. */
export type Head = Builder<Features, SymbolicTensor>;

/**
 * What a task's output holds: probabilities that stand for themselves (sigmoid); a distribution over the classes of the
 * last axis (softmax); logits, which a sigmoid or a softmax would turn into one of these; plain values; or what cannot be
 * read from the net and has not been said.
 */
export type OutputKind = 'probability' | 'distribution' | 'logit' | 'value' | 'unknown';

/** What is known of a task's output. */
export interface Output {
  readonly kind: OutputKind;
  /** The length of its last axis: classes, labels, channels. */
  readonly width: number;
}

/** `[batch, ...]` x `[batch, ...]` -> `[batch]`: one loss per sample, never reduced further. */
export interface Loss {
  /**
   * `weight`: how much each element counts within its sample, of the shape of `yTrue` or with 1 as its last axis; 0
   * leaves an element out. A loss of means takes the weighted mean, one of sums over pixels the weighted sums.
   */
  (yTrue: Tensor, yPred: Tensor, weight?: Tensor): Tensor1D;
  /** Where labels must lie, if not anywhere: the trainer refuses others, such as masks of 0 and 255. */
  readonly labels?: readonly [low: number, high: number] | undefined;
  /** True where `yTrue` holds numbers of classes, `[batch, ..., 1]`, in place of one value for each class. */
  readonly classNumbers?: boolean | undefined;
  /** The label of elements that it leaves out, whatever they are predicted to be: 255 in many masks. */
  readonly ignoreIndex?: number | undefined;
  /** The kinds of output that it is computed from. Left out (a loss of one's own): any. */
  readonly takes?: readonly OutputKind[] | undefined;
  /** Of a loss that takes logits: what makes probabilities of them. */
  readonly activation?: 'sigmoid' | 'softmax' | undefined;
  /**
   * The same loss, computed from the logits in front of the activation that it names. The trainer takes it where a head
   * ends in that activation, since the slope of a saturated sigmoid or softmax is 0 in single precision.
   */
  readonly fromLogits?: Loss | undefined;
}

/** Numbers nested to any depth, all rows of one length. */
export type NestedNumbers = readonly number[] | readonly NestedNumbers[];

/** An array of numbers with its shape, row-major: what samples and metrics hold instead of tensors. */
export interface NDArray {
  readonly data: Float32Array | Float64Array | Int32Array | Uint8Array | Uint16Array;
  readonly shape: readonly number[];
}

/** Anything a metric reads: a tensor, an {@link NDArray}, a typed array (one dimension) or nested arrays. */
export type Values = Tensor | NDArray | NDArray['data'] | NestedNumbers;

/**
 * A reducer over plain data. A state `S` is plain (numbers, arrays, typed arrays), so that it holds nothing on a
 * device and can be stored, sent or merged: `merge(update(init(), a), update(init(), b))` is `update` of both.
 */
export interface Metric<S, R = number> {
  init(): S;
  /**
   * `yTrue`, `yPred`: `[batch, ...]`; `weight`: `[batch]`, or for each element: the shape of `yTrue` or with 1 as its
   * last axis; 0 leaves a sample or an element out. Returns a new state.
   */
  update(state: S, yTrue: Values, yPred: Values, weight?: Values): Promise<S>;
  merge(a: S, b: S): S;
  compute(state: S): R;
  /** Which values are better: callbacks that watch it read this. */
  readonly direction?: 'min' | 'max' | undefined;
  /** Where its values lie; an end may be infinite. */
  readonly range?: readonly [low: number, high: number] | undefined;
  /** How a trainer fits it to a task's output. Left out: it is taken as it is. */
  readonly fitting?: Fitting<S, R> | undefined;
}

/** An option that says what the last axis of an output holds: so many classes, labels or quantities. */
export type AxisOption = 'classes' | 'labels' | 'outputs';

/**
 * What a metric takes a task's output to be: a trainer refuses other outputs, and fills in what their width says, so that
 * classes and labels need not be said.
 */
export interface Fitting<S, R> {
  /** The kinds of output that it is computed from. Left out: any. */
  readonly takes?: readonly OutputKind[] | undefined;
  /** True where scores of any kind will do once `threshold` or `classes` is given, which decides about them. */
  readonly decides?: boolean | undefined;
  /** Its options for the last axis. Left out: that holds what it may; none: one value. */
  readonly axis?: readonly AxisOption[] | undefined;
  /** What was given of these options, and the threshold. */
  readonly given?: { readonly [K in AxisOption | 'threshold']?: number | undefined } | undefined;
  /** The same metric with one of these options. Left out: its results would have another form, so it must be said. */
  readonly fill?: ((option: { readonly [K in AxisOption]?: number | undefined }) => Metric<S, R>) | undefined;
}

/** A metric whose state does not matter to the caller. */
// biome-ignore lint/suspicious/noExplicitAny: a state is opaque to code that only passes the metric on
export type AnyMetric<R = unknown> = Metric<any, R>;

/** A batch; missing labels are normal. Unlabelled is not the same as an empty mask. */
export interface Batch<T extends string> {
  /** The samples' names, for errors and predictions. Left out: they have none. */
  readonly ids?: readonly string[] | undefined;
  /** `[batch, ...]`. */
  readonly x: Tensor;
  /** `[batch, ...]` for each task; a task left out has no loss and no score from this batch. */
  readonly y: SomeTasks<T, Tensor>;
  /**
   * For each task `[batch]`, 0 for a sample without that label; or a weight for each element, of the label's shape or
   * with 1 as its last axis, 0 where the label is unknown: a sample then weighs the mean of its elements' weights. Left
   * out: every sample weighs 1.
   */
  readonly weight?: SomeTasks<T, Tensor> | undefined;
}

/**
 * Returns the batches of one epoch. `epoch` counts from 0; a source that shuffles derives its order from its seed and
 * the epoch alone, so that a resumed run sees what an undisturbed one would have seen. The source owns its batches:
 * a batch need only stay valid until the next one is requested, and its reader does not dispose it.
 */
export interface Source<T extends string> {
  (epoch: number): Iterable<Batch<T>> | AsyncIterable<Batch<T>>;
  /** Batches per epoch, where known: the total of a progress bar. */
  readonly steps?: number | undefined;
}

/** A batch under the names of tf.data and `fitDataset`. */
export interface TfElement<T extends string> {
  readonly xs: Tensor;
  readonly ys: SomeTasks<T, Tensor>;
  readonly weight?: SomeTasks<T, Tensor> | undefined;
  readonly ids?: Tensor | undefined;
}

/**
 * A dataset of tf.data (`@tensorflow/tfjs-data`). Each epoch reads it anew; its elements are disposed once they have been
 * used, as `fitDataset` does. `batch()` forgets the types of elements: `dataset.batch(4) as TfDataset<'lesion'>`.
 */
export interface TfDataset<T extends string> {
  iterator(): Promise<{ next(): Promise<IteratorResult<Batch<T> | TfElement<T>>> }>;
  /** Elements, where known. */
  readonly size?: number | null | undefined;
}

/**
 * What is taken for a {@link Source}: one; batches that are the same in every epoch, such as an array of them, which stay
 * the caller's; an iterator, which can be read but once; a dataset of tf.data.
 */
export type SourceLike<T extends string> = Source<T> | Iterable<Batch<T>> | AsyncIterable<Batch<T>> | TfDataset<T>;

/** One sample as plain numbers. A task left out of `y` has an unknown label. */
export interface Sample<T extends string> {
  /** `[height, width, channels]` for an image. */
  readonly x: NDArray;
  readonly y: SomeTasks<T, NDArray>;
  /** How much its label of a task counts, or each element of it (0: unknown). Left out: 1. */
  readonly weight?: SomeTasks<T, number | NDArray> | undefined;
}

/** What is known of a sample before it is read. */
export interface Row<T extends string> {
  readonly id: string;
  /** The tasks that it has labels for. */
  readonly tasks: readonly T[];
  /** Samples of one group (a patient) are never on both sides of a split. */
  readonly group?: string | undefined;
  /** Splits keep the proportions of strata (a class, a source). */
  readonly stratum?: string | undefined;
}

/** Samples that can be read one by one, in any order, any number of times. */
export interface Dataset<T extends string> {
  readonly rows: readonly Row<T>[];
  read(index: number): Promise<Sample<T>>;
}

/**
 * Where features that were computed once are kept, such as a folder (`featureFolder`), memory, or a database of a page. A key is 64
 * digits of a SHA-256 and stands for one content.
 */
export interface FeatureStore {
  /** What was set, unchanged; undefined where it is not there, or not whole. */
  get(key: string): Promise<Float32Array | undefined>;
  set(key: string, values: Float32Array): Promise<void>;
}

/** Where a run stands when losses are combined. */
export interface Progress {
  /** Training steps made before, over all epochs. */
  readonly step: number;
  /** Counts from 0. */
  readonly epoch: number;
  /** False where a model is scored. */
  readonly training: boolean;
}

/** How the losses of the tasks become one. */
export interface Weighting<T extends string = AnyTask> {
  /** Its kind: a checkpoint is refused by a trainer whose weighting has another name. */
  readonly name?: string | undefined;
  /** The tasks that it names, where it names any: the trainer checks that the model has them. */
  readonly tasks?: readonly T[] | undefined;
  /** What it learns, trained by the trainer's optimizer beside the model and disposed with the trainer. */
  readonly variables?: readonly Variable[] | undefined;
  /** The losses of the tasks that the batch has labels for. A pure function: scoring a model calls it too. */
  combine(losses: SomeTasks<T, Scalar>, progress: Progress): Scalar;
  /** A batch's losses before and after an update; defining it costs a second forward pass. */
  endStep?(before: SomeTasks<T, number>, after: SomeTasks<T, number>): void;
  endEpoch?(means: SomeTasks<T, number>): void;
  /** What it keeps between steps besides `variables`, as plain data, for a checkpoint. */
  save?(): PlainData;
  load?(state: PlainData): void;
}

/** `gramian[i][j]`: the inner product of the gradients of task i and task j over what the tasks share. */
export type Gramian = readonly (readonly number[])[];

/** What else an aggregator may use. */
export interface AggregatorContext<T extends string> {
  /** Training steps made before: what a seeded order is drawn from. */
  readonly step: number;
  /** Unweighted losses of the batch. */
  readonly losses: SomeTasks<T, number>;
}

/**
 * How the gradients of the tasks become one over the shared parameters: their weighted sum, the weights a function of
 * the Gramian. Plain numbers in, plain numbers out.
 */
export interface Aggregator<T extends string = AnyTask> {
  readonly name: string;
  /** The tasks that it names, where it names any: the trainer checks that the model has them. */
  readonly tasks?: readonly T[] | undefined;
  /** One weight for each of `tasks`: those that the batch has labels for, in the order of the Gramian's rows. */
  weights(gramian: Gramian, tasks: readonly T[], context: AggregatorContext<T>): readonly number[];
  readonly join?: undefined;
  /** What it keeps between steps, as plain data, for a checkpoint. */
  save?(): PlainData;
  load?(state: PlainData): void;
}

/** What an elementwise aggregator may use. */
export interface ElementwiseContext<T extends string> extends AggregatorContext<T> {
  /** Numbers the tensors whose gradients are joined in a step: with `step`, what seeded choices are drawn from. */
  readonly place: number;
}

/**
 * How the gradients of the tasks become one where no weighted sum can express it: a rule for their elements, applied on
 * the device to one shared tensor after the other. Where weights are enough, an {@link Aggregator} is cheaper.
 */
export interface ElementwiseAggregator<T extends string = AnyTask> {
  readonly name: string;
  /** The tasks that it names, where it names any: the trainer checks that the model has them. */
  readonly tasks?: readonly T[] | undefined;
  /**
   * `gradients`: `[K, n]`, a row for each of `tasks` (those that the batch has labels for), the n elements of a shared
   * parameter or of a shared representation, samples included. Returns `[n]`. It is called within a `tidy`.
   */
  join(gradients: Tensor2D, tasks: readonly T[], context: ElementwiseContext<T>): Tensor1D;
  readonly weights?: undefined;
  /** What it keeps between steps, as plain data, for a checkpoint. */
  save?(): PlainData;
  load?(state: PlainData): void;
}

/**
 * A model with named tasks. `net` is a plain LayersModel whose outputs are named after the tasks, in their order; its
 * `save` writes standard layers, which tfjs-layers alone opens, and says so where a layer has no standard form.
 */
export interface MultitaskModel<T extends string> {
  readonly net: LayersModel;
  readonly tasks: readonly T[];
  /** What the output of each task holds: read from the activation that its head ends in, or said. */
  readonly outputs: ByTask<T, Output>;
  /** `x`: `[batch, ...]`. The caller disposes the result. */
  predict(x: Tensor): ByTask<T, Tensor>;
  dispose(): void;
}

/** Plain data that a checkpoint can hold. */
export type PlainData =
  | null
  | boolean
  | number
  | string
  | NDArray['data']
  | readonly PlainData[]
  | { readonly [key: string]: PlainData };
