/**
 * The contracts between the parts, as types alone. The parts themselves are subpaths: `tfjs-multitask/layers`, `/losses`, …
 *
 * @module tfjs-multitask
 */

export type {
  Aggregator,
  AggregatorContext,
  AnyMetric,
  AnyTask,
  AxisOption,
  Batch,
  Builder,
  ByTask,
  Dataset,
  ElementwiseAggregator,
  ElementwiseContext,
  Encoder,
  Features,
  Fitting,
  Gramian,
  Head,
  KnownTasks,
  Loss,
  Metric,
  MultitaskModel,
  NDArray,
  NestedNumbers,
  Output,
  OutputKind,
  PlainData,
  Progress,
  Row,
  Sample,
  SomeTasks,
  Source,
  SourceLike,
  TfDataset,
  TfElement,
  UnknownTask,
  Values,
  Weighting,
} from './types';
