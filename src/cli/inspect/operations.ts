import type { layers } from '@tensorflow/tfjs-layers';
import type { LayerCall, Value } from './follow-calls';

/** A use of a layer, as far as its operations depend on it; all numbers are those of one sample. */
interface Counted {
  readonly inputs: readonly (readonly number[])[];
  readonly outputs: readonly (readonly number[])[];
  /** How many numbers come out, in all. */
  readonly values: number;
  /** How many numbers the first input has. */
  readonly taken: number;
  /** How many numbers a weight has; 0 for one that the layer does not have. */
  weight(name: string): number;
  readonly shapeOf: (name: string) => readonly number[];
  readonly config: Readonly<Record<string, unknown>>;
}

type Count = (call: Counted) => number;

const product = (sides: readonly number[]): number => sides.reduce((result, side) => result * side, 1);
const last = (shape: readonly number[]): number => shape[shape.length - 1] ?? 1;

/** Where a layer computes all of its channels: pixels. */
const positions = (shape: readonly number[]): number => product(shape) / last(shape);

const none: Count = () => 0;
const each =
  (operations: number): Count =>
  ({ values }) =>
    operations * values;

/** A bias is added and an activation function computed, each once for a value; a linear one is none. */
const behind = ({ values, weight, config: { activation } }: Counted): number =>
  (weight('bias') > 0 ? values : 0) + (typeof activation === 'string' && activation !== 'linear' ? values : 0);

/** At each position a multiplication and an addition for each number of the kernel. */
const convolution: Count = (call) => 2 * call.weight('kernel') * positions(call.outputs[0]) + behind(call);
const transposed: Count = (call) => 2 * call.weight('kernel') * positions(call.inputs[0]) + behind(call);
const depthwise: Count = (call) => 2 * call.weight('depthwise_kernel') * positions(call.outputs[0]) + behind(call);
const separable: Count = (call) =>
  2 * (call.weight('depthwise_kernel') + call.weight('pointwise_kernel')) * positions(call.outputs[0]) + behind(call);

const activation: Count = ({ values, config }) => (config.activation === 'linear' ? 0 : values);

/** A window's values for each that comes out. */
const pool: Count = ({ values, config: { poolSize } }) => values * product([poolSize].flat() as number[]);
const globalPool: Count = ({ taken }) => taken;

/** One less than there are inputs. */
const merge: Count = ({ inputs, values }) => (inputs.length - 1) * values;
const average: Count = ({ inputs, values }) => inputs.length * values;

/** In prediction a factor and an offset. */
const batchNorm = each(2);
/** The mean (1), the variance (3: difference, square, sum), the division (1), a factor and an offset (2). */
const norm = each(7);
/** Four products and their sum. */
const BILINEAR = 7;
const upSampling: Count = ({ values, config }) => (config.interpolation === 'bilinear' ? BILINEAR * values : 0);

/** Two 1x1 convolutions, their sum, a ReLU, one more, a sigmoid, and the product with what is gated. */
const attentionGate: Count = ({ inputs: [skip], values, weight }) => {
  const filters = weight('gate_bias');
  const products = weight('skip_kernel') + weight('gate_kernel') + weight('psi_kernel');
  return positions(skip) * (2 * products + 3 * filters + 2) + values;
};

/** Each value is a sum of as many products. */
const sumOf = (products: number, values: number): number => (2 * products - 1) * values;

const expertMixture: Count = ({ inputs, values, taken, weight }) =>
  inputs.length * taken + 2 * weight('kernel') + 2 * inputs.length + sumOf(inputs.length, values);

/** The predictions of all capsules; then their sums and squash in each round, and between rounds how far they agree. */
const capsuleRouting: Count = ({ inputs: [[capsules]], values, weight, shapeOf, config }) => {
  const rounds = config.routings as number;
  const [, , classes] = shapeOf('kernel');
  const pass = 2 * capsules * values;
  return (
    2 * weight('kernel') +
    rounds * (capsules * classes + pass + 3 * values) +
    (rounds - 1) * (pass + capsules * classes)
  );
};

