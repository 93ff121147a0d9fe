import { strToU8, zipSync } from 'fflate';
import { checkOptions } from '../../internal/check-options';
import { unique } from '../../internal/unique';
import { describeModel } from '../describe';
import { foldBatchNorm as fold } from '../graph/fold-batch-norm';
import type { Call, Graph, GraphLayer, Value } from '../graph/graph';
import { readGraph } from '../graph/read-graph';
import { checkExport, checkSize, type Exportable, type ExportOptions } from '../options';
import { KERAS_CLASSES, type KerasConfig, kerasConfig } from './layers';
import { type KerasNode, kerasOrder } from './order';
import { type H5Vars, writeH5 } from './write-h5';

const CALLER = 'toKeras';
/** Of the archive's entries. Groups of HDF5 in it have the times at which they were made, so that two files of one model differ in these. */
const DATE = '1980-01-01T00:00:00Z';

/** A use of a layer: its name, how many of its uses came before, and the number of the output. */
type History = readonly [layer: string, node: number, output: number];

const isCallOf = (layer: KerasNode) => (call: Call) => call.layer === layer;

/** The layers' names, in their order; Keras's have no slash. Outputs are known by the names of their layers, which they keep. */
function kerasNames(order: readonly KerasNode[], outputs: readonly string[]): ReadonlyMap<KerasNode, string> {
  const name = unique();
  const isOutput = (node: KerasNode): boolean => outputs.includes(node.name) && !node.name.includes('/');
  for (const node of order) if (isOutput(node)) name(node.name);
  return new Map(order.map((node) => [node, isOutput(node) ? node.name : name(node.name.replaceAll('/', '.'))]));
}

/** Where each value of a graph comes from, in Keras's words. */
function historiesOf({ inputs, calls }: Graph, names: ReadonlyMap<KerasNode, string>): ReadonlyMap<Value, History> {
  const uses = new Map<GraphLayer, number>();
  const histories = new Map<Value, History>(inputs.map((end) => [end.value, [names.get(end) as string, 0, 0]]));
  for (const { layer, output } of calls) {
    const use = uses.get(layer) ?? 0;
    uses.set(layer, use + 1);
    histories.set(output, [names.get(layer) as string, use, 0]);
  }
  return histories;
}

function describeNet(
  graph: Graph,
  order: readonly KerasNode[],
  names: ReadonlyMap<KerasNode, string>,
  configs: ReadonlyMap<KerasNode, KerasConfig>,
  net: { readonly name: string; readonly byTask: boolean },
): object {
  const histories = historiesOf(graph, names);
  const tensor = (value: Value) => ({
    class_name: '__keras_tensor__',
    config: { shape: value.shape, dtype: 'float32', keras_history: histories.get(value) },
  });
  const layers = order.map((node) => {
    const name = names.get(node) as string;
    const of = (class_name: string, config: object, inbound_nodes: object[]) => ({
      ...{ module: 'keras.layers', class_name, config: { name, dtype: 'float32', ...config }, registered_name: null },
      ...{ name, inbound_nodes },
    });
    if ('value' in node) return of('InputLayer', { batch_shape: node.value.shape, sparse: false }, []);
    const { className, config } = configs.get(node) as KerasConfig;
    const nodes = graph.calls.filter(isCallOf(node)).map(({ inputs }) => {
      const tensors = inputs.map(tensor);
      return { args: [tensors.length === 1 ? tensors[0] : tensors], kwargs: {} };
    });
    return of(className, config, nodes);
  });
  const list = (ends: Graph['inputs']) => {
    const found = ends.map(({ value }) => histories.get(value));
    return found.length === 1 ? found[0] : found;
  };
  const outputs = graph.outputs.map(({ name, value }) => [name, histories.get(value)]);
  return {
    module: 'keras.src.models.functional',
    class_name: 'Functional',
    config: {
      name: net.name.replaceAll('/', '.'),
      trainable: true,
      layers,
      input_layers: list(graph.inputs),
      output_layers: net.byTask ? Object.fromEntries(outputs) : list(graph.outputs),
    },
    registered_name: 'Functional',
  };
}

