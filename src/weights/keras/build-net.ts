import { serialization } from '@tensorflow/tfjs-core';
import { input, type LayersModel, type layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { anything, fields, integer, listOf, optional, text } from '../../internal/readers';
import { registerLayers } from '../../layers/register';
import { type Config, isConfig } from '../../models/read-config';
import { layerForm } from './layer-config';

/** Makes a layer of a class that TensorFlow.js does not have, of its config as Keras wrote it. */
export type MakeLayer = (config: Config) => layers.Layer;

export interface BuildOptions {
  readonly own: Readonly<Record<string, MakeLayer>>;
  /** The longest axis of any weight of the file: no layer has more units. */
  readonly longest: number;
  /** All layers that were made, for the caller to dispose where building fails. */
  readonly made: layers.Layer[];
}

const MOST_LAYERS = 10_000;
const DEEPEST = 10;
const LENGTHS = ['units', 'filters', 'input_dim', 'output_dim', 'depth_multiplier', 'kernel_size'];

const readObject = fields({ class_name: text, config: anything, name: optional(text), inbound_nodes: anything });
const readGraph = fields({ name: text, layers: listOf(anything), input_layers: anything, output_layers: anything });
const readSequence = fields({ name: text, layers: listOf(anything), build_input_shape: anything });
const readShape = listOf((value, at) => (value === null ? null : integer(1)(value, at)), 8);

type Ref = readonly [layer: string, node: number, tensor: number];

/** A call of a layer: the tensors that it takes. */
interface Call {
  readonly refs: readonly Ref[];
  readonly isList: boolean;
}

function checkLengths(config: Config, options: BuildOptions, at: string): void {
  const { longest } = options;
  for (const key of LENGTHS) {
    for (const value of [config[key]].flat()) {
      if (typeof value !== 'number' || value <= longest) continue;
      throw new RangeError(`${at}: ${key} is ${value}, and no axis of the weights is longer than ${longest}.`);
    }
  }
  const inner = isConfig(config.layer) ? config.layer.config : undefined;
  if (isConfig(inner)) checkLengths(inner, options, at);
}

const isRef = (value: unknown): value is Ref =>
  Array.isArray(value) && typeof value[0] === 'string' && Number.isInteger(value[1]) && Number.isInteger(value[2]);

/** One of Keras 3's tensors. */
function historyOf(value: unknown): Ref | undefined {
  const history =
    isConfig(value) && value.class_name === '__keras_tensor__' && isConfig(value.config)
      ? value.config.keras_history
      : undefined;
  return isRef(history) ? history : undefined;
}

/** What a call has beside its inputs must be nothing: no mask, no other state. */
function checkKwargs(kwargs: unknown, at: string): void {
  const given = isConfig(kwargs)
    ? Object.entries(kwargs).find(([, value]) => value !== null && value !== false)
    : undefined;
  if (given !== undefined) throw new RangeError(`${at}: it is called with ${given[0]}, which is not known here.`);
}

function readCall(node: unknown, at: string): Call {
  if (Array.isArray(node)) {
    const refs = node.filter(isRef);
    if (refs.length === 0 || refs.length < node.length)
      throw new TypeError(`${at}: expected a call, found something else.`);
    for (const ref of refs) checkKwargs((ref as readonly unknown[])[3], at);
    return { refs, isList: refs.length > 1 };
  }
  const [first, ...others] = isConfig(node) && Array.isArray(node.args) ? (node.args as unknown[]) : [];
  if (others.some((other) => other !== null)) throw new RangeError(`${at}: it is called with more than its inputs.`);
  checkKwargs((node as Config).kwargs, at);
  const refs = [first].flat().map(historyOf);
  if (refs.length === 0 || refs.includes(undefined))
    throw new RangeError(`${at}: it is called with something that is no layer's output.`);
  return { refs: refs as Ref[], isList: Array.isArray(first) };
}

/** Inputs or outputs: one, a list, or a list of one. */
function readEnds(value: unknown, at: string): readonly Ref[] {
  const refs = isRef(value) ? [value] : Array.isArray(value) ? value : isConfig(value) ? Object.values(value) : [];
  if (refs.length === 0 || !refs.every(isRef)) throw new TypeError(`${at}: expected some, found none.`);
  return refs as Ref[];
}

function inputOf(config: Config, name: string, at: string): SymbolicTensor {
  const batchShape = readShape(config.batch_shape ?? config.batch_input_shape, `${at}.batch_shape`);
  return input({ batchShape: [...batchShape], name });
}

function makeLayer(className: string, config: Config, options: BuildOptions, at: string): layers.Layer {
  const { own, made } = options;
  let layer: layers.Layer;
  if (Object.hasOwn(own, className)) layer = own[className](config);
  else {
    const known = layerForm(className, config, at);
    checkLengths(config, options, at);
    const [cls, fromConfig] = serialization.SerializationMap.getMap().classNameMap[known.className];
    layer = fromConfig(cls, known.config as serialization.ConfigDict) as layers.Layer;
  }
  made.push(layer);
  return layer;
}

/** A model, or a layer, in an object of Keras. */
function build(value: unknown, options: BuildOptions, who: string, depth: number): LayersModel | layers.Layer {
  const { class_name: className, config } = readObject(value, who);
  if (depth > DEEPEST || options.made.length > MOST_LAYERS)
    throw new RangeError(`${who}: expected fewer layers, found more than fit.`);
  if (!isConfig(config)) throw new TypeError(`${who}: expected a config, found none.`);
  if (className === 'Functional' || className === 'Model') return buildGraph(config, options, who, depth);
  if (className === 'Sequential') return buildSequence(config, options, who, depth);
  return makeLayer(className, config, options, `${who}: layer '${config.name}' (${className})`);
}

function buildSequence(config: Config, options: BuildOptions, who: string, depth: number): LayersModel {
  const { name, layers: found, build_input_shape } = readSequence(config, who);
  const first = found[0];
  const firstConfig = isConfig(first) && isConfig(first.config) ? first.config : {};
  const shape = firstConfig.batch_shape ?? firstConfig.batch_input_shape ?? build_input_shape;
  const x = inputOf({ batch_shape: shape }, `${name}_input`, `${who}: '${name}'`);
  const rest = isConfig(first) && first.class_name === 'InputLayer' ? found.slice(1) : found;
  let y = x;
  for (const one of rest) y = (build(one, options, who, depth + 1) as layers.Layer).apply(y) as SymbolicTensor;
  return model({ inputs: x, outputs: y, name });
}

function buildGraph(config: Config, options: BuildOptions, who: string, depth: number): LayersModel {
  const { name, layers: found, input_layers, output_layers } = readGraph(config, who);
  const tensors = new Map<string, SymbolicTensor[]>();
  const key = (layer: string, node: number): string => JSON.stringify([layer, node]);
  let waiting = found.map((value, i) => {
    const { class_name, config: own, name: outer, inbound_nodes } = readObject(value, `${who}: layers[${i}]`);
    const layerName = outer ?? (isConfig(own) ? String(own.name) : '');
    const at = `${who}: layer '${layerName}' (${class_name})`;
    const calls = listOf(anything)(inbound_nodes, `${at}.inbound_nodes`).map((node) => readCall(node, at));
    // Keras 2 counts a model in a model as its own first node.
    const isModel = ['Functional', 'Model', 'Sequential'].includes(class_name);
    const first = isModel && Array.isArray(inbound_nodes) && Array.isArray(inbound_nodes[0]) ? 1 : 0;
    if (class_name === 'InputLayer') {
      tensors.set(key(layerName, 0), [inputOf(isConfig(own) ? own : {}, layerName, at)]);
      return { layerName, calls: [], made: 0, first, layer: undefined };
    }
    return { layerName, calls, made: 0, first, layer: build(value, options, who, depth + 1) as layers.Layer };
  });
  const find = ([layer, node, index]: Ref): SymbolicTensor | undefined => tensors.get(key(layer, node))?.[index];
  for (let moved = true; waiting.length > 0; ) {
    if (!moved)
      throw new RangeError(
        `${who}: expected a graph without cycles: ${waiting
          .slice(0, 5)
          .map((one) => `'${one.layerName}'`)
          .join(', ')} wait for what is not there.`,
      );
    moved = false;
    waiting = waiting.filter((one) => {
      for (; one.made < one.calls.length; one.made++) {
        const { refs, isList } = one.calls[one.made];
        const inputs = refs.map(find);
        if (inputs.includes(undefined)) break;
        const output = one.layer?.apply(isList ? (inputs as SymbolicTensor[]) : (inputs[0] as SymbolicTensor));
        tensors.set(key(one.layerName, one.first + one.made), [output].flat() as SymbolicTensor[]);
        moved = true;
      }
      moved ||= one.calls.length === 0;
      return one.made < one.calls.length;
    });
  }
  const ends = (value: unknown, what: string): SymbolicTensor[] =>
    readEnds(value, `${who}: ${what}`).map((ref) => {
      const tensor = find(ref);
      if (tensor === undefined) throw new RangeError(`${who}: ${what} names '${ref[0]}', which is not there.`);
      return tensor;
    });
  return model({ inputs: ends(input_layers, 'input_layers'), outputs: ends(output_layers, 'output_layers'), name });
}

/** Builds the net that a config of Keras describes, with initial weights. */
export function buildNet(config: string, options: BuildOptions, who: string): LayersModel {
  let parsed: unknown;
  try {
    parsed = JSON.parse(config);
  } catch (error) {
    throw new Error(`${who}: expected a config of JSON: ${(error as Error).message}.`, { cause: error });
  }
  registerLayers();
  const net = build(parsed, options, who, 0);
  if (!('layers' in net)) throw new TypeError(`${who}: expected a model, found a layer.`);
  return net;
}
