import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { checkChoice } from '../../internal/check';
import { checkBackend } from '../../internal/check-backend';
import { checkArray, checkDataset, checkFunction, checkIndices, checkNet } from '../../internal/check-kinds';
import { checkOptions } from '../../internal/check-options';
import { didYouMean, nearest } from '../../internal/nearest';
import { eventLoopYielder } from '../../internal/yield';
import type { Dataset, FeatureStore, MultitaskModel } from '../../types';
import { checkStore, computeOnce, lengthOf, type Pooling } from './compute-once';
import { memoryStore } from './memory-store';

/** Options of {@link extractFeatures}. */
export interface ExtractFeaturesOptions {
  /**
   * The layers whose outputs are the features, by name, one behind the other: `['encoder/stage4', 'encoder/stage5']`. Default: the
   * outputs of the net.
   */
  readonly layers?: readonly string[] | undefined;
  /** What of a feature map becomes features: its mean or its maximum in each channel, or all of it. Default: `'mean'`. */
  readonly pool?: Pooling | undefined;
  /** The rows of the dataset to read, in this order. Default: all. */
  readonly indices?: readonly number[] | undefined;
  /** Where features are kept for the next call, such as `featureFolder(path)`. Default: nowhere. */
  readonly store?: FeatureStore | undefined;
  /** Is called after each image, of those that there are. Default: nothing. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** What {@link extractFeatures} returns: a table, which `arrayDataset({ x: features, ids, y })` takes. */
export interface ExtractedFeatures {
  /** The ids of the rows. */
  readonly ids: readonly string[];
  /** The names of the columns: a layer and the place in it, `'encoder/stage4[17]'`. */
  readonly names: readonly string[];
  /** `[rows, columns]`, row by row. */
  readonly features: { readonly data: Float32Array; readonly shape: readonly [rows: number, columns: number] };
}

function outputsOf(net: LayersModel, names: readonly string[] | undefined): readonly SymbolicTensor[] {
  if (names === undefined) return net.outputs;
  checkArray(names, 'extractFeatures: layers');
  if (names.length === 0) throw new RangeError('extractFeatures: layers must name at least one layer, got none.');
  return names.flatMap((name) => {
    const layer = net.layers.find((one) => one.name === name);
    if (layer !== undefined) return [layer.getOutputAt(0)].flat();
    const stages = net.layers.flatMap((one) => (/\/stage\d+$/.test(one.name) ? [one.name] : []));
    const hint = stages.length === 0 ? '' : ` Its stages are ${stages.join(', ')}.`;
    const all = net.layers.map((one) => one.name);
    throw new RangeError(`extractFeatures: the net has no layer '${name}'.${didYouMean(nearest(name, all))}${hint}`);
  });
}

/** Throws unless as many features are had of images of any size. */
function checkLength(x: SymbolicTensor, pool: Pooling): void {
  if (!x.shape.slice(pool === 'none' ? 1 : -1).includes(null)) return;
  throw new RangeError(
    `extractFeatures: the output of '${x.sourceLayer.name}' has the shape [${x.shape.slice(1).map((side) => side ?? 'any')}], ` +
      "which depends on the image; take pool 'mean' or 'max', or a net of a fixed input shape.",
  );
}

/**
 * Computes features of each image of a dataset by a net, such as a pretrained encoder: a table of numbers for what is no network (a
 * support-vector machine, a logistic regression, statistics), or for a small one.
 *
 * The net runs as in prediction, one image at a time, up to the layers that are named and no further; its weights need not be frozen.
 * Equal images are computed once. Feature maps `[height, width, channels]` are pooled to one number for each channel.
 *
 * @throws {RangeError} for a layer that the net does not have, rows that the dataset does not have, images of another shape than the net
 * takes, and features that are not finite.
 * @throws {TypeError} where `model` is no net with one input, or `dataset` no dataset.
 * @example
 * ```ts
 * import { input, model } from '@tensorflow/tfjs-layers';
 * import { VGG16Encoder } from 'tfjs-multitask/layers';
 * import { extractFeatures } from 'tfjs-multitask/models';
 * import { phantomDataset } from 'tfjs-multitask/paper';
 *
 * const image = input({ shape: [32, 32, 1] });
 * const { bottleneck } = VGG16Encoder({ stages: 3, preprocess: true })(image, 'encoder', 1);
 * const net = model({ inputs: image, outputs: bottleneck });
 * const dataset = phantomDataset({ counts: { covid: 1, normal: 1 }, size: 32, masks: 1 });
 * const { ids, features } = await extractFeatures(net, dataset, { layers: ['encoder/stage2', 'encoder/stage3'] });
 * console.log(ids.length, features.shape); // 2 [2, 384]
 * ```
 */
export async function extractFeatures(
  model: MultitaskModel<string> | LayersModel,
  dataset: Dataset<string>,
  options: ExtractFeaturesOptions = {},
): Promise<ExtractedFeatures> {
  const net = ((model as { readonly net?: unknown } | null | undefined)?.net ?? model) as LayersModel;
  checkNet(net, 'extractFeatures: model');
  checkDataset(dataset, 'extractFeatures: dataset');
  checkOptions(options, ['layers', 'pool', 'indices', 'store', 'onProgress'], 'extractFeatures');
  checkBackend('extractFeatures');
  const { layers, pool = 'mean', indices = [...dataset.rows.keys()], store, onProgress = () => undefined } = options;
  if (net.inputs.length !== 1) {
    throw new TypeError(`extractFeatures: the net must have 1 input, got ${net.inputs.length}.`);
  }
  checkChoice(pool, ['mean', 'max', 'none'], 'extractFeatures: pool');
  checkIndices(indices, dataset.rows, 'extractFeatures: indices');
  if (store !== undefined) checkStore(store, 'extractFeatures: store');
  checkFunction(onProgress, 'extractFeatures: onProgress', '(done, total) => console.log(done)');
  const outputs = outputsOf(net, layers);
  for (const x of outputs) checkLength(x, pool);
  const names = outputs.flatMap((x) =>
    Array.from({ length: lengthOf(x, pool) }, (_, column) => `${x.sourceLayer.name}[${column}]`),
  );
  const data = new Float32Array(indices.length * names.length);
  const inMemory = memoryStore(Infinity, () => new Error());
  const reader = await computeOnce({ caller: 'extractFeatures', net, outputs, pool, store: store ?? inMemory });
  const pause = eventLoopYielder();
  for (const [row, index] of indices.entries()) {
    const { x } = await dataset.read(index);
    data.set(await reader.read(x, dataset.rows[index].id), row * names.length);
    onProgress(row + 1, indices.length);
    await pause();
  }
  const ids = indices.map((index) => dataset.rows[index].id);
  return { ids, names, features: { data, shape: [indices.length, names.length] } };
}
