import type { Group } from 'h5wasm';
import type { StoredTensor, WeightFile, WeightPlace } from '../weight-file';
import { type H5Context, h5Tensor } from './h5-tensor';
import { isGroup, memberOf, openH5, orBroken, textAttribute, textsAttribute } from './open-h5';

/**
 * Keras 2 puts `:0` behind the names of weights, and a copy of the layer's name before them. Keras 1 has names of its own,
 * `block1_conv1_W_1`, which its published files still have: there only the order tells.
 */
function placeOf(layer: string, weight: string, position: number): WeightPlace {
  const path = weight.replace(/:\d+$/, '').split('/');
  const name = path.pop() ?? '';
  const inside = path[0] === layer ? path.slice(1) : path;
  const place = { layer: [layer, ...inside].join('/'), weight: name };
  return path.length === 0 ? { ...place, position } : place;
}

/** An HDF5 file of Keras, and its topology where it holds a whole model. */
export interface KerasH5 extends WeightFile {
  /** JSON. */
  readonly config: string | undefined;
}

/** Reads the layers of a group in the older form: lists of names as attributes. */
function readLayers(group: Group, names: readonly string[], context: H5Context): StoredTensor[] {
  const { source } = context;
  return names.flatMap((layer) => {
    const inside = memberOf(group, layer);
    if (!isGroup(inside)) throw new Error(`${source}: expected a group for the layer '${layer}', found none.`);
    return (textsAttribute(inside, 'weight_names') ?? []).map((weight, i) => {
      const name = `${layer}/${weight}`;
      const tensor = h5Tensor(inside, weight, { name, place: placeOf(layer, weight, i) }, context);
      if (tensor === undefined) throw new Error(`${source}: expected the weight '${name}', found none.`);
      return tensor;
    });
  });
}

interface Walk {
  readonly tensors: StoredTensor[];
  readonly besides: string[];
  readonly context: H5Context;
}

/** The layer that a group belongs to. */
interface Inside {
  readonly layer: string;
  readonly isCounted: boolean;
  /** How many of its weights have been found. */
  weights: number;
}

/** Groups may lie in each other for ever, by links. */
const DEEPEST = 20;

/** What Keras keeps beside the layers' weights: state of the optimizer, seeds of random numbers, means of metrics. */
const BESIDES = /^(optimizer|seed_generator|metrics|compile_metrics|loss_tracker)/;

/** Numbers in names count, and a layer that runs both ways has its forward part first. */
function inOrder(names: readonly string[]): string[] {
  const rank = (name: string): string => (name === 'forward_layer' ? 'backward' : name);
  return [...names].sort((a, b) => rank(a).localeCompare(rank(b), 'en', { numeric: true }));
}

/** The layer at a path, inside of those that were named so far. A layer's own parts, as the cell of an LSTM, are of it. */
function layerAt(path: string, name: string | undefined, outside: Inside): Inside {
  const [folder, parent] = path.split('/').reverse();
  const isLayer = path !== '' && folder !== 'layers' && (parent === 'layers' || outside.layer === '');
  if (!isLayer) return outside;
  const own = name ?? folder;
  return {
    layer: outside.layer === '' ? own : `${outside.layer}/${own}`,
    isCounted: outside.isCounted || name === undefined,
    weights: 0,
  };
}

/**
 * Walks over a group of the newer form: a layer's weights are `vars/0`, `vars/1` ..., its name is an attribute of `vars`,
 * and what it holds lies in groups beside them.
 */
function walk(group: Group, path: string, outside: Inside, depth: number, into: Walk): void {
  const { context } = into;
  if (depth > DEEPEST)
    throw new RangeError(`${context.source}: expected at most ${DEEPEST} levels of groups, found more.`);
  const vars = memberOf(group, 'vars');
  const inside = layerAt(path, isGroup(vars) ? textAttribute(vars, 'name') : undefined, outside);
  const full = (key: string): string => (path === '' ? key : `${path}/${key}`);
  if (isGroup(vars)) {
    for (const key of inOrder(vars.keys())) {
      const name = full(`vars/${key}`);
      const place = { layer: inside.layer, weight: inside.weights, isCounted: inside.isCounted };
      const tensor = h5Tensor(vars, key, { name, place }, context);
      if (tensor === undefined) continue;
      inside.weights++;
      into.tensors.push(tensor);
    }
  }
  for (const key of inOrder(group.keys())) {
    const child = key === 'vars' ? undefined : memberOf(group, key);
    if (!isGroup(child)) continue;
    if (BESIDES.test(key)) into.besides.push(full(key));
    else walk(child, full(key), inside, depth + 1, into);
  }
}

/**
 * Reads the list of weights of an HDF5 file of Keras: a whole model or weights in the older form, or `.weights.h5`.
 *
 * @throws {Error} that names the file where it is torn or none of Keras, or h5wasm is not there.
 */
export async function readKerasH5(bytes: Uint8Array, source: string): Promise<KerasH5> {
  const file = await openH5(bytes, source);
  const { root, close } = file;
  const context: H5Context = { file, source, length: bytes.length };
  try {
    return orBroken(source, () => {
      const models = memberOf(root, 'model_weights');
      const group = isGroup(models) ? models : root;
      const names = textsAttribute(group, 'layer_names');
      const config = textAttribute(root, 'model_config');
      if (names !== undefined) {
        const besides = group === root ? [] : root.keys().filter((key) => key !== 'model_weights');
        const tensors = readLayers(group, names, context);
        return { format: 'keras-h5', source, tensors, besides, config, close };
      }
      const found: Walk = { tensors: [], besides: [], context };
      walk(root, '', { layer: '', isCounted: false, weights: 0 }, 0, found);
      if (found.tensors.length === 0) {
        throw new TypeError(`${source}: expected weights of Keras, found an HDF5 file with none that are known.`);
      }
      const { tensors, besides } = found;
      return { format: 'keras-weights', source, tensors, besides, config, close };
    });
  } catch (error) {
    close();
    throw error;
  }
}
