import { io } from '@tensorflow/tfjs-core';
import { type LayersModel, type layers, loadLayersModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { inOrder } from '../../internal/in-order';
import { isReservedKey } from '../../internal/readers';
import { unique } from '../../internal/unique';
import { registerLayers } from '../../layers/register';
import type { Config } from '../../models/read-config';
import { toStandard } from '../../models/standard/artifacts';
import { allLayers, type SavedGraph } from '../../models/standard/topology';
import { type Call, type End, type Graph, type GraphLayer, nameOf, type Value, type Weight } from './graph';

/** Layers of this library that each format has a form of its own for. */
const KEPT = ['TfjsMultitaskBilinearUpsampling', 'TfjsMultitaskInstanceNorm', 'TfjsMultitaskGroupNorm'];

/** Initial values are not drawn: those of the net replace them. */
const withoutInitializers = (topology: object): object =>
  JSON.parse(JSON.stringify(topology), (key, value) =>
    key.endsWith('_initializer') && value !== null ? { class_name: 'Zeros', config: {} } : value,
  );

/**
 * A copy of a net in layers whose classes are `known`.
 *
 * @throws {RangeError} that names all layers of other classes, and for a layer with a name that no file can hold.
 */
async function copyInKnown(net: LayersModel, known: readonly string[], who: string): Promise<LayersModel> {
  registerLayers();
  let artifacts: io.ModelArtifacts = {};
  const { save } = Object.getPrototypeOf(net) as LayersModel;
  await save.call(
    net,
    io.withSaveHandler(async (written) => {
      artifacts = toStandard(written, net, KEPT);
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  const { config } = artifacts.modelTopology as unknown as { readonly config: SavedGraph };
  const reserved = allLayers(config)
    .map(({ name, config: own }) => name ?? String(own.name))
    .find(isReservedKey);
  if (reserved !== undefined) {
    throw new RangeError(
      `${who}: a layer has the name '${reserved}', which every object has a property of; rename it.`,
    );
  }
  const others = allLayers(config).flatMap(({ name, class_name: className, config: own }) =>
    className === 'InputLayer' || known.includes(className)
      ? []
      : [nameOf({ name: name ?? String(own.name), className })],
  );
  if (others.length > 0) {
    throw new RangeError(
      `${who}: no form is known there for ${others.join(', ')}; export the part of the net in front of it, or write it in ` +
        'other layers.',
    );
  }
  const weights = (artifacts.weightSpecs ?? []).map(({ name }) => name);
  const twice = weights.find((name, i) => weights.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new RangeError(
      `${who}: two weights have the name '${twice}'; give the layers of all nets within it names of their own.`,
    );
  }
  const modelTopology = withoutInitializers(artifacts.modelTopology as object);
  return loadLayersModel({ load: async () => ({ ...artifacts, modelTopology }) });
}

async function weightsOf(layer: layers.Layer): Promise<Readonly<Record<string, Weight>>> {
  const read = layer.weights.map(async (weight): Promise<[string, Weight]> => {
    const values = Float32Array.from(await weight.read().data());
    return [weight.originalName.replace(/^.*\//, ''), { shape: weight.shape as number[], values }];
  });
  return Object.fromEntries(await Promise.all(read));
}

/** Follows the uses of layers from a net's inputs to its outputs, through the nets that are layers of it. */
function followCalls(net: LayersModel): {
  calls: { layer: layers.Layer; call: Call }[];
  inputs: Value[];
  outputs: Value[];
} {
  const calls: { layer: layers.Layer; call: Call }[] = [];
  const own = new Map<layers.Layer, GraphLayer>();
  const name = unique();
  const graphLayer = (layer: layers.Layer, path: string): GraphLayer => {
    const found = own.get(layer) ?? {
      name: name(`${path}${layer.name}`),
      className: layer.getClassName(),
      config: layer.getConfig() as unknown as Config,
      weights: {},
    };
    own.set(layer, found);
    return found;
  };
  const follow = (inner: LayersModel, inputs: readonly Value[], path: string): Value[] => {
    const values = new Map<SymbolicTensor, Value>(inner.inputs.map((x, i) => [x, inputs[i]]));
    const nets = new Map<string, Value[]>();
    for (const x of inOrder(inner.outputs)) {
      if (values.has(x)) continue;
      const layer = x.sourceLayer;
      const taken = x.inputs.map((input) => values.get(input) as Value);
      if ('layers' in layer) {
        const use = `${layer.name} ${x.nodeIndex}`;
        const outputs = nets.get(use) ?? follow(layer as LayersModel, taken, `${path}${layer.name}/`);
        nets.set(use, outputs);
        values.set(x, outputs[x.outputTensorIndex ?? 0]);
      } else {
        const output: Value = { shape: x.shape };
        values.set(x, output);
        calls.push({ layer, call: { layer: graphLayer(layer, path), inputs: taken, output } });
      }
    }
    return inner.outputs.map((x) => values.get(x) as Value);
  };
  const inputs = net.inputs.map(({ shape }): Value => ({ shape }));
  const outputs = follow(net, inputs, '');
  return { calls, inputs, outputs };
}

function checkConfig({ layer }: Call, who: string): void {
  if (layer.config.dataFormat === 'channelsFirst') {
    throw new RangeError(`${who}: ${nameOf(layer)} has its channels first; nets with channels last are exported.`);
  }
}

/**
 * Reads what a net computes in prediction, in layers whose classes are `known`: layers of this library are written in
 * standard ones where no format has a form of their own for them.
 *
 * @throws {RangeError} which `who` begins, that names layers that cannot be.
 */
export async function readGraph(net: LayersModel, known: readonly string[], who: string): Promise<Graph> {
  const copy = await copyInKnown(net, known, who);
  try {
    const { calls, inputs, outputs } = followCalls(copy);
    for (const { call } of calls) checkConfig(call, who);
    const layersOnce = [...new Map(calls.map(({ layer, call }) => [layer, call.layer]))];
    const filled = new Map(
      await Promise.all(
        layersOnce.map(async ([layer, own]) => [own, { ...own, weights: await weightsOf(layer) }] as const),
      ),
    );
    const name = unique();
    const ends = (names: readonly string[], values: readonly Value[]): End[] =>
      values.map((value, i) => ({ name: name(names[i]), value }));
    return {
      inputs: ends(net.inputNames, inputs),
      outputs: ends(net.outputNames, outputs),
      calls: calls.map(({ call }) => ({ ...call, layer: filled.get(call.layer) as GraphLayer })),
    };
  } finally {
    copy.dispose();
  }
}