/** The weights of the layers, under the names that Keras counts: `conv2d`, `conv2d_1`, ... */
function weightsOf(names: ReadonlyMap<KerasNode, string>, configs: ReadonlyMap<KerasNode, KerasConfig>): H5Vars[] {
  const counts = new Map<string, number>();
  return [...names].flatMap(([node, name]): H5Vars[] => {
    if ('value' in node) return [];
    const { className, config, isRandom } = configs.get(node) as KerasConfig;
    const kind = snakeCase(className);
    const count = counts.get(kind) ?? 0;
    counts.set(kind, count + 1);
    const path = `layers/${kind}${count === 0 ? '' : `_${count}`}`;
    const vars = Object.values(node.weights);
    // The state of what draws random numbers: a seed and a counter.
    const seed = { path: `${path}/seed_generator/vars`, vars: [{ shape: [2], values: Uint32Array.of(0, 0) }] };
    return [
      ...(vars.length > 0 ? [{ path: `${path}/vars`, name, vars }] : []),
      ...(isRandom && config.rate !== 0 ? [seed] : []),
    ];
  });
}

/** Source: Keras 3.15.1, `keras.src.utils.naming.to_snake_case`. */
const snakeCase = (name: string): string =>
  name
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();

/**
 * Writes a model in the format of Keras 3, `.keras`: `keras.models.load_model` opens it on JAX, TensorFlow and PyTorch, without
 * this library, for prediction and for training.
 *
 * `model.predict(x)` returns a dictionary by task; a net of TensorFlow.js that is no multitask model keeps its list of outputs. Numbers
 * are the same within rounding. The layers have the names that they have here, with dots for slashes. What is said of
 * preprocessing and thresholds, and what outputs hold, stands in `metadata.json`. It takes `h5wasm`, an optional peer.
 *
 * @throws {RangeError} that names the layers which Keras does not have or computes otherwise; for a model over 2 GB; for an unknown
 * option, and for a threshold of no output.
 * @throws {TypeError} for what is no model, and for options of another kind.
 * @throws {Error} for a model that was disposed, and without h5wasm.
 * @example
 * ```ts
 * import { toKeras } from 'tfjs-multitask/export';
 * import { unet } from 'tfjs-multitask/models';
 * import { writeBytes } from 'tfjs-multitask/node';
 *
 * const model = unet({ inputShape: [8, 8, 1], filters: [2, 3] });
 * await writeBytes('unet.keras', await toKeras(model));
 * ```
 */
export async function toKeras<T extends string>(
  model: Exportable<T>,
  options: ExportOptions<NoInfer<T>> = {},
): Promise<Uint8Array> {
  checkOptions(options, ['foldBatchNorm', 'preprocessing', 'thresholds'], CALLER);
  const { net, tasks } = checkExport(model, options, CALLER);
  checkSize(net, CALLER);
  const read = await readGraph(net, KERAS_CLASSES, CALLER);
  const graph = options.foldBatchNorm ? fold(read) : read;
  const configs = new Map<KerasNode, KerasConfig>(graph.calls.map((call) => [call.layer, kerasConfig(call, CALLER)]));
  const byTask = tasks !== undefined;
  const ends = byTask ? graph.outputs.toSorted((a, b) => (a.name < b.name ? -1 : 1)) : graph.outputs;
  const order = kerasOrder(
    graph,
    ends.map(({ value }) => value),
  );
  const names = kerasNames(
    order,
    ends.map(({ name }) => name),
  );
  const config = describeNet(graph, order, names, configs, { name: net.name, byTask });
  const metadata = { keras_version: '3.15.1', tfjs_multitask: describeModel(model, options) };
  const json = (value: object) => strToU8(JSON.stringify(value));
  const weights = await writeH5(weightsOf(names, configs), CALLER);
  // Stored, not compressed: weights hardly become shorter.
  return zipSync(
    { 'metadata.json': json(metadata), 'config.json': json(config), 'model.weights.h5': weights },
    { level: 0, mtime: DATE },
  );
}
