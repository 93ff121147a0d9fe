import { tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { firstNonFinite } from '../../internal/layer-weights';
import { isRounded } from '../numbers';
import type { StoredTensor, WeightFile, WeightFormat, WeightLayout } from '../weight-file';
import { arrange, arrangeGrey } from './arrange';
import { type Matched, match, type Pair } from './match';
import { targetLayers, type WeightTarget } from './target-layers';
import type { WeightNames } from './weight-names';

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

/** How weights are assigned; what the members mean is said in `LoadWeightsOptions`. */
export interface FillSettings {
  readonly prefix: string;
  readonly keep: readonly string[];
  readonly from: WeightNames | 'name' | 'order';
  readonly ignore: readonly string[];
  readonly strict: boolean | 'model';
  readonly layout?: WeightLayout | undefined;
  readonly grey?: 'sum' | undefined;
  /** Begins errors. */
  readonly caller: string;
}

export const LAYOUTS: readonly WeightLayout[] = ['keras', 'torch'];

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

/** @throws {RangeError} that names the first of what is missing, too much or of another shape. */
function plan(
  { pairs, unused }: Matched,
  missing: readonly WeightTarget[],
  { layout, strict, grey }: FillSettings,
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

/**
 * Fills a net, or nothing of it.
 *
 * @throws {RangeError} that says what does not fit.
 */
export function fillNet(net: LayersModel, file: WeightFile, settings: FillSettings): LoadedWeights {
  const { prefix, keep, caller } = settings;
  const who = `${caller}: ${file.source}`;
  const targets = targetLayers(net, prefix, keep);
  if (targets.length === 0) {
    throw new RangeError(`${caller}: no layer with weights of '${net.name}' has a name that starts with '${prefix}'.`);
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
