import type { ByTask, Head, Loss, MultitaskModel, Source, Weighting } from 'tfjs-multitask';
import { MLPHead, SegmentationHead, UNetDecoder, UNetEncoder, withDecoder } from 'tfjs-multitask/layers';
import { copyWeights, deepSupervision, multitask, type SupervisedLevels } from 'tfjs-multitask/models';
import type { TaskMetrics } from 'tfjs-multitask/train';
import type { ExperimentTask, RunConfig } from '../records';
import { buildModel, measuresOf } from './model';
import { weightingOf } from './weighting';

/** What a run trains: its model, or that with further outputs which training alone needs. */
export interface TrainedModel {
  readonly model: MultitaskModel<string>;
  readonly losses: ByTask<string, Loss>;
  readonly metrics: TaskMetrics<string>;
  readonly weighting: Weighting<string>;
  /** Adds the labels of the further outputs. */
  labels(source: Source<ExperimentTask>): Source<string>;
  /** The run's model with the weights that were trained; `model` is gone then. */
  finish(): MultitaskModel<ExperimentTask>;
}

const T2 = 'segmentation';

/** A model as the run's, with an output at several levels of the segmentation's decoder. */
function buildSupervised(config: RunConfig, segmentation: Readonly<Record<string, Head>>): MultitaskModel<string> {
  const { tasks, filters, norm, dropout, reconstructionSkips, size, seed } = config;
  const skips = reconstructionSkips ? 'concat' : 'none';
  const heads: Record<ExperimentTask, Readonly<Record<string, Head>>> = {
    reconstruction: { reconstruction: UNetDecoder({ skips, norm, activation: 'linear' }) },
    segmentation,
    classification: { classification: MLPHead() },
  };
  return multitask<string>({
    inputShape: [size, size, 1],
    encoder: UNetEncoder({ filters: [1, 2, 4, 8, 16].map((times) => times * filters), norm, dropout }),
    heads: Object.assign({}, ...tasks.map((task) => heads[task])),
    // The levels share a decoder, whose layers have the names that they have in the run's model.
    sharing(input, encoder, names, initial) {
      const features = encoder(input, 'encoder', initial);
      const decoded = withDecoder(() => features, { norm })(input, T2, initial);
      return names.map((name) => (name in segmentation ? decoded : features));
    },
    seed,
  });
}

function supervise(config: RunConfig, levels: SupervisedLevels): TrainedModel {
  const { tasks, lossWeights, warmUp = {}, reconstructionFirst } = config;
  const { heads, weights, labels } = deepSupervision(T2, SegmentationHead({ norm: config.norm }), levels);
  const model = buildSupervised(config, heads);
  const { losses, metrics } = measuresOf(tasks);
  /** The same for every level. */
  const spread = <V>(byTask: { readonly [K in ExperimentTask]?: V }): Record<string, V> => {
    const { [T2]: own, ...others } = byTask;
    const each = own === undefined ? [] : Object.keys(heads).map((name) => [name, own]);
    return { ...(others as Record<string, V>), ...Object.fromEntries(each) };
  };
  const levelWeights = Object.entries(weights).map(([name, weight]) => [name, weight * (lossWeights[T2] ?? 1)]);
  const plan = {
    lossWeights: { ...lossWeights, ...Object.fromEntries(levelWeights) },
    warmUp: spread(warmUp),
    reconstructionFirst,
  };
  return {
    model,
    losses: spread(losses),
    metrics,
    weighting: weightingOf(model.tasks, plan),
    labels: (source) => labels(source),
    finish() {
      const plain = buildModel(config);
      copyWeights(model.net, plain.net, '');
      model.dispose();
      return plain;
    },
  };
}

export function trainedModel(config: RunConfig): TrainedModel {
  if (config.supervisedLevels !== undefined) return supervise(config, config.supervisedLevels);
  const model = buildModel(config);
  return {
    model,
    ...measuresOf(config.tasks),
    weighting: weightingOf(config.tasks, config),
    labels: (source) => source,
    finish: () => model,
  } as TrainedModel;
}
