import { axisInFirst, broadcastFirst } from '../graph/axes';
import { activate } from './activations';
import type { CallWriter } from './call-writer';
import { conv, depthwise, transposedConv, windows } from './convolutions';
import { batchNorm, groupNorm, instanceNorm, layerNorm, spaceAxes } from './norms';

type WriteCall = (writer: CallWriter) => string;

const same: WriteCall = ({ inputs }) => inputs[0];

const activation: WriteCall = (writer) => activate(writer.inputs[0], writer);

function dense(writer: CallWriter): string {
  const { node, inputs, rank, call } = writer;
  const { kernel, bias } = call.layer.weights;
  const weights = [writer.weight('kernel', kernel), ...(bias === undefined ? [] : [writer.weight('bias', bias)])];
  if (rank === 2) return activate(node('Gemm', [inputs[0], ...weights]), writer);
  let y = node('MatMul', [writer.toLast(inputs[0], rank), weights[0]]);
  if (bias) y = node('Add', [y, weights[1]]);
  return activate(writer.toFirst(y, rank), writer);
}

const pool =
  (type: string): WriteCall =>
  (writer) =>
    writer.node(type, writer.inputs, windows(writer, 'poolSize'));

const globalPool =
  (type: string): WriteCall =>
  ({ node, inputs, rank }) =>
    node(type, inputs, { axes: spaceAxes(rank), keepdims: 0 });

/** Two at a time. */
const merge =
  (type: string): WriteCall =>
  (writer) => {
    const ranks = new Set(writer.call.inputs.map(({ shape }) => shape.length));
    if (ranks.size > 1) writer.refuse('inputs of different ranks have no form there');
    return writer.inputs.slice(1).reduce((sum, x) => writer.node(type, [sum, x]), writer.inputs[0]);
  };

const average: WriteCall = (writer) =>
  writer.node('Mul', [merge('Add')(writer), writer.number('share', 1 / writer.inputs.length)]);

const concatenate: WriteCall = ({ node, inputs, option, rank }) =>
  node('Concat', inputs, { axis: axisInFirst(option<number>('axis'), rank) });

const flatten: WriteCall = ({ node, inputs, toLast, rank }) => node('Flatten', [toLast(inputs[0], rank)], { axis: 1 });

function reshape(writer: CallWriter): string {
  const target = [0, ...writer.option<(number | null)[]>('targetShape').map((size) => size ?? -1)];
  const last = writer.node('Reshape', [writer.toLast(writer.inputs[0], writer.rank), writer.integers(target)]);
  return writer.toFirst(last, target.length);
}

const permute: WriteCall = ({ node, inputs, option, toLast, toFirst, rank }) =>
  toFirst(node('Transpose', [toLast(inputs[0], rank)], { perm: [0, ...option<number[]>('dims')] }), rank);

type Sides = readonly (readonly [before: number, after: number])[];

/**
 * The smallest normal number counts as 0 in any sum. Up to 1.30 onnxruntime refuses a convolution, ReLU, padding with a true 0
 * and pooling as invalid, after it has joined them itself.
 */
const ZERO = 2 ** -126;

const zeroPadding: WriteCall = ({ node, inputs, option, integers, number }) => {
  const sides = option<Sides>('padding');
  const pads = [0, 0, ...sides.map(([before]) => before), 0, 0, ...sides.map(([, after]) => after)];
  return node('Pad', [inputs[0], integers(pads), number('zero', ZERO)], { mode: 'constant' });
};

const FARTHEST = 2 ** 31 - 1;

const cropping: WriteCall = ({ node, inputs, option, integers, rank }) => {
  const sides = option<Sides>('cropping');
  const ends = sides.map(([, after]) => (after === 0 ? FARTHEST : -after));
  return node('Slice', [
    inputs[0],
    integers(sides.map(([before]) => before)),
    integers(ends),
    integers(spaceAxes(rank)),
  ]);
};

