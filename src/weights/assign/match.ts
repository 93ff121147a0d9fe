import type { StoredTensor } from '../weight-file';
import { byAutomaticName, byCount } from './by-class';
import { isIn, type TargetLayer, type WeightTarget } from './target-layers';
import { weightInLayer } from './weight-in-layer';
import type { WeightNames } from './weight-names';

/** A tensor of the file and the weight that it is. */
export interface Pair {
  readonly tensor: StoredTensor;
  readonly layer: TargetLayer;
  readonly target: WeightTarget;
}

export interface Matched {
  readonly pairs: readonly Pair[];
  /** Tensors that the model does not need, as was said. */
  readonly left: readonly StoredTensor[];
  /** Tensors that fit nowhere. */
  readonly unused: readonly StoredTensor[];
}

/** Where a tensor belongs, as its file or its name says: PyTorch's `layer1.0.conv1.weight`. */
interface Said {
  readonly tensor: StoredTensor;
  /** Joined by '/'. */
  readonly path: string;
  readonly weight: string | number;
  readonly isCounted: boolean;
}

const slashes = (name: string): string => name.replaceAll('.', '/');

function said(tensor: StoredTensor): Said {
  const { place, name } = tensor;
  if (place !== undefined) {
    return { tensor, path: slashes(place.layer), weight: place.weight, isCounted: place.isCounted ?? false };
  }
  const path = slashes(name);
  const at = path.lastIndexOf('/');
  return { tensor, path: path.slice(0, Math.max(at, 0)), weight: path.slice(at + 1), isCounted: false };
}

/** The path itself and what is left of it without the first models around it, one after the other. */
function endings(path: string): string[] {
  const names = path.split('/');
  return names.map((_, i) => names.slice(i).join('/'));
}

/** Classes of layers that hold others, of which files have the weights by the path of those. */
const HOLDERS = /RNN|LSTM|GRU|Bidirectional|TimeDistributed/;

/** The layer whose part a path leads to. */
function holderOf(path: string, find: FindLayer): TargetLayer | undefined {
  const names = path.split('/');
  const found = names.map((_, i) => find(names.slice(0, i).join('/'))).find((one) => one !== undefined);
  return found !== undefined && HOLDERS.test(found.layer.getClassName()) ? found : undefined;
}

/** Finds layers by their paths. */
type FindLayer = (path: string) => TargetLayer | undefined;

function finder(targets: readonly TargetLayer[]): FindLayer {
  const byPath = new Map(targets.map((target) => [slashes(target.path), target]));
  return (path) => byPath.get(slashes(path));
}

/** Names as they are in the file, and the layers that they are. */
function byName(
  all: readonly Said[],
  targets: readonly TargetLayer[],
  prefix: string,
): Map<StoredTensor, WeightTarget> {
  const find = finder(targets);
  const automatic = byAutomaticName([...new Set(all.map(({ path }) => path))], targets);
  const found = new Map<StoredTensor, WeightTarget>();
  /** Parts of a layer, as the cell of an LSTM, have their weights in the order of the layer's. */
  const parts = new Map<TargetLayer, number>();
  for (const { tensor, path, weight, isCounted } of all) {
    const within = path.startsWith(slashes(prefix)) ? path.slice(prefix.length) : path;
    const candidates = isCounted ? [] : [within, ...endings(path)].map((name) => find(name));
    const layer = isCounted
      ? byCount(path, targets)
      : (automatic.get(path) ?? candidates.find((one) => one !== undefined));
    const { position = -1 } = tensor.place ?? {};
    const target = layer === undefined ? undefined : (weightInLayer(layer, weight) ?? layer.weights[position]);
    if (target !== undefined) {
      found.set(tensor, target);
      continue;
    }
    const whole = isCounted ? undefined : holderOf(path, find);
    if (whole === undefined) continue;
    const part = parts.get(whole) ?? 0;
    parts.set(whole, part + 1);
    const inside = whole.weights[part];
    if (inside !== undefined) found.set(tensor, inside);
  }
  return found;
}

/** The i-th layer with weights of the file is the i-th of the model. */
function byOrder(all: readonly Said[], targets: readonly TargetLayer[], who: string): Map<StoredTensor, WeightTarget> {
  const paths = [...new Set(all.map(({ path }) => path))];
  if (paths.length !== targets.length) {
    throw new RangeError(
      `${who}: expected as many layers with weights in the file as the model has, ${targets.length}, found ${paths.length}.`,
    );
  }
  const found = new Map<StoredTensor, WeightTarget>();
  for (const { tensor, path, weight } of all) {
    const target = weightInLayer(targets[paths.indexOf(path)], weight);
    if (target !== undefined) found.set(tensor, target);
  }
  return found;
}

/** Whether a tensor is one of those named, or of a layer that is. */
function isOneOf({ name, place }: StoredTensor, names: readonly string[]): boolean {
  return [name, place?.layer ?? name].some((path) => isIn(slashes(path), names.map(slashes)));
}

function nameIn(names: WeightNames, { name, shape }: StoredTensor): string | null | undefined {
  if (typeof names === 'function') return names(name, shape);
  return Object.hasOwn(names, name) ? names[name] : undefined;
}

export interface MatchOptions {
  readonly prefix: string;
  readonly from: WeightNames | 'name' | 'order';
  readonly ignore: readonly string[];
  /** Begins errors. */
  readonly who: string;
}

/** @throws {RangeError} where two tensors are one weight. */
export function match(
  tensors: readonly StoredTensor[],
  targets: readonly TargetLayer[],
  { prefix, from, ignore, who }: MatchOptions,
): Matched {
  const left = tensors.filter((tensor) => isOneOf(tensor, ignore));
  const rest = tensors.filter((tensor) => !left.includes(tensor));
  const layers = new Map(targets.flatMap((layer) => layer.weights.map((target) => [target, layer] as const)));
  const found = new Map<StoredTensor, WeightTarget>();
  if (from === 'name' || from === 'order') {
    const all = rest.map(said);
    const pairs = from === 'name' ? byName(all, targets, prefix) : byOrder(all, targets, who);
    for (const [tensor, target] of pairs) found.set(tensor, target);
  } else {
    const find = finder(targets);
    for (const tensor of rest) {
      const name = nameIn(from, tensor);
      if (name === null) left.push(tensor);
      if (typeof name !== 'string') continue;
      const at = name.lastIndexOf('/');
      const layer = find(name.slice(0, Math.max(at, 0)));
      const target = layer === undefined ? undefined : weightInLayer(layer, name.slice(at + 1));
      if (target !== undefined) found.set(tensor, target);
    }
  }
  const taken = new Map<WeightTarget, StoredTensor>();
  for (const [tensor, target] of found) {
    const other = taken.get(target);
    if (other !== undefined) {
      throw new RangeError(
        `${who}: expected one tensor for ${target.name}, found ${other.name} and ${tensor.name}; write ignore: ['...'] for ` +
          'what the model does not need, or say with `from` which is which.',
      );
    }
    taken.set(target, tensor);
  }
  return {
    pairs: [...found].map(([tensor, target]) => ({ tensor, target, layer: layers.get(target) as TargetLayer })),
    left,
    unused: rest.filter((tensor) => !found.has(tensor) && !left.includes(tensor)),
  };
}
