import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { Activation } from '../core/activation';
import { apply } from '../core/apply';
import { heNormal } from '../core/initializer';
import { fuseConv2d } from '../fused/fuse-conv2d';
import { applyNorm, type Norm } from './norm';

export interface ConvOptions {
  readonly filters: number;
  readonly kernelSize: number;
  readonly norm: Norm;
  readonly activation: Activation;
  /** A transposed convolution with stride 2: the output is twice as high and wide. */
  readonly transposed?: boolean | undefined;
}

/** Convolution number `index` of a block with its normalization and activation; the size stays. */
export function conv(
  { filters, kernelSize, norm, activation, transposed = false }: ConvOptions,
  input: SymbolicTensor,
  block: string,
  index: number,
  seed?: number,
): SymbolicTensor {
  const name = `${block}/conv${index}`;
  const plain = norm === 'none';
  const args = {
    name,
    filters,
    kernelSize,
    padding: 'same' as const,
    // A normalization subtracts the mean anyway, and has an offset itself.
    useBias: plain,
    activation: plain ? activation : ('linear' as const),
    kernelInitializer: heNormal(seed, name),
  };
  const layer = transposed ? layers.conv2dTranspose({ ...args, strides: 2 }) : fuseConv2d(layers.conv2d(args));
  const convolved = apply(layer, input);
  if (plain) return convolved;
  const normalized = applyNorm(norm, convolved, `${block}/norm${index}`);
  return apply(layers.activation({ name: `${block}/${activation}${index}`, activation }), normalized);
}
