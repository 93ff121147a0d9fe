import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkChoice } from '../internal/check';
import { checkBackend } from '../internal/check-backend';
import { checkArray, checkNet, isRecord, kindOf } from '../internal/check-kinds';
import { checkOptions } from '../internal/check-options';
import type { MultitaskModel } from '../types';
import { fillNet, LAYOUTS, type LoadedWeights } from './assign/fill-net';
import type { WeightNames } from './assign/weight-names';
import { openWeights } from './open-weights';
import type { PretrainedWeights } from './pretrained/pretrained-weights';
import type { WeightSource } from './source/weight-source';
import type { WeightLayout } from './weight-file';

/** Options of {@link loadWeights}. */
export interface LoadWeightsOptions {
  /** Only layers whose names begin so are filled, and what follows is their name in the file: `'encoder/'`. Default: `''`. */
  readonly prefix?: string | undefined;
  /** Layers behind the prefix that keep their values. Default: `['preprocess']`, the constants of published encoders. */
  readonly keep?: readonly string[] | undefined;
  /**
   * Which tensor is which weight: `'name'` by the names of layers, and by their order where frameworks number them;
   * `'order'` the i-th layer with weights of the file is the i-th of the model; or names, as {@link torchResNet} maps them.
   * Default: those of `pretrained()`, else `'name'`.
   */
  readonly from?: WeightNames | 'name' | 'order' | undefined;
  /** Names of tensors or layers of the file that the model does not need. Default: those of `pretrained()`, else `[]`. */
  readonly ignore?: readonly string[] | undefined;
  /**
   * True: each weight must be found and each tensor used. `'model'`: each weight must be found, what else the file has is
   * listed, as for an encoder of fewer stages. False: what fits is loaded and the rest listed. Default: true.
   */
  readonly strict?: boolean | 'model' | undefined;
  /** How kernels are stored, where the file does not say: of safetensors. Default: what the file says, else what fits. */
  readonly layout?: WeightLayout | undefined;
  /**
   * `'sum'`: where the model's convolution has one channel and the file's three, its kernel is summed over them: the same as
   * three equal channels. Default: such a file is refused.
   */
  readonly grey?: 'sum' | undefined;
}

function checkNames(names: readonly string[], name: string): void {
  checkArray(names, name);
  for (const one of names as readonly unknown[]) {
    if (typeof one !== 'string') throw new TypeError(`${name} must be names, got ${kindOf(one)}.`);
  }
}

function netOf(model: unknown): LayersModel {
  const net = (model as { readonly net?: unknown } | null | undefined)?.net ?? model;
  checkNet(net, 'loadWeights: model');
  return net as LayersModel;
}

/**
 * Fills a model, or a part of it, with the weights of a file of Keras (`.h5`, `.weights.h5`, `.keras`), PyTorch (`.pth`,
 * read without running anything of it), safetensors, ONNX (initializers) or TensorFlow.js (`model.json`).
 *
 * The format is told by the content. Half precision and bfloat16 become float32, kernels `[height, width, in, out]`. All is
 * checked and read before any weight changes: where it throws, the model is as it was.
 *
 * @throws {RangeError} for an unknown option; that names the first weights that are missing, too many, of another shape or
 * not finite.
 * @throws {TypeError} for options of another kind, and for a file in no such format.
 * @throws {Error} that names the file where it cannot be read, is torn, or asks for more than numbers.
 * @example
 * ```ts
 * import { MLPHead, UNetEncoder } from 'tfjs-multitask/layers';
 * import { multitask } from 'tfjs-multitask/models';
 * import { loadWeights } from 'tfjs-multitask/weights';
 *
 * const model = multitask({
 *   inputShape: [16, 16, 1],
 *   encoder: UNetEncoder({ filters: [2, 4] }),
 *   heads: { severity: MLPHead({ units: [4], activation: 'linear' }) },
 * });
 * const { filled } = await loadWeights(model, 'encoder.safetensors', { prefix: 'encoder/' });
 * filled.length; // 8: kernels and biases of four convolutions
 * ```
 */
export async function loadWeights(
  model: MultitaskModel<string> | LayersModel,
  source: WeightSource | PretrainedWeights,
  options: LoadWeightsOptions = {},
): Promise<LoadedWeights> {
  checkOptions(options, ['prefix', 'keep', 'from', 'ignore', 'strict', 'layout', 'grey'], 'loadWeights');
  const { prefix = '', keep = ['preprocess'], strict = true, layout, grey } = options;
  const net = netOf(model);
  const published = isPretrained(source) ? source : undefined;
  const { from = published?.from ?? 'name', ignore = published?.ignore ?? [] } = options;
  if (typeof prefix !== 'string') throw new TypeError(`loadWeights: prefix must be a text, got ${kindOf(prefix)}.`);
  if (typeof from === 'string') checkChoice(from, ['name', 'order'], 'loadWeights: from');
  else if (typeof from !== 'function' && !isRecord(from)) {
    throw new TypeError(`loadWeights: from must be 'name', 'order', a function or an object, got ${kindOf(from)}.`);
  }
  checkNames(keep, 'loadWeights: keep');
  checkNames(ignore, 'loadWeights: ignore');
  if (typeof strict !== 'boolean' && strict !== 'model') {
    throw new TypeError(`loadWeights: strict must be true, false or 'model', got ${kindOf(strict)}.`);
  }
  if (layout !== undefined) checkChoice(layout, LAYOUTS, 'loadWeights: layout');
  if (grey !== undefined) checkChoice(grey, ['sum'], 'loadWeights: grey');
  checkBackend('loadWeights');
  const file = await openWeights(published?.file ?? (source as WeightSource));
  try {
    return fillNet(net, file, { prefix, keep, from, ignore, strict, layout, grey, caller: 'loadWeights' });
  } finally {
    file.close();
  }
}

function isPretrained(source: unknown): source is PretrainedWeights {
  return typeof source === 'object' && source !== null && 'file' in source && 'url' in source;
}
