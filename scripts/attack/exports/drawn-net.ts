import { tensor } from '@tensorflow/tfjs-core';
import { input, type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { type Random, random } from 'tfjs-multitask/data';
import { BilinearUpsampling, GroupNorm, InstanceNorm, SeededDropout } from 'tfjs-multitask/layers';

/** A net by numbers alone: each drawn layer reads the numbers that it needs. */
export interface DrawnNet {
  /** Of one image. */
  readonly shape: readonly [height: number, width: number, channels: number];
  readonly layers: readonly { readonly kind: number; readonly name: number; readonly numbers: readonly number[] }[];
  /** Whether it ends in a vector, or in an image. */
  readonly ends: 'vector' | 'image';
  readonly seed: number;
}

/** Names that mean something elsewhere: to a path, an object, Python, another framework. TensorFlow.js has no others for weights. */
const NAMES = [
  ...['conv', 'a/b', 'a.b', 'a//b', 'a..b', 'a-b', 'weight', 'constructor', 'forward', 'self', 'class'],
  ...['lambda', '0', '1.5', 'name', 'None', 'type', 'half', 'Input', 'layers', 'x'.repeat(300)],
];

const ACTIVATIONS = [
  'linear',
  'relu',
  'relu6',
  'sigmoid',
  'tanh',
  'elu',
  'selu',
  'softplus',
  'softsign',
  'swish',
] as const;

type Pick = <V>(values: readonly V[]) => V;

/** What a layer is made of: what it is to be called, and choices. */
type MakeLayer = (name: string, pick: Pick) => layers.Layer;

const PADDINGS = ['same', 'valid'] as const;
const windowOf = (pick: Pick) => ({ kernelSize: [pick([1, 2, 3]), pick([1, 3])], padding: pick(PADDINGS) });

/** With `strides` and `dilationRate` both above 1 nothing computes a convolution. */
const stepOf = (pick: Pick) => pick([{}, { strides: 2 }, { dilationRate: 2 }] as const);
const endOf = (pick: Pick) => ({ useBias: pick([true, false]), activation: pick(ACTIVATIONS) });

const LAYERS: readonly MakeLayer[] = [
  (name, pick) => layers.conv2d({ name, filters: pick([1, 2, 4]), ...windowOf(pick), ...stepOf(pick), ...endOf(pick) }),
  (name, pick) =>
    layers.depthwiseConv2d({ name, depthMultiplier: pick([1, 2]), ...windowOf(pick), ...endOf(pick) } as never),
  (name, pick) => layers.separableConv2d({ name, filters: pick([2, 3]), ...windowOf(pick), ...endOf(pick) } as never),
  (name, pick) =>
    layers.conv2dTranspose({
      name,
      filters: 2,
      kernelSize: pick([1, 2, 3]),
      strides: pick([1, 2]),
      padding: pick(PADDINGS),
    }),
  (name, pick) =>
    layers.batchNormalization({
      name,
      scale: pick([true, false]),
      center: pick([true, false]),
      epsilon: pick([1e-3, 0.1]),
    }),
  (name, pick) => layers.layerNormalization({ name, epsilon: pick([1e-3, 0.1]) }),
  (name, pick) => new InstanceNorm({ name, epsilon: pick([1e-3, 0.1]) }),
  (name, pick) => new GroupNorm({ name, groups: pick([1, 2]) }),
  (name, pick) =>
    layers.maxPooling2d({ name, poolSize: pick([1, 2, 3]), strides: pick([1, 2]), padding: pick(PADDINGS) }),
  (name, pick) =>
    layers.averagePooling2d({ name, poolSize: pick([1, 2, 3]), strides: pick([1, 2]), padding: pick(PADDINGS) }),
  (name, pick) => layers.upSampling2d({ name, size: [pick([1, 2]), pick([1, 3])] }),
  (name) => new BilinearUpsampling({ name }),
  (name, pick) =>
    layers.zeroPadding2d({
      name,
      padding: [
        [pick([0, 1]), 1],
        [0, pick([0, 2])],
      ],
    }),
  (name, pick) =>
    layers.cropping2D({
      name,
      cropping: [
        [pick([0, 1]), 0],
        [0, 1],
      ],
    }),
  (name, pick) => layers.activation({ name, activation: pick(ACTIVATIONS) }),
  (name, pick) => layers.leakyReLU({ name, alpha: pick([0.1, 0.3]) }),
  (name) => layers.elu({ name }),
  (name, pick) => layers.prelu({ name, ...pick([{}, { sharedAxes: [1, 2] }]) }),
  (name) => layers.softmax({ name, axis: -1 }),
  (name, pick) =>
    layers.permute({
      name,
      dims: pick([
        [2, 1, 3],
        [3, 1, 2],
      ]),
    }),
  (name) => new SeededDropout({ name, rate: 0.5, seed: 1 }),
];

/** How a layer is joined with what it is given, where both have one shape. */
const JOINS = [
  layers.add,
  layers.multiply,
  layers.average,
  layers.maximum,
  layers.minimum,
  layers.concatenate,
] as const;

export function drawNet({ integer }: Random): DrawnNet {
  return {
    shape: [3 + integer(5), 3 + integer(5), 1 + integer(3)],
    layers: Array.from({ length: 1 + integer(6) }, () => ({
      kind: integer(LAYERS.length),
      name: integer(NAMES.length),
      numbers: Array.from({ length: 8 }, () => integer(1000)),
    })),
    ends: integer(2) === 0 ? 'vector' : 'image',
    seed: integer(1e6),
  };
}

/** Reads one number after the other. */
function picker(numbers: readonly number[]): Pick {
  let next = 0;
  return (values) => values[numbers[next++ % numbers.length] % values.length];
}

/** What the layer gives; undefined where it cannot stand there. */
function applied(layer: layers.Layer, x: SymbolicTensor): SymbolicTensor | undefined {
  let y: SymbolicTensor | undefined;
  try {
    y = layer.apply(x) as SymbolicTensor;
  } catch {
    // Its window is larger than what it is given, or the like.
  }
  if (y?.shape.every((side) => side === null || (side >= 1 && side < 40))) return y;
  for (const weight of layer.weights) weight.dispose();
  return undefined;
}

/** The net, with weights of its seed; layers that cannot stand where they were drawn are left out. */
export function buildDrawn({ shape, layers: drawn, ends, seed }: DrawnNet): LayersModel {
  const image = input({ shape: [...shape], name: 'image' });
  const used = new Set<string>();
  let y = image;
  for (const { kind, name, numbers } of drawn) {
    const own = used.has(NAMES[name]) ? `${NAMES[name]}_${used.size}` : NAMES[name];
    const pick = picker(numbers);
    const join = pick([undefined, ...JOINS]);
    const layer = LAYERS[kind](own, pick);
    let next = applied(layer, y);
    if (next === undefined) continue;
    used.add(own);
    const isSame = next !== y && next.shape.join() === y.shape.join();
    if (join !== undefined && isSame) next = join({ name: `join_${used.size}` }).apply([y, next]) as SymbolicTensor;
    y = next;
  }
  const end = ends === 'image' ? y : (layers.globalAveragePooling2d({ name: 'pool' }).apply(y) as SymbolicTensor);
  const net = model({ inputs: image, outputs: layers.dense({ units: 2, name: 'out' }).apply(end) as SymbolicTensor });
  const { uniform } = random(seed, 'attack', 'exports');
  const values = net.weights.map(({ shape: sides, originalName }) => {
    const size = (sides as number[]).reduce((product, n) => product * n, 1);
    const least = /variance|gamma/.test(originalName) ? 0.5 : -0.5;
    return tensor(
      Array.from({ length: size }, () => least + uniform()),
      sides as number[],
    );
  });
  net.setWeights(values);
  for (const value of values) value.dispose();
  return net;
}

/** Two images for the net. */
export function imagesOf({ shape, seed }: DrawnNet): { readonly values: number[]; readonly shape: number[] } {
  const { uniform } = random(seed, 'attack', 'images');
  const size = shape[0] * shape[1] * shape[2];
  return { values: Array.from({ length: 2 * size }, () => 2 * uniform() - 1), shape: [2, ...shape] };
}
