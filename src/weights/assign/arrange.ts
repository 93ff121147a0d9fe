import { gather } from '../gather';
import { sizeOf } from '../numbers';
import type { WeightLayout } from '../weight-file';
import type { Pair } from './match';
import type { Layer } from './target-layers';

/** Brings the numbers of a tensor into the order of a weight. */
type Arrange = (values: Float32Array) => Float32Array;

const same = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((n, i) => n === b[i]);

const withoutOnes = (shape: readonly number[]): number[] => shape.filter((n) => n !== 1);

/** `values` of a shape with its axes in another order: axis i of the result is axis `order[i]`. */
function transpose(values: Float32Array, shape: readonly number[], order: readonly number[]): Float32Array {
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const pick = (sizes: readonly number[]): number[] => order.map((axis) => sizes[axis]);
  return gather(values, { offset: 0, shape: pick(shape), strides: pick(strides) });
}

/** Layers that leave each number of a row where it is. */
const IN_PLACE: readonly string[] = ['Activation', 'Dropout', 'TfjsMultitaskSeededDropout', 'ReLU', 'LeakyReLU', 'ELU'];

/** The shape, channels last, that is flattened into the rows of a dense layer's kernel; undefined where none is. */
function flattened(layer: Layer): readonly number[] | undefined {
  let above: Layer | undefined = layer.inboundNodes[0]?.inboundLayers[0];
  while (above !== undefined && IN_PLACE.includes(above.getClassName()))
    above = above.inboundNodes[0]?.inboundLayers[0];
  if (above?.getClassName() !== 'Flatten') return undefined;
  const shape = above.inboundNodes[0].inputShapes[0] as readonly (number | null)[];
  const sizes = shape.slice(1);
  return sizes.length > 1 && sizes.every((n) => n !== null) ? (sizes as number[]) : undefined;
}

/** The order in which PyTorch's axes of a kernel are those of Keras; undefined for weights that both have alike. */
function orderOf(layer: Layer, weight: string, axes: number): readonly number[] | undefined {
  switch (`${layer.getClassName()}/${weight}`) {
    case 'Conv1D/kernel':
    case 'Conv2D/kernel':
    case 'Conv3D/kernel':
    case 'Conv2DTranspose/kernel':
    case 'Conv3DTranspose/kernel':
      return [...Array.from({ length: Math.max(0, axes - 2) }, (_, i) => i + 2), 1, 0];
    case 'DepthwiseConv2D/depthwise_kernel':
      return [2, 3, 0, 1];
    case 'Dense/kernel':
      return [1, 0];
    default:
      return undefined;
  }
}

/** A kernel `[height, width, 3, out]` summed over its three channels. */
function sumChannels(kernel: Float32Array, filters: number): Float32Array {
  const sums = new Float32Array(kernel.length / 3);
  for (let i = 0; i < kernel.length; i++) {
    const filter = i % filters;
    const pixel = Math.floor(i / (3 * filters));
    sums[pixel * filters + filter] += kernel[i];
  }
  return sums;
}

/** As {@link arrange}, of a convolution of three channels for one of one channel, where images of one shall do. */
export function arrangeGrey(pair: Pair, layout: WeightLayout): Arrange | undefined {
  const [height, width, channels, filters] = pair.target.shape;
  if (pair.layer.layer.getClassName() !== 'Conv2D' || pair.target.weight !== 'kernel' || channels !== 1)
    return undefined;
  const target = { ...pair.target, shape: [height, width, 3, filters] };
  const bring = arrange({ ...pair, target }, layout);
  return bring === undefined ? undefined : (values) => sumChannels(bring(values), filters);
}

/**
 * How the numbers of a tensor of this layout become those of its weight; undefined where its shape does not fit.
 *
 * PyTorch's `[out, in, height, width]` becomes `[height, width, in, out]`, of a depthwise convolution
 * `[in * multiplier, 1, height, width]` becomes `[height, width, in, multiplier]`, and `[out, in]` becomes `[in, out]`;
 * where a dense layer follows `Flatten`, its rows are brought from the order of channels first to that of channels last.
 */
export function arrange({ tensor, target, layer }: Pair, layout: WeightLayout): Arrange | undefined {
  const { shape } = tensor;
  const order = layout === 'torch' ? orderOf(layer.layer, target.weight, shape.length) : undefined;
  if (order === undefined) {
    const fits = same(shape, target.shape) || (shape.length < 2 && same(withoutOnes(shape), withoutOnes(target.shape)));
    return fits ? (values) => values : undefined;
  }
  if (order.length !== shape.length) return undefined;
  const moved = order.map((axis) => shape[axis]);
  // Those of a depthwise convolution's axes that lie beside each other are one in PyTorch.
  const isDepthwise = target.weight === 'depthwise_kernel' && shape[1] === 1;
  const expected = isDepthwise ? [...target.shape.slice(0, 2), target.shape[2] * target.shape[3], 1] : target.shape;
  if (!same(moved, expected)) return undefined;
  const rows = target.weight === 'kernel' && shape.length === 2 ? flattened(layer.layer) : undefined;
  if (rows === undefined) return (values) => transpose(values, shape, order);
  const channels = rows[rows.length - 1];
  const [units, size] = shape;
  // [units, channels, pixels] -> [pixels, channels, units]
  return (values) => transpose(values, [units, channels, size / channels], [2, 1, 0]);
}
