import { depthwiseFirst, kernelFirst } from '../graph/axes';
import type { Weight } from '../graph/graph';
import { activate } from './activations';
import type { Attribute } from './builder';
import type { CallWriter } from './call-writer';

type Attributes = Readonly<Record<string, Attribute>>;

/** Where a window lies: 'same' as in TensorFlow, with the odd pixel behind, or without any padding. */
export function windows(writer: CallWriter, size: string): Attributes {
  const padding = writer.option<string>('padding');
  if (padding !== 'same' && padding !== 'valid') writer.refuse(`the padding '${padding}' has no form there`);
  const kernel_shape = writer.option<number[]>(size);
  const strides = writer.option<number[]>('strides');
  const dilations = writer.option<number[] | undefined>('dilationRate');
  const own = { kernel_shape, strides, ...(dilations && { dilations }) };
  if (padding === 'valid') return own;
  // With strides, padding depends on the size of the image; runtimes do not know `auto_pad` with dilations.
  if (strides.some((stride) => stride > 1)) return { ...own, auto_pad: 'SAME_UPPER' };
  return { ...own, pads: split(kernel_shape.map((length, axis) => (length - 1) * (dilations?.[axis] ?? 1))) };
}

/** Pixels on both sides of each axis, the odd one behind. */
const split = (pixels: readonly number[]): number[] => [
  ...pixels.map((n) => Math.floor(n / 2)),
  ...pixels.map((n) => Math.ceil(n / 2)),
];

/** The convolution of a kernel as the format has it, its bias and activation. */
function convolve(writer: CallWriter, type: string, kernel: Weight, attributes: Attributes): string {
  const { bias } = writer.call.layer.weights;
  const biases = bias === undefined ? [] : [writer.weight('bias', bias)];
  return activate(
    writer.node(type, [writer.inputs[0], writer.weight('kernel', kernel), ...biases], attributes),
    writer,
  );
}

export function conv(writer: CallWriter): string {
  const kernel = kernelFirst(writer.call.layer.weights.kernel);
  return convolve(writer, 'Conv', kernel, windows(writer, 'kernelSize'));
}

export function depthwise(writer: CallWriter): string {
  const group = writer.shape[writer.rank - 1] as number;
  const kernel = depthwiseFirst(writer.call.layer.weights.depthwise_kernel);
  return convolve(writer, 'Conv', kernel, { ...windows(writer, 'kernelSize'), group });
}

/** With padding the image grows by the strides, whatever the kernel. */
export function transposedConv(writer: CallWriter): string {
  const kernel_shape = writer.option<number[]>('kernelSize');
  const strides = writer.option<number[]>('strides');
  const kernel = kernelFirst(writer.call.layer.weights.kernel);
  const over = kernel_shape.map((size, axis) => size - strides[axis]);
  const grown = { kernel_shape, strides, output_padding: over.map((pixels) => Math.max(0, -pixels)) };
  const pads = { pads: split(over.map((pixels) => Math.max(0, pixels))) };
  const isPadded = writer.option<string>('padding') === 'same';
  return convolve(writer, 'ConvTranspose', kernel, { ...grown, ...(isPadded && pads) });
}
