import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { checkOptions } from '../../internal/check-options';
import type { Encoder } from '../../types';
import type { NamedLayers } from './named-layers';
import { PUBLISHED_OPTIONS, type PublishedEncoderOptions, publishedEncoder, type Stage } from './published-encoder';

/** Options of {@link VGG16Encoder}. */
export type VGG16EncoderOptions = PublishedEncoderOptions;

/** Filters and convolutions of each block. */
const BLOCKS = [
  [64, 2],
  [128, 2],
  [256, 3],
  [512, 3],
  [512, 3],
] as const;

const pool = (x: SymbolicTensor, net: NamedLayers, block: number) => net.maxPool(x, `block${block}_pool`, 2);

const blocks = BLOCKS.map(([filters, convs], i): Stage => {
  return (input, net) => {
    let x = i === 0 ? input : pool(input, net, i);
    for (let c = 1; c <= convs; c++) {
      x = net.conv(x, `block${i + 1}_conv${c}`, filters, 3, { bias: true, activation: 'relu' });
    }
    return x;
  };
});

/**
 * VGG16 without its dense layers: 13 convolutions 3x3 in five blocks, a max-pooling behind each.
 *
 * `[batch, height, width, channels]`, sides of at least 32 -> skips at strides 1, 2, 4, 8 and 16 with 64, 128, 256, 512
 * and 512 channels (the last convolution of each block), and the last pooling as bottleneck, stride 32 and 512 channels:
 * stages 1 to 6. The poolings drop the last row and column of odd sides. 14,714,688 parameters for three channels, with
 * the layer names of `keras.applications.VGG16`: `name/block1_conv1`, .... Preprocessing: `'caffe'`.
 * Source: Simonyan, Zisserman, 2015, arXiv:1409.1556.
 *
 * @throws {RangeError} for an option out of its range and, when applied, for smaller images.
 * @example
 * ```ts
 * import { VGG16Encoder } from 'tfjs-multitask/layers';
 *
 * const encoder = VGG16Encoder({ preprocess: true, frozen: 4 });
 * ```
 */
export function VGG16Encoder(options: VGG16EncoderOptions = {}): Encoder {
  checkOptions(options, PUBLISHED_OPTIONS, 'VGG16Encoder');
  const last: Stage = (x, net) => pool(x, net, BLOCKS.length);
  const norms = { epsilon: 1e-3, momentum: 0.99 };
  const shared = { caller: 'VGG16Encoder', preprocessing: 'caffe', smallest: 32, kernels: 'glorot' } as const;
  return publishedEncoder({ ...shared, ...norms, stages: [...blocks, last] }, options);
}
