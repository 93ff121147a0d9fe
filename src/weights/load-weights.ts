import { tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checkChoice } from '../internal/check';
import { checkBackend } from '../internal/check-backend';
import { checkArray, checkNet, isRecord, kindOf } from '../internal/check-kinds';
import { checkOptions } from '../internal/check-options';
import { firstNonFinite } from '../internal/layer-weights';
import type { MultitaskModel } from '../types';
import { arrange, arrangeGrey } from './assign/arrange';
import { type Matched, match, type Pair } from './assign/match';
import { targetLayers, type WeightTarget } from './assign/target-layers';
import type { WeightNames } from './assign/weight-names';
import { isRounded } from './numbers';
import { openWeights } from './open-weights';
import type { PretrainedWeights } from './pretrained/pretrained-weights';
import type { WeightSource } from './source/weight-source';
import type { StoredTensor, WeightFile, WeightFormat, WeightLayout } from './weight-file';

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

/** What was loaded. */
export interface LoadedWeights {
  readonly format: WeightFormat;
  /** The weights of the model that have new values. */
  readonly filled: readonly string[];
  /** The tensors of the file that they come from, in the same order. */
  readonly used: readonly string[];
  /** What else the file has: what was to be ignored, counters, the state of an optimizer. */
  readonly unused: readonly string[];
  /** Weights without a tensor, which keep their values: with `strict: false`. */
  readonly missing: readonly string[];
  /** Tensors of more digits than float32 has, which were rounded. */
  readonly rounded: readonly string[];
}

const LAYOUTS: readonly WeightLayout[] = ['keras', 'torch'];

function checkNames(names: readonly string[], name: string): void {
  checkArray(names, name);
  const strange: unknown = names.find((one) => typeof one !== 'string');
  if (strange !== undefined) throw new TypeError(`${name} must be names, got ${kindOf(strange)}.`);
}

function netOf(model: unknown): LayersModel {
  const net = (model as { readonly net?: unknown } | null | undefined)?.net ?? model;
  checkNet(net, 'loadWeights: model');
  return net as LayersModel;
}

/** The first ones of many. */
function some(names: readonly string[]): string {
  return names.length > 4 ? `${names.slice(0, 4).join(', ')} and ${names.length - 4} more` : names.join(', ');
}

/** The layout that a tensor has where its file does not say: the one that all such tensors fit. */
function findLayout(pairs: readonly Pair[], who: string): WeightLayout {
  const unsaid = pairs.filter(({ tensor }) => tensor.layout === undefined && tensor.shape.length > 1);
  const fitting = LAYOUTS.filter((layout) => unsaid.every((pair) => arrange(pair, layout) !== undefined));
  if (fitting.length === 2 && unsaid.length > 0) {
    throw new RangeError(
      `${who}: its kernels may be [in, out] or [out, in], and it does not say which; write layout: 'keras' or layout: 'torch'.`,
    );
  }
  return fitting[0] ?? 'torch';
}

interface Plan {
  readonly pair: Pair;
  readonly bring: (values: Float32Array) => Float32Array;
}

/** The options, with what they are by default. */
type Settings = Required<Omit<LoadWeightsOptions, 'layout' | 'grey'>> & Pick<LoadWeightsOptions, 'layout' | 'grey'>;

/** @throws {RangeError} that names the first of what is missing, too much or of another shape. */
function plan(
  { pairs, unused }: Matched,
  missing: readonly WeightTarget[],
  { layout, strict, grey }: Settings,
  who: string,
): Plan[] {
  const common = layout ?? findLayout(pairs, who);
  const misfits: string[] = [];
  const plans = pairs.flatMap((pair) => {
    const { tensor, target } = pair;
    const own = tensor.layout ?? common;
    const bring = arrange(pair, own) ?? (grey === 'sum' ? arrangeGrey(pair, own) : undefined);
    if (bring !== undefined) return [{ pair, bring }];
    misfits.push(`${target.name} [${target.shape}] is ${tensor.name} [${tensor.shape}]`);
    return [];
  });
  const faults: string[] = [];
  if (misfits.length > 0) faults.push(`the shapes of ${misfits.length} do not fit: ${some(misfits)}`);
  if (strict !== false && missing.length > 0) {
    faults.push(`${missing.length} weights of the model are not in it: ${some(missing.map(({ name }) => name))}`);
  }
  if (strict === true && unused.length > 0) {
    faults.push(`${unused.length} of its tensors have no place in the model: ${some(unused.map(({ name }) => name))}`);
  }
  if (faults.length === 0) return plans;
  const hints = [
    missing.length > 0 && "`prefix: 'encoder/'` fills one part of the model",
    strict === true && unused.length > 0 && "`ignore: ['fc']` leaves out what is not needed",
    missing.length > 0 && unused.length > 0 && '`from` says which is which, as torchResNet does',
    misfits.length > 0 && 'build the part as the file has it',
  ].filter((hint) => hint !== false);
  throw new RangeError(`${who}: ${faults.join('; ')}. ${hints.join(', ')}; openWeights() lists the file.`);
}

/** All values, before any is assigned. */
function readAll(plans: readonly Plan[], who: string): Float32Array[] {
  return plans.map(({ pair: { tensor, target }, bring }) => {
    const values = bring(tensor.read());
    if (values.length !== target.variable.size) {
      throw new RangeError(
        `${who}: expected ${target.variable.size} numbers for ${tensor.name}, found ${values.length}.`,
      );
    }
    const strange = firstNonFinite(values);
    if (strange !== undefined)
      throw new RangeError(`${who}: expected finite numbers in ${tensor.name}, found ${strange}.`);
    return values;
  });
}

function fill(net: LayersModel, file: WeightFile, settings: Settings): LoadedWeights {
  const { prefix, keep } = settings;
  const who = `loadWeights: ${file.source}`;
  const targets = targetLayers(net, prefix, keep);
  if (targets.length === 0) {
    throw new RangeError(
      `loadWeights: no layer with weights of '${net.name}' has a name that starts with '${prefix}'.`,
    );
  }
  const matched = match(file.tensors, targets, { ...settings, who });
  const found = new Set(matched.pairs.map(({ target }) => target));
  const missing = targets.flatMap(({ weights }) => weights).filter((target) => !found.has(target));
  const plans = plan(matched, missing, settings, who);
  if (plans.length === 0) throw new RangeError(`${who}: expected weights of this model, found none of them.`);
  const values = readAll(plans, who);
  tidy(() => {
    for (const [i, { pair }] of plans.entries()) {
      pair.target.variable.assign(tensor(values[i], pair.target.variable.shape));
    }
  });
  const names = (tensors: readonly StoredTensor[]): string[] => tensors.map(({ name }) => name);
  const used = plans.map(({ pair }) => pair.tensor);
  return {
    format: file.format,
    filled: plans.map(({ pair }) => pair.target.name),
    used: names(used),
    unused: [...names(matched.left), ...names(matched.unused), ...file.besides],
    missing: missing.map(({ name }) => name),
    rounded: names(used.filter(({ dtype }) => isRounded(dtype))),
  };
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
    return fill(net, file, { prefix, keep, from, ignore, strict, layout, grey });
  } finally {
    file.close();
  }
}

function isPretrained(source: unknown): source is PretrainedWeights {
  return typeof source === 'object' && source !== null && 'file' in source && 'url' in source;
}
