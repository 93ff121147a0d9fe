import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { ConvArgs, NamedLayers } from './named-layers';

/** A convolution without bias, its normalization without factor and ReLU, under numbers, as the Inception networks have them. */
export function numberedConv(
  x: SymbolicTensor,
  net: NamedLayers,
  filters: number,
  size: Parameters<NamedLayers['conv']>[3],
  args: Pick<ConvArgs, 'strides' | 'padding'> = {},
): SymbolicTensor {
  const convolved = net.conv(x, net.numbered('conv2d'), filters, size, args);
  const normalized = net.batchNorm(convolved, net.numbered('batch_normalization'), false);
  return net.activate(normalized, net.numbered('activation'));
}

/** Filters and size of a convolution; with a third member it halves the size and has no padding. */
type Step = readonly [filters: number, size: Parameters<NamedLayers['conv']>[3], halve?: 'halve'];

/** Convolutions one behind the other. */
export function numberedConvs(input: SymbolicTensor, net: NamedLayers, steps: readonly Step[]): SymbolicTensor {
  let x = input;
  for (const [filters, size, halve] of steps) {
    x = numberedConv(x, net, filters, size, halve ? { strides: 2, padding: 'valid' } : {});
  }
  return x;
}

/** Branches side by side, each a list of convolutions, in the order in which Keras builds them. */
export const numberedBranches = (
  x: SymbolicTensor,
  net: NamedLayers,
  branches: readonly (readonly Step[])[],
): SymbolicTensor[] => branches.map((steps) => numberedConvs(x, net, steps));

/** A max-pooling that halves the size. */
export const inceptionPool = (x: SymbolicTensor, net: NamedLayers): SymbolicTensor =>
  net.maxPool(x, net.numbered('max_pooling2d'), 3);

/** The branch behind an average pooling. */
export function averageBranch(x: SymbolicTensor, net: NamedLayers, filters: number): SymbolicTensor {
  return numberedConv(net.averagePool(x, net.numbered('average_pooling2d'), 3, 1), net, filters, 1);
}

/** The first two stages of both Inception networks, which have no padding at strides 2 and 4. */
export function inceptionStem(x: SymbolicTensor, net: NamedLayers): SymbolicTensor {
  let y = numberedConv(x, net, 32, 3, { strides: 2, padding: 'valid' });
  y = numberedConv(y, net, 32, 3, { padding: 'valid' });
  return numberedConv(y, net, 64, 3);
}

export function inceptionSecond(x: SymbolicTensor, net: NamedLayers): SymbolicTensor {
  let y = inceptionPool(x, net);
  y = numberedConv(y, net, 80, 1, { padding: 'valid' });
  return numberedConv(y, net, 192, 3, { padding: 'valid' });
}
