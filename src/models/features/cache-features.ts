import {
  type LayersModel,
  layers,
  model as layersModel,
  type SymbolicTensor,
  input as symbolicInput,
} from '@tensorflow/tfjs-layers';
import { checkInteger } from '../../internal/check';
import { checkBackend } from '../../internal/check-backend';
import { checkDataset, checkFunction, checkModel } from '../../internal/check-kinds';
import { checkOptions } from '../../internal/check-options';
import { frozenFrontier } from '../../internal/frozen-frontier';
import { mapTasks } from '../../internal/map-tasks';
import { eventLoopYielder } from '../../internal/yield';
import { apply } from '../../layers/core/apply';
import type { Dataset, FeatureStore, MultitaskModel, Sample } from '../../types';
import { fromLayersModel } from '../from-layers-model';
import { checkStore, computeOnce, lengthOf } from './compute-once';
import { memoryStore } from './memory-store';

/** Options of {@link cacheFeatures}. */
export interface CacheFeaturesOptions {
  /** The most bytes that the feature maps may take in memory; without effect where there is a `store`. Default: `2 ** 30`. */
  readonly bytes?: number | undefined;
  /**
   * Where the feature maps are kept, such as `featureFolder(path)`: they are read when a sample is, as its labels are from
   * `dataset`, so that nothing stays in memory. What it has of the same images and frozen weights is not computed again.
   * Default: memory.
   */
  readonly store?: FeatureStore | undefined;
  /** Is called after each image, of those that there are. Default: nothing. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** What {@link cacheFeatures} returns. */
export interface CachedFeatures<T extends string, L extends string> {
  /**
   * What is behind the frozen part, with the layers of the model itself: training it trains the model. Its inputs are the samples of
   * `dataset`. Dispose both.
   */
  readonly model: MultitaskModel<T>;
  /** The rows of the dataset, with feature maps in place of images, one behind the other: `[numbers]`. */
  readonly dataset: Dataset<L>;
}

/** The layers behind `frontier`, connected once more to an input that holds its tensors one behind the other. */
function connectAgain(outputs: readonly SymbolicTensor[], frontier: readonly SymbolicTensor[], total: number) {
  const input = symbolicInput({ shape: [total], name: 'features' });
  const column = apply(layers.reshape({ name: 'features/column', targetShape: [total, 1, 1] }), input);
  const current = new Map<SymbolicTensor, SymbolicTensor>();
  let begin = 0;
  for (const [i, x] of frontier.entries()) {
    const end = begin + lengthOf(x);
    const cropping: [[number, number], [number, number]] = [
      [begin, total - end],
      [0, 0],
    ];
    const part = apply(layers.cropping2D({ name: `features/part${i + 1}`, cropping }), column);
    const targetShape = x.shape.slice(1) as number[];
    current.set(x, apply(layers.reshape({ name: `features/shape${i + 1}`, targetShape }), part));
    begin = end;
  }
  const compute = (x: SymbolicTensor): SymbolicTensor => {
    const known = current.get(x);
    if (known !== undefined) return known;
    const { inputTensors, outputTensors, outboundLayer, callArgs } = x.sourceLayer.inboundNodes[x.nodeIndex];
    const inputs = inputTensors.map(compute);
    const applied = [outboundLayer.apply(inputs.length === 1 ? inputs[0] : inputs, callArgs)].flat();
    for (const [i, output] of outputTensors.entries()) current.set(output, applied[i] as SymbolicTensor);
    return current.get(x)!;
  };
  return layersModel({ inputs: input, outputs: outputs.map(compute), name: 'features' });
}

/** Where the frozen beginning of a net ends. */
function frontierOf(net: LayersModel): readonly SymbolicTensor[] {
  const frontier = frozenFrontier(net.outputs);
  if (frontier.length === 0) {
    throw new RangeError('cacheFeatures: nothing of the model is frozen from its input on; call freeze(model) before.');
  }
  if (frontier.some((x) => net.outputs.includes(x))) {
    throw new RangeError(
      'cacheFeatures: a task is frozen from the input to its output, so that nothing is left to train of it.',
    );
  }
  return frontier;
}

/**
 * Computes what a model's frozen beginning makes of each image of a dataset once, for training what is behind it without running
 * that again: a net of frozen stages costs more than all that is trained.
 *
 * What is frozen from the input on must stay so as long as the result is used. Equal images are computed once. Augmentations do not
 * apply: the feature maps are those of the dataset's images as they are. All is kept in memory, labels too, unless there is a `store`.
 *
 * @throws {RangeError} where nothing is frozen from the input on, a task is frozen as a whole, the feature maps take more than `bytes`,
 * an image has another shape than the model takes, or its features are not finite.
 * @throws {Error} where a sample is read whose features a `store` has lost, and the frozen part is another one by then.
 * @example
 * ```ts
 * import { train } from '@tensorflow/tfjs-core';
 * import { arrayDataset, batches } from 'tfjs-multitask/data';
 * import { MLPHead, MobileNetV2Encoder } from 'tfjs-multitask/layers';
 * import { cacheFeatures, freeze, multitask } from 'tfjs-multitask/models';
 * import { bce } from 'tfjs-multitask/losses';
 * import { createTrainer } from 'tfjs-multitask/train';
 *
 * const image = { data: new Float32Array(32 * 32), shape: [32, 32, 1] };
 * const dataset = arrayDataset({ x: [image, image], y: { severity: [[0], [1]] } });
 * const model = multitask({
 *   inputShape: [32, 32, 1],
 *   encoder: MobileNetV2Encoder({ width: 0.35 }),
 *   heads: { severity: MLPHead({ filters: 0, units: [4] }) },
 * });
 * freeze(model);
 * const rest = await cacheFeatures(model, dataset);
 * const trainer = createTrainer(rest.model, { optimizer: train.adam(1e-3), losses: { severity: bce() } });
 * await trainer.fit(batches(rest.dataset, { batchSize: 2 }), { epochs: 1 });
 * ```
 */
export async function cacheFeatures<T extends string, L extends string>(
  model: MultitaskModel<T>,
  dataset: Dataset<L>,
  options: CacheFeaturesOptions = {},
): Promise<CachedFeatures<T, L>> {
  checkModel(model, 'cacheFeatures: model');
  checkDataset(dataset, 'cacheFeatures: dataset');
  checkOptions(options, ['bytes', 'store', 'onProgress'], 'cacheFeatures');
  checkBackend('cacheFeatures');
  const { bytes = 2 ** 30, store, onProgress = () => undefined } = options;
  checkInteger(bytes, 0, 'cacheFeatures: bytes');
  if (store !== undefined) checkStore(store, 'cacheFeatures: store');
  checkFunction(onProgress, 'cacheFeatures: onProgress', '(done, total) => console.log(done)');
  const { net, tasks } = model;
  const outputs = frontierOf(net);
  const length = outputs.reduce((sum, x) => sum + lengthOf(x), 0);
  const full = (needed: number): Error =>
    new RangeError(
      `cacheFeatures: the feature maps take ${needed} bytes, and bytes is ${bytes}; freeze further stages, which have ` +
        "smaller ones, keep them on disk (store: featureFolder('features')), or allow more.",
    );
  const needed = new Set(dataset.rows.map(({ id }) => id)).size * length * 4;
  if (store === undefined && needed > bytes) throw full(needed);
  const request = {
    caller: 'cacheFeatures',
    net,
    outputs,
    pool: 'none',
    store: store ?? memoryStore(bytes, full),
  } as const;
  const features = await computeOnce(request);
  const readFeatures = async (index: number): Promise<Sample<L>> => {
    const sample = await dataset.read(index);
    return { ...sample, x: { data: await features.read(sample.x, dataset.rows[index].id), shape: [length] } };
  };
  const pause = eventLoopYielder();
  const samples: Sample<L>[] = [];
  for (const index of dataset.rows.keys()) {
    const sample = await readFeatures(index);
    if (store === undefined) samples.push(sample);
    onProgress(index + 1, dataset.rows.length);
    await pause();
  }
  features.close();
  const kinds = mapTasks(tasks, (task) => model.outputs[task].kind);
  const rest = fromLayersModel(connectAgain(net.outputs, outputs, length), tasks, { outputs: kinds as never });
  const read = store === undefined ? async (index: number) => samples[index] : readFeatures;
  return { model: rest, dataset: { rows: dataset.rows, read } };
}
