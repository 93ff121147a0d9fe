import { axisInFirst, broadcastFirst, depthwiseFirst, kernelFirst, permuted, range } from '../graph/axes';
import { isLastAxis } from '../graph/fold-batch-norm';
import type { Weight } from '../graph/graph';
import { activated } from './activations';
import { type TorchCall, type TorchWriter, toFirst, toLast, tuple } from './call-writer';

type WriteCall = (writer: TorchWriter) => TorchCall;

const python = (value: boolean): string => (value ? 'True' : 'False');
const result = (text: string): TorchCall => ({ result: text });
const channelsOf = ({ call, rank }: TorchWriter): number => call.inputs[0].shape[rank - 1] as number;
const spaceAxes = (rank: number): number[] => range(rank - 2).map((i) => i + 2);

/** The weights of a module by PyTorch's names; a bias only where there is one. */
const tensorsOf = (weight: Weight, bias: Weight | undefined) => ({ weight, ...(bias && { bias }) });

function paddingOf(writer: TorchWriter): string {
  const padding = writer.option<string>('padding');
  if (padding !== 'same' && padding !== 'valid') writer.refuse(`the padding '${padding}' has no form there`);
  return padding;
}

function convolution(writer: TorchWriter, weight: Weight, groups: number): TorchCall {
  const { rank, self, weights, inputs } = writer;
  const [size, strides, dilation] = ['kernelSize', 'strides', 'dilationRate'].map((name) =>
    tuple(writer.option<number[]>(name)),
  );
  const isSame = paddingOf(writer) === 'same';
  const isStrided = writer.option<number[]>('strides').some((stride) => stride > 1);
  const own = `${channelsOf(writer)}, ${weight.shape[0]}, ${size}, stride=${strides}, dilation=${dilation}`;
  const padding = isSame && !isStrided ? ', padding="same"' : '';
  const x = isSame && isStrided ? `same(${inputs[0]}, ${size}, ${strides}, ${dilation})` : inputs[0];
  return {
    module: `nn.Conv${rank - 2}d(${own}, groups=${groups}, bias=${python('bias' in weights)}${padding})`,
    tensors: tensorsOf(weight, weights.bias),
    result: activated(`${self}(${x})`, writer),
  };
}

const conv: WriteCall = (writer) => convolution(writer, kernelFirst(writer.weights.kernel), 1);

const depthwise: WriteCall = (writer) =>
  convolution(writer, depthwiseFirst(writer.weights.depthwise_kernel), channelsOf(writer));

/** With padding the image grows by the strides, whatever the kernel. */
const transposedConv: WriteCall = (writer) => {
  const { rank, self, weights, inputs, option } = writer;
  const weight = kernelFirst(weights.kernel);
  const [size, strides] = [option<number[]>('kernelSize'), option<number[]>('strides')];
  const over = size.map((length, axis) => length - strides[axis]);
  const grown = tuple(over.map((pixels) => Math.max(0, -pixels)));
  const own = `${weight.shape[0]}, ${weight.shape[1]}, ${tuple(size)}, stride=${tuple(strides)}, output_padding=${grown}`;
  const cut = over.map((pixels) => Math.max(0, pixels));
  const slices = cut.map((n) => (n === 0 ? ':' : `${Math.floor(n / 2)}:-${Math.ceil(n / 2)}`));
  const isCut = paddingOf(writer) === 'same' && cut.some((n) => n > 0);
  return {
    module: `nn.ConvTranspose${rank - 2}d(${own}, bias=${python('bias' in weights)})`,
    tensors: tensorsOf(weight, weights.bias),
    result: activated(`${self}(${inputs[0]})${isCut ? `[:, :, ${slices.join(', ')}]` : ''}`, writer),
  };
};

const dense: WriteCall = (writer) => {
  const { rank, self, weights, inputs } = writer;
  const [from, to] = weights.kernel.shape;
  return {
    module: `nn.Linear(${from}, ${to}, bias=${python('bias' in weights)})`,
    tensors: tensorsOf(permuted(weights.kernel, [1, 0]), weights.bias),
    result: activated(toFirst(`${self}(${toLast(inputs[0], rank)})`, rank), writer),
  };
};

const filled = (size: number, value: number): Weight => ({ shape: [size], values: new Float32Array(size).fill(value) });

