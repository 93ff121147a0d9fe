import { serialization } from '@tensorflow/tfjs-core';
import { anything, fields, integer, isReservedKey, listOf, type Reader, text } from '../internal/readers';
import { checkCalls, type GraphLayer, type NodeRef } from './check-calls';
import { type Config, camelCase, isConfig, readConfig } from './read-config';

/** Beyond any model, and few enough for TensorFlow.js to come to an end soon. */
const MOST_LAYERS = 10_000;
const MOST_INPUTS = 20_000;
/** Options that are the length of an axis of a weight, whichever layer has them. */
const LENGTHS = ['units', 'filters', 'inputDim', 'outputDim', 'depthMultiplier', 'kernelSize', 'capsules', 'dimension'];

const readRef: Reader<NodeRef> = (value, at) => {
  const [layer, node, output] = listOf(anything)(value, at);
  integer()(output, `${at}[2]`);
  return { layer: text(layer, `${at}[0]`), node: integer()(node, `${at}[1]`) };
};
const readRefs = listOf(readRef);
const readLayer = fields({ className: text, config: anything });
const readGraph = fields({ layers: listOf(anything), inputLayers: readRefs, outputLayers: readRefs });
const readGraphLayer = fields({ name: text, inboundNodes: listOf(readRefs) });

/** The prototype of a class of layers, by which models and layers are told from optimizers and initializers. */
function layerPrototype(className: string, at: string): object {
  const { classNameMap } = serialization.SerializationMap.getMap();
  const entry = Object.hasOwn(classNameMap, className) ? classNameMap[className] : undefined;
  const prototype = entry?.[0].prototype as object | undefined;
  if (prototype !== undefined && 'addWeight' in prototype) return prototype;
  throw new RangeError(
    `${at}: expected a class of layers that is known here, found '${className}'; registerLayers() makes this library's ` +
      'known, tf.serialization.registerClass your own.',
  );
}

function checkLengths(config: Config, longest: number, at: string): void {
  for (const key of LENGTHS) {
    for (const value of [config[key]].flat()) {
      if (typeof value !== 'number' || value <= longest) continue;
      throw new RangeError(`${at}: ${key} is ${value}, and no axis of the weights is longer than ${longest}.`);
    }
  }
}

/** Whether it is a graph model's, a list of operations, which TensorFlow.js reads by `loadGraphModel` alone. */
export function isGraphTopology(topology: object): boolean {
  const keys = Object.keys(topology).map(camelCase);
  return keys.includes('node') && !keys.includes('className') && !keys.includes('modelConfig');
}

/**
 * Checks the topology of a layers model from outside before TensorFlow.js rebuilds it: what would not come to an end
 * then, or would become something else than it says, is refused. `who` begins errors; `longest` is the longest axis of
 * any weight that comes with it, where that is known.
 *
 * @throws {RangeError} or TypeError for unknown layers, cycles, calls that are not there, names used twice or reserved.
 */
export function checkTopology(topology: unknown, who: string, longest = Infinity): void {
  let layers = 0;
  let inputs = 0;

  /** `nodes`: those that it has without any call. */
  const checkLayer = (value: unknown, at: string): { readonly isModel: boolean; readonly nodes: number } => {
    const { className, config } = readLayer(value, at);
    const name = camelCase(className);
    if (++layers > MOST_LAYERS) throw new RangeError(`${who}: expected at most ${MOST_LAYERS} layers, found more.`);
    const isModel = 'loadWeights' in layerPrototype(name, at);
    if (isModel && name !== 'Sequential') checkGraph(config, `${at}.config`);
    else if (isModel) checkSequence(isConfig(config) ? config.layers : config, `${at}.config`);
    else if (!isConfig(config)) throw new TypeError(`${at}: expected a config, found none.`);
    if (isConfig(config)) {
      checkLengths(config, longest, at);
      const { layer, cell, cells } = config;
      for (const inner of [layer, cell, cells].flat()) if (isConfig(inner)) checkLayer(inner, `${at}, inside`);
    }
    return { isModel, nodes: isModel || name === 'InputLayer' ? 1 : 0 };
  };

  const checkSequence = (value: unknown, at: string): void => {
    const found = listOf(anything)(value, `${at}.layers`);
    if (found.length === 0) throw new RangeError(`${at}.layers: expected some, found none.`);
    for (const [i, layer] of found.entries()) checkLayer(layer, `${at}.layers[${i}]`);
  };

  const checkGraph = (value: unknown, at: string): void => {
    const graph = readGraph(value, at);
    const names = new Set<string>();
    const found = graph.layers.map((layer, i): GraphLayer => {
      const place = `${at}.layers[${i}]`;
      const { name, inboundNodes: calls } = readGraphLayer(layer, place);
      const { nodes } = checkLayer(layer, `${place} ('${name}')`);
      const { config } = layer as Config;
      // It is found by the one and called by the other.
      if (!isConfig(config) || config.name !== name) {
        throw new RangeError(`${place}: expected the name '${name}' in its config too, found another or none.`);
      }
      if (isReservedKey(name)) throw new RangeError(`${place}: the name '${name}' is reserved.`);
      if (names.has(name)) throw new RangeError(`${at}.layers: expected different names, found '${name}' twice.`);
      names.add(name);
      inputs += calls.length + calls.flat().length;
      return { name, nodes, calls };
    });
    if (inputs > MOST_INPUTS) throw new RangeError(`${who}: expected at most ${MOST_INPUTS} inputs, found more.`);
    for (const key of ['inputLayers', 'outputLayers'] as const) {
      if (graph[key].length === 0) throw new RangeError(`${at}.${key}: expected some, found none.`);
    }
    checkCalls(found, [...graph.inputLayers, ...graph.outputLayers], at);
  };

  const at = `${who}: modelTopology`;
  const root = readConfig(topology, at);
  const model = isConfig(root) ? (root.modelConfig ?? root) : root;
  if (!checkLayer(model, at).isModel) throw new RangeError(`${at}: expected a model, found a layer.`);
}
