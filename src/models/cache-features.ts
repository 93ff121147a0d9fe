import { concat, reshape, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { layers, model as layersModel, type SymbolicTensor, input as symbolicInput } from '@tensorflow/tfjs-layers';
import { checkInteger } from '../internal/check';
import { checkBackend } from '../internal/check-backend';
import { checkDataset, checkFunction, checkModel } from '../internal/check-kinds';
import { checkOptions } from '../internal/check-options';
import { frozenFrontier } from '../internal/frozen-frontier';
import { mapTasks } from '../internal/map-tasks';
import { runBetween } from '../internal/run-between';
import { eventLoopYielder } from '../internal/yield';
import { apply } from '../layers/core/apply';
import type { Dataset, MultitaskModel, NDArray, Sample } from '../types';
import { fromLayersModel } from './from-layers-model';

/** Options of {@link cacheFeatures}. */
export interface CacheFeaturesOptions {
  /** The most bytes that the feature maps may take. Default: `2 ** 30`. */
  readonly bytes?: number | undefined;
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

const sizeOf = ({ shape }: SymbolicTensor): number =>
  shape.slice(1).reduce<number>((product, side) => product * (side as number), 1);

/** The layers behind `frontier`, connected once more to an input that holds its tensors one behind the other. */
function connectAgain(outputs: readonly SymbolicTensor[], frontier: readonly SymbolicTensor[], total: number) {
  const input = symbolicInput({ shape: [total], name: 'features' });
  const column = apply(layers.reshape({ name: 'features/column', targetShape: [total, 1, 1] }), input);
  const current = new Map<SymbolicTensor, SymbolicTensor>();
  let begin = 0;
  for (const [i, x] of frontier.entries()) {
    const end = begin + sizeOf(x);
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

/**
 * Computes what a model's frozen beginning makes of each image of a dataset once, for training what is behind it without running
 * that again: a net of frozen stages costs more than all that is trained.
 *
 * What is frozen from the input on must stay so as long as the result is used. Images of one id are computed once. Augmentations do not
 * apply: the feature maps are those of the dataset's images as they are. All is kept in memory, labels too.
 *
 * @throws {RangeError} where nothing is frozen from the input on, or the feature maps take more than `bytes`.
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
  checkOptions(options, ['bytes', 'onProgress'], 'cacheFeatures');
  checkBackend('cacheFeatures');
  const { bytes = 2 ** 30, onProgress = () => undefined } = options;
  checkInteger(bytes, 0, 'cacheFeatures: bytes');
  checkFunction(onProgress, 'cacheFeatures: onProgress', '(done, total) => console.log(done)');
  const { net, tasks } = model;
  const frontier = frozenFrontier(net.outputs);
  if (frontier.length === 0) {
    throw new RangeError('cacheFeatures: nothing of the model is frozen from its input on; call freeze(model) before.');
  }
  if (frontier.some((x) => net.outputs.includes(x))) {
    throw new RangeError(
      'cacheFeatures: a task is frozen from the input to its output, so that nothing is left to train of it.',
    );
  }
  const total = frontier.reduce((sum, x) => sum + sizeOf(x), 0);
  const ids = new Set(dataset.rows.map(({ id }) => id));
  const needed = ids.size * total * 4;
  if (needed > bytes) {
    throw new RangeError(
      `cacheFeatures: the feature maps of ${ids.size} images take ${needed} bytes, and bytes is ${bytes}; freeze further ` +
        'stages, which have smaller ones, or allow more.',
    );
  }
  const [, ...inputShape] = net.inputs[0].shape;
  const features = async ({ data, shape }: NDArray, id: string): Promise<NDArray> => {
    if (shape.join() !== inputShape.join()) {
      throw new RangeError(
        `cacheFeatures: the image '${id}' has the shape [${shape}], and the model takes [${inputShape}].`,
      );
    }
    const joined = tidy(() => {
      const x = tensor(data as Float32Array, [1, ...shape], 'float32');
      const parts = runBetween(net, net.inputs, [x], frontier, false);
      return concat(parts.map((part) => reshape(part, [-1]) as Tensor));
    });
    const values = await joined.data<'float32'>();
    joined.dispose();
    return { data: values, shape: [total] };
  };
  const pause = eventLoopYielder();
  const known = new Map<string, NDArray>();
  const samples: Sample<L>[] = [];
  for (const [i, { id }] of dataset.rows.entries()) {
    const sample = await dataset.read(i);
    const x = known.get(id) ?? (await features(sample.x, id));
    known.set(id, x);
    samples.push({ ...sample, x });
    onProgress(i + 1, dataset.rows.length);
    await pause();
  }
  const kinds = mapTasks(tasks, (task) => model.outputs[task].kind);
  const rest = fromLayersModel(connectAgain(net.outputs, frontier, total), tasks, { outputs: kinds as never });
  return { model: rest, dataset: { rows: dataset.rows, read: async (index) => samples[index] } };
}