const batchNorm: WriteCall = (writer) => {
  if (!isLastAxis(writer.call)) writer.refuse('only a normalization of the last axis has a form there');
  const { rank, self, weights, inputs, option } = writer;
  const [size] = weights.moving_mean.shape;
  const { gamma = filled(size, 1), beta = filled(size, 0), moving_mean, moving_variance } = weights;
  const momentum = Number((1 - option<number>('momentum')).toPrecision(6));
  return {
    module: `nn.BatchNorm${Math.max(1, rank - 2)}d(${size}, eps=${option<number>('epsilon')}, momentum=${momentum})`,
    tensors: { weight: gamma, bias: beta, running_mean: moving_mean, running_var: moving_variance },
    result: `${self}(${inputs[0]})`,
  };
};

const layerNorm: WriteCall = ({ rank, self, weights, inputs, option }) => {
  const own = [option<number | number[]>('axis')].flat().map((axis) => (axis < 0 ? axis + rank : axis));
  const axes = tuple(own.map((axis) => axisInFirst(axis, rank)));
  const [weight, bias] = [weights.gamma, weights.beta].map((each) => each && broadcastFirst(each, own, rank));
  const shapes = [weight, bias].map((each) => (each === undefined ? 'None' : tuple(each.shape)));
  return {
    module: `LayerNorm(${axes}, ${option<number>('epsilon')}, ${shapes.join(', ')})`,
    tensors: { ...(weight && { weight }), ...(bias && { bias }) },
    result: `${self}(${inputs[0]})`,
  };
};

/** One group for each channel is instance normalization. */
const groupNorm =
  (groups: (writer: TorchWriter) => number): WriteCall =>
  (writer) => ({
    module: `nn.GroupNorm(${groups(writer)}, ${channelsOf(writer)}, eps=${writer.option<number>('epsilon')})`,
    tensors: { weight: writer.weights.gamma, bias: writer.weights.beta },
    result: `${writer.self}(${writer.inputs[0]})`,
  });

const pool =
  (kind: 'max' | 'avg'): WriteCall =>
  (writer) => {
    const [size, strides] = ['poolSize', 'strides'].map((name) => tuple(writer.option<number[]>(name)));
    const name = paddingOf(writer) === 'same' ? `${kind}_pool_same` : `F.${kind}_pool${writer.rank - 2}d`;
    return result(`${name}(${writer.inputs[0]}, ${size}, ${strides})`);
  };

const globalPool =
  (method: 'mean' | 'amax'): WriteCall =>
  ({ inputs, rank }) =>
    result(`${inputs[0]}.${method}(dim=${tuple(spaceAxes(rank))})`);

function checkRanks({ call, refuse }: TorchWriter): void {
  if (new Set(call.inputs.map(({ shape }) => shape.length)).size > 1)
    refuse('inputs of different ranks have no form there');
}

const merge =
  (join: (a: string, b: string) => string): WriteCall =>
  (writer) => {
    checkRanks(writer);
    return result(writer.inputs.reduce(join));
  };

const average: WriteCall = (writer) => {
  checkRanks(writer);
  return result(`(${writer.inputs.join(' + ')}) / ${writer.inputs.length}`);
};

const concatenate: WriteCall = ({ inputs, option, rank }) =>
  result(`torch.cat([${inputs.join(', ')}], dim=${axisInFirst(option<number>('axis'), rank)})`);

const flatten: WriteCall = ({ inputs, rank }) => result(`${toLast(inputs[0], rank)}.flatten(1)`);

const reshape: WriteCall = ({ inputs, option, rank }) => {
  const target = option<(number | null)[]>('targetShape').map((size) => size ?? -1);
  const last = `${toLast(inputs[0], rank)}.reshape(${[`${inputs[0]}.shape[0]`, ...target].join(', ')})`;
  return result(toFirst(last, target.length + 1));
};

const permute: WriteCall = ({ inputs, option, rank }) =>
  result(toFirst(`${toLast(inputs[0], rank)}.permute(0, ${option<number[]>('dims').join(', ')})`, rank));

type Sides = readonly (readonly [before: number, after: number])[];

const zeroPadding: WriteCall = ({ inputs, option }) =>
  result(`F.pad(${inputs[0]}, [${[...option<Sides>('padding')].reverse().flat().join(', ')}])`);