const resize = (writer: CallWriter, factors: readonly number[], how: Readonly<Record<string, string>>): string => {
  const scales = { shape: [2 + factors.length], values: Float32Array.of(1, 1, ...factors) };
  return writer.node('Resize', [writer.inputs[0], '', writer.weight('scales', scales)], how);
};

const upSampling: WriteCall = (writer) => {
  const bilinear = writer.option<string>('interpolation') === 'bilinear';
  const place = { coordinate_transformation_mode: 'asymmetric' };
  const how: Readonly<Record<string, string>> = bilinear
    ? { mode: 'linear' }
    : { mode: 'nearest', nearest_mode: 'floor' };
  return resize(writer, writer.option<number[]>('size'), { ...how, ...place });
};

const bilinearUpsampling: WriteCall = (writer) =>
  resize(writer, [2, 2], { mode: 'linear', coordinate_transformation_mode: 'half_pixel' });

const rescaling: WriteCall = ({ node, inputs, option, number }) =>
  node('Add', [node('Mul', [inputs[0], number('scale', option('scale'))]), number('offset', option('offset'))]);

const reLU: WriteCall = ({ node, inputs, option, number }) => {
  const most = option<number | null | undefined>('maxValue') ?? undefined;
  return most === undefined ? node('Relu', inputs) : node('Clip', [inputs[0], number('zero', 0), number('most', most)]);
};

const withAlpha =
  (type: string): WriteCall =>
  ({ node, inputs, option }) =>
    node(type, inputs, { alpha: { float: option<number>('alpha') } });

const pReLU: WriteCall = (writer) => {
  const { alpha } = writer.call.layer.weights;
  const axes = alpha.shape.map((_, i) => i + 1);
  const { shape, values } = broadcastFirst(alpha, axes, writer.rank);
  return writer.node('PRelu', [writer.inputs[0], writer.weight('alpha', { shape: shape.slice(1), values })]);
};

const softmax: WriteCall = ({ node, inputs, option, rank }) =>
  node('Softmax', inputs, { axis: axisInFirst(option<number>('axis'), rank) });

/** How each class of layers is written; the result is the name of its output, with channels first. */
export const ONNX_LAYERS: Readonly<Record<string, WriteCall>> = {
  Conv1D: conv,
  Conv2D: conv,
  Conv3D: conv,
  Conv2DTranspose: transposedConv,
  Conv3DTranspose: transposedConv,
  DepthwiseConv2D: depthwise,
  Dense: dense,
  BatchNormalization: batchNorm,
  LayerNormalization: layerNorm,
  TfjsMultitaskInstanceNorm: instanceNorm,
  TfjsMultitaskGroupNorm: groupNorm,
  Activation: activation,
  ReLU: reLU,
  LeakyReLU: withAlpha('LeakyRelu'),
  ELU: withAlpha('Elu'),
  PReLU: pReLU,
  Softmax: softmax,
  MaxPooling1D: pool('MaxPool'),
  MaxPooling2D: pool('MaxPool'),
  MaxPooling3D: pool('MaxPool'),
  AveragePooling1D: pool('AveragePool'),
  AveragePooling2D: pool('AveragePool'),
  AveragePooling3D: pool('AveragePool'),
  GlobalAveragePooling1D: globalPool('ReduceMean'),
  GlobalAveragePooling2D: globalPool('ReduceMean'),
  GlobalMaxPooling1D: globalPool('ReduceMax'),
  GlobalMaxPooling2D: globalPool('ReduceMax'),
  UpSampling2D: upSampling,
  TfjsMultitaskBilinearUpsampling: bilinearUpsampling,
  ZeroPadding2D: zeroPadding,
  Cropping2D: cropping,
  Flatten: flatten,
  Reshape: reshape,
  Permute: permute,
  Concatenate: concatenate,
  Add: merge('Add'),
  Multiply: merge('Mul'),
  Maximum: merge('Max'),
  Minimum: merge('Min'),
  Average: average,
  Rescaling: rescaling,
  // Of training alone.
  Dropout: same,
  SpatialDropout1D: same,
  GaussianNoise: same,
  GaussianDropout: same,
  AlphaDropout: same,
};
