import { BYTES, sizeOf, toFloats } from '../numbers';
import type { StoredTensor, StoredType, WeightFile, WeightLayout, WeightPlace } from '../weight-file';
import { type OnnxGraph, type OnnxNode, type OnnxTensor, readOnnxGraph } from './onnx-graph';

/** Types by their number in ONNX. */
const TYPES: Readonly<Record<number, StoredType>> = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  4: 'uint16',
  5: 'int16',
  6: 'int32',
  7: 'int64',
  9: 'bool',
  10: 'float16',
  11: 'float64',
  12: 'uint32',
  13: 'uint64',
  16: 'bfloat16',
};

/** The weights that nodes take as inputs, by the place of the input. */
const WEIGHTS: Readonly<Record<string, readonly (string | undefined)[]>> = {
  Conv: [undefined, 'kernel', 'bias'],
  ConvTranspose: [undefined, 'kernel', 'bias'],
  Gemm: [undefined, 'kernel', 'bias'],
  MatMul: [undefined, 'kernel'],
  BatchNormalization: [undefined, 'gamma', 'beta', 'moving_mean', 'moving_variance'],
  InstanceNormalization: [undefined, 'gamma', 'beta'],
  LayerNormalization: [undefined, 'gamma', 'beta'],
  PRelu: [undefined, 'alpha'],
};

interface Use {
  readonly place: WeightPlace;
  readonly layout: WeightLayout | undefined;
}

/** How the kernel of a node is stored. `Gemm` and `MatMul` have the one of Keras, unless `Gemm` is told to transpose it. */
function layoutOf({ type, attributes }: OnnxNode): WeightLayout | undefined {
  if (type === 'Conv' || type === 'ConvTranspose') return 'torch';
  if (type === 'MatMul') return 'keras';
  return type === 'Gemm' ? (attributes.get('transB') ? 'torch' : 'keras') : undefined;
}

/** The layer's name, of which exporters keep something in the name of its weight or its node. */
function layerOf(node: OnnxNode, weight: string): string {
  const dot = weight.lastIndexOf('.');
  return dot > 0 ? weight.slice(0, dot) : node.name || node.outputs[0] || weight;
}

/** For each initializer that is a weight, of which node. A bias is also what is added to what a node without one returns. */
function usesOf({ nodes, initializers }: OnnxGraph, source: string): ReadonlyMap<string, Use> {
  const known = new Set(initializers.map(({ name }) => name));
  const uses = new Map<string, Use>();
  const kernels = new Map<string, string>();
  for (const node of nodes) {
    const scaled = node.type === 'Gemm' && ['alpha', 'beta'].some((name) => (node.attributes.get(name) ?? 1) !== 1);
    if (scaled) throw new RangeError(`${source}: the node '${node.name}' scales its weights, which no layer does.`);
    const roles = WEIGHTS[node.type] ?? [];
    for (const [i, input] of node.inputs.entries()) {
      const weight = roles[i];
      if (weight === undefined || !known.has(input) || uses.has(input)) continue;
      uses.set(input, { place: { layer: layerOf(node, input), weight }, layout: layoutOf(node) });
      if (weight === 'kernel') kernels.set(node.outputs[0], layerOf(node, input));
    }
    if (node.type !== 'Add') continue;
    const bias = node.inputs.find((input) => known.has(input) && !uses.has(input));
    const layer = node.inputs.map((input) => kernels.get(input)).find((name) => name !== undefined);
    if (bias !== undefined && layer !== undefined)
      uses.set(bias, { place: { layer, weight: 'bias' }, layout: undefined });
  }
  return uses;
}

function bytesOf({ raw, packed, integers, shape }: OnnxTensor, dtype: StoredType, at: string): Uint8Array {
  const expected = sizeOf(shape) * BYTES[dtype];
  // Half precision lies as bits among the integers.
  const bytes = raw ?? packed ?? new Uint8Array(Uint16Array.from(integers).buffer);
  if (bytes.length === expected) return bytes;
  throw new RangeError(`${at}: expected ${expected} bytes for [${shape}], found ${bytes.length}.`);
}

/**
 * Reads the initializers of an ONNX model: what its nodes take as weights, in the order of the nodes.
 *
 * @throws {Error} that names the file where it is torn.
 * @throws {RangeError} for weights that lie in another file.
 */
export function readOnnx(bytes: Uint8Array, source: string): WeightFile {
  let graph: OnnxGraph;
  try {
    graph = readOnnxGraph(bytes);
  } catch (error) {
    throw new Error(`${source}: expected an ONNX model: ${(error as Error).message}.`, { cause: error });
  }
  const uses = usesOf(graph, source);
  const byName = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
  if (byName.size < graph.initializers.length) {
    throw new RangeError(`${source}: expected initializers of different names, found a name twice.`);
  }
  const rest = graph.initializers.filter(({ name }) => !uses.has(name)).map(({ name }) => name);
  const tensors: StoredTensor[] = [];
  const besides: string[] = [];
  for (const name of [...uses.keys(), ...rest]) {
    const tensor = byName.get(name) as OnnxTensor;
    const dtype = TYPES[tensor.type];
    const use = uses.get(name);
    // Shapes and axes are integers that operations take; they are no weights.
    if (use === undefined && !dtype?.includes('float')) {
      besides.push(name);
      continue;
    }
    const at = `${source}: ${name}`;
    if (tensor.isExternal) {
      throw new RangeError(`${at} lies in another file; save the model with its weights in one file.`);
    }
    if (dtype === undefined) throw new RangeError(`${at}: expected numbers, found type ${tensor.type} of ONNX.`);
    const found = bytesOf(tensor, dtype, at);
    tensors.push({ name, shape: tensor.shape, dtype, ...use, read: () => toFloats(found, dtype) });
  }
  return { format: 'onnx', source, tensors, besides, close: () => undefined };
}
