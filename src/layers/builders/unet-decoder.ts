import { checkChoice, checkInteger } from '../../internal/check';
import { checkArray } from '../../internal/check-kinds';
import { checkOptions } from '../../internal/check-options';
import type { Head } from '../../types';
import { NORMS, type Norm } from '../blocks/norm';
import { type Skips, type Upsample, upPath } from '../blocks/up-path';
import { type Activation, checkActivation } from '../core/activation';
import { SegmentationHead } from './segmentation-head';

/** Options of {@link UNetDecoder}. */
export interface UNetDecoderOptions {
  /** Channels of the output. Default: 1. */
  readonly channels?: number | undefined;
  /** Channels of each level, one for each skip, finest first. Default: those of the skips. */
  readonly filters?: readonly number[] | undefined;
  /** Default: `'concat'`. */
  readonly skips?: Skips | undefined;
  /** Default: `'nearest'`. */
  readonly upsample?: Upsample | undefined;
  /** After each convolution but the last. Default: `'none'`. */
  readonly norm?: Norm | undefined;
  /** Of the output. Default: `'sigmoid'`; 'softmax' for classes that exclude each other, 'linear' for intensities. */
  readonly activation?: Activation | undefined;
}

const SKIPS: readonly Skips[] = ['concat', 'attention', 'none'];
const UPSAMPLES: readonly Upsample[] = ['nearest', 'bilinear', 'transpose'];

/**
 * The expanding path of a U-Net.
 *
 * From level to level: upsample 2x, convolution 2x2, join the skip, two convolutions 3x3; then a convolution 3x3 to
 * twice the output's channels and a convolution 1x1 to the output. ReLU between.
 *
 * Features -> `[batch, height, width, channels]`, the size of the image. Each level has as many channels as its skip, also
 * where `skips` is 'none', or what `filters` says: thin decoders do for encoders of hundreds of channels, whose own number costs most of a step. Where the finest skip is smaller than the image, as those of published encoders mostly are, a
 * last level without a skip, of half as many channels, comes behind it (`name/up0/...`, `name/dec0/...`). Upsampled feature maps get a border of
 * zeros, or lose their last row or column, where the encoder rounds sizes or does not pad. Layers: `name/up4/resize`, `name/up4/conv1`, `name/dec4/concat`,
 * `name/dec4/conv1`, ..., `name/maps/conv1`, and `name` itself.
 * Source: Ronneberger, Fischer, Brox, 2015, doi:10.1007/978-3-319-24574-4_28, with upsampling in place of the
 * up-convolution and padded convolutions.
 *
 * @throws {RangeError} for an option out of its range and, when applied, for skips that are far from halving from one to
 * the next, or of another number than `filters`.
 * @example
 * ```ts
 * import { UNetDecoder, UNetEncoder } from 'tfjs-multitask/layers';
 * import { multitask } from 'tfjs-multitask/models';
 *
 * const model = multitask({
 *   inputShape: [32, 32, 1],
 *   encoder: UNetEncoder({ filters: [4, 8, 16] }),
 *   heads: { lesions: UNetDecoder({ channels: 3, skips: 'attention', activation: 'softmax' }) },
 * });
 * ```
 */
export function UNetDecoder(options: UNetDecoderOptions = {}): Head {
  checkOptions(options, ['channels', 'filters', 'skips', 'upsample', 'norm', 'activation'], 'UNetDecoder');
  const {
    channels = 1,
    filters,
    skips = 'concat',
    upsample = 'nearest',
    norm = 'none',
    activation = 'sigmoid',
  } = options;
  checkInteger(channels, 1, 'UNetDecoder: channels');
  if (filters !== undefined) {
    checkArray(filters, 'UNetDecoder: filters');
    for (const count of filters) checkInteger(count, 1, 'UNetDecoder: filters');
  }
  checkChoice(skips, SKIPS, 'UNetDecoder: skips');
  checkChoice(upsample, UPSAMPLES, 'UNetDecoder: upsample');
  checkActivation(activation, 'UNetDecoder: activation', { channels });
  checkChoice(norm, NORMS, 'UNetDecoder: norm');
  const toOutput = SegmentationHead({ channels, norm, activation });
  return (features, name, seed) => {
    if (features.skips.length === 0) throw new RangeError('UNetDecoder: the encoder must have at least 1 skip, got 0.');
    const [finest] = upPath(features, { skips, upsample, norm, filters, caller: 'UNetDecoder' }, name, seed);
    return toOutput({ skips: [], bottleneck: finest }, name, seed);
  };
}