const cropping: WriteCall = ({ inputs, option }) => {
  const slices = option<Sides>('cropping').map(([before, after]) => `${before}:${after === 0 ? '' : -after}`);
  return result(`${inputs[0]}[:, :, ${slices.join(', ')}]`);
};

const upSampling: WriteCall = ({ inputs, option, refuse }) => {
  const how = option<string>('interpolation');
  if (how !== 'nearest') refuse(`PyTorch computes interpolation '${how}' otherwise`);
  return result(`F.interpolate(${inputs[0]}, scale_factor=${tuple(option<number[]>('size'))}, mode="nearest")`);
};

const bilinearUpsampling: WriteCall = ({ inputs }) =>
  result(`F.interpolate(${inputs[0]}, scale_factor=(2, 2), mode="bilinear", align_corners=False)`);

const pReLU: WriteCall = ({ self, inputs, weights, rank }) => {
  const { alpha } = weights;
  const weight = broadcastFirst(
    alpha,
    alpha.shape.map((_, i) => i + 1),
    rank,
  );
  return { module: `PReLU(${tuple(weight.shape)})`, tensors: { weight }, result: `${self}(${inputs[0]})` };
};

const dropout: WriteCall = ({ self, inputs, option }) => ({
  module: `nn.Dropout(${option<number>('rate')})`,
  result: `${self}(${inputs[0]})`,
});

const same: WriteCall = ({ inputs }) => result(inputs[0]);

/** How each class of layers is written for PyTorch. */
export const TORCH_LAYERS: Readonly<Record<string, WriteCall>> = {
  Conv1D: conv,
  Conv2D: conv,
  Conv3D: conv,
  Conv2DTranspose: transposedConv,
  Conv3DTranspose: transposedConv,
  DepthwiseConv2D: depthwise,
  Dense: dense,
  BatchNormalization: batchNorm,
  LayerNormalization: layerNorm,
  TfjsMultitaskInstanceNorm: groupNorm(channelsOf),
  TfjsMultitaskGroupNorm: groupNorm(({ option }) => option<number>('groups')),
  Activation: (writer) => result(activated(writer.inputs[0], writer)),
  ReLU: ({ inputs, option }) =>
    result(
      (option('maxValue') ?? null) === null
        ? `F.relu(${inputs[0]})`
        : `torch.clamp(${inputs[0]}, 0, ${option('maxValue')})`,
    ),
  LeakyReLU: ({ inputs, option }) => result(`F.leaky_relu(${inputs[0]}, ${option('alpha')})`),
  ELU: ({ inputs, option }) => result(`F.elu(${inputs[0]}, ${option('alpha')})`),
  PReLU: pReLU,
  Softmax: ({ inputs, option, rank }) => result(`F.softmax(${inputs[0]}, dim=${axisInFirst(option('axis'), rank)})`),
  MaxPooling1D: pool('max'),
  MaxPooling2D: pool('max'),
  MaxPooling3D: pool('max'),
  AveragePooling1D: pool('avg'),
  AveragePooling2D: pool('avg'),
  AveragePooling3D: pool('avg'),
  GlobalAveragePooling1D: globalPool('mean'),
  GlobalAveragePooling2D: globalPool('mean'),
  GlobalMaxPooling1D: globalPool('amax'),
  GlobalMaxPooling2D: globalPool('amax'),
  UpSampling2D: upSampling,
  TfjsMultitaskBilinearUpsampling: bilinearUpsampling,
  ZeroPadding2D: zeroPadding,
  Cropping2D: cropping,
  Flatten: flatten,
  Reshape: reshape,
  Permute: permute,
  Concatenate: concatenate,
  Add: merge((a, b) => `${a} + ${b}`),
  Multiply: merge((a, b) => `${a} * ${b}`),
  Maximum: merge((a, b) => `torch.maximum(${a}, ${b})`),
  Minimum: merge((a, b) => `torch.minimum(${a}, ${b})`),
  Average: average,
  Rescaling: ({ inputs, option }) => result(`${inputs[0]} * ${option('scale')} + ${option('offset')}`),
  Dropout: dropout,
  // Of training alone, and without a counterpart.
  SpatialDropout1D: same,
  GaussianNoise: same,
  GaussianDropout: same,
  AlphaDropout: same,
};
