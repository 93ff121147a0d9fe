import { layers } from '@tensorflow/tfjs-layers';
import { checkChoice, checkInteger } from '../../internal/check';
import { checkOptions } from '../../internal/check-options';
import type { Head } from '../../types';
import { convBlock } from '../blocks/conv-block';
import { NORMS, type Norm } from '../blocks/norm';
import { type Activation, checkActivation } from '../core/activation';
import { apply } from '../core/apply';
import { glorotUniform } from '../core/initializer';

/** Options of {@link SegmentationHead}. */
export interface SegmentationHeadOptions {
  /** Channels of the output. Default: 1. */
  readonly channels?: number | undefined;
  /** After the convolution 3x3. Default: `'none'`. */
  readonly norm?: Norm | undefined;
  /** Of the output. Default: `'sigmoid'`; 'softmax' for classes that exclude each other, 'linear' for intensities. */
  readonly activation?: Activation | undefined;
}

/**
 * A value for each pixel of the bottleneck, or of the level that it is attached to: the last two layers of a U-Net, a
 * convolution 3x3 to twice the output's channels (ReLU) and a convolution 1x1.
 *
 * The output layers for a shared decoder.
 *
 * Features -> `[batch, height, width, channels]`, the bottleneck's size. Layers: `name/maps/conv1` and `name` itself.
 * Source: Ronneberger, Fischer, Brox, 2015, doi:10.1007/978-3-319-24574-4_28.
 *
 * @throws {RangeError} for an option out of its range.
 * @example
 * ```ts
 * import { attach, SegmentationHead, UNetEncoder, withDecoder } from 'tfjs-multitask/layers';
 * import { multitask } from 'tfjs-multitask/models';
 *
 * const model = multitask({
 *   inputShape: [32, 32, 1],
 *   encoder: withDecoder(UNetEncoder({ filters: [4, 8, 16] })),
 *   heads: { lesions: attach(SegmentationHead({ channels: 3, activation: 'softmax' }), { level: 1 }) },
 * });
 * ```
 */
export function SegmentationHead(options: SegmentationHeadOptions = {}): Head {
  checkOptions(options, ['channels', 'norm', 'activation'], 'SegmentationHead');
  const { channels = 1, norm = 'none', activation = 'sigmoid' } = options;
  checkInteger(channels, 1, 'SegmentationHead: channels');
  checkActivation(activation, 'SegmentationHead: activation', { channels });
  checkChoice(norm, NORMS, 'SegmentationHead: norm');
  return ({ bottleneck }, name, seed) => {
    const features = convBlock({ filters: 2 * channels, convs: 1, norm })(bottleneck, `${name}/maps`, seed);
    const kernelInitializer = glorotUniform(seed, name);
    return apply(layers.conv2d({ name, filters: channels, kernelSize: 1, activation, kernelInitializer }), features);
  };
}