/** Floating-point operations of each class of layers for one sample; a multiplication with an addition counts 2. */
const COUNTS: Readonly<Record<string, Count>> = {
  Dense: convolution,
  Conv1D: convolution,
  Conv2D: convolution,
  Conv3D: convolution,
  Conv2DTranspose: transposed,
  Conv3DTranspose: transposed,
  DepthwiseConv2D: depthwise,
  SeparableConv2D: separable,
  Activation: activation,
  ReLU: each(1),
  LeakyReLU: each(1),
  PReLU: each(1),
  ELU: each(1),
  Softmax: each(1),
  ThresholdedReLU: each(1),
  MaxPooling1D: pool,
  MaxPooling2D: pool,
  MaxPooling3D: pool,
  AveragePooling1D: pool,
  AveragePooling2D: pool,
  AveragePooling3D: pool,
  GlobalAveragePooling1D: globalPool,
  GlobalAveragePooling2D: globalPool,
  GlobalMaxPooling1D: globalPool,
  GlobalMaxPooling2D: globalPool,
  Add: merge,
  Multiply: merge,
  Maximum: merge,
  Minimum: merge,
  Average: average,
  BatchNormalization: batchNorm,
  LayerNormalization: norm,
  TfjsMultitaskInstanceNorm: norm,
  TfjsMultitaskGroupNorm: norm,
  UpSampling2D: upSampling,
  TfjsMultitaskBilinearUpsampling: each(BILINEAR),
  Rescaling: each(2),
  TfjsMultitaskAttentionGate: attentionGate,
  TfjsMultitaskCrossStitch: ({ inputs, values }) => sumOf(inputs.length, values),
  TfjsMultitaskSubspaceMix: ({ values, shapeOf }) => sumOf(shapeOf('alpha')[0], values),
  TfjsMultitaskExpertMixture: expertMixture,
  TfjsMultitaskFilm: each(2),
  TfjsMultitaskSquash: each(3),
  TfjsMultitaskCapsuleLength: ({ taken, values }) => 2 * taken + values,
  TfjsMultitaskMaskCapsules: ({ taken }) => 3 * taken,
  TfjsMultitaskCapsuleRouting: capsuleRouting,
  // They move values, or do something in training alone.
  InputLayer: none,
  Flatten: none,
  Reshape: none,
  Permute: none,
  RepeatVector: none,
  Concatenate: none,
  Cropping2D: none,
  ZeroPadding2D: none,
  Embedding: none,
  Dropout: none,
  SpatialDropout1D: none,
  GaussianNoise: none,
  GaussianDropout: none,
  AlphaDropout: none,
  TfjsMultitaskSeededDropout: none,
  TfjsMultitaskStopGradient: none,
  TfjsMultitaskParameterDistance: none,
  TfjsMultitaskRepeatBatch: none,
  TfjsMultitaskSliceBatch: none,
};

const weightNamed = (layer: layers.Layer, name: string) =>
  layer.weights.find(({ originalName }) => originalName.replace(/^.*\//, '') === name);

const isKnown = ({ shape }: Value): boolean => !shape.includes(null);

/**
 * Floating-point operations of a use of a layer for one sample of the net; undefined where they are not known: for layers of
 * other classes, and where sides depend on the image.
 */
export function countOperations({ layer, inputs, outputs }: LayerCall): number | undefined {
  const className = layer.getClassName();
  if (!Object.hasOwn(COUNTS, className) || ![...inputs, ...outputs].every(isKnown)) return undefined;
  const shapes = (values: readonly Value[]) => values.map(({ shape }) => shape as readonly number[]);
  const shapeOf = (name: string) => (weightNamed(layer, name)?.shape ?? [0]) as readonly number[];
  const [taken, returned] = [shapes(inputs), shapes(outputs)];
  const operations = COUNTS[className]({
    inputs: taken,
    outputs: returned,
    values: returned.reduce((sum, shape) => sum + product(shape), 0),
    taken: product(taken[0] ?? [0]),
    weight: (name) => product(shapeOf(name)),
    shapeOf,
    config: layer.getConfig(),
  });
  return operations * outputs[0].samples;
}

/** Layers whose output is their input in another shape, or itself. */
const VIEWS = new Set(['Flatten', 'Reshape', 'TfjsMultitaskStopGradient', 'TfjsMultitaskParameterDistance']);

/** Bytes of what a layer returns for one sample of the net; undefined where sides depend on the image. */
export function countBytes({ layer, outputs }: LayerCall): number | undefined {
  if (VIEWS.has(layer.getClassName())) return 0;
  if (!outputs.every(isKnown)) return undefined;
  return outputs.reduce((sum, { shape, samples }) => sum + 4 * samples * product(shape as number[]), 0);
}
