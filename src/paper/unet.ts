import { checkOptions } from '../internal/check-options';
import type { Norm } from '../layers/blocks/norm';
import { UNetDecoder } from '../layers/builders/unet-decoder';
import { UNetEncoder } from '../layers/builders/unet-encoder';
import { multitask } from '../models/multitask';
import type { MultitaskModel } from '../types';
import { filtersByLevel } from './filters-by-level';

/** Options of {@link unet}. */
export interface UNetOptions {
  /** `[height, width, channels]`. Default: `[256, 256, 1]`. */
  readonly inputShape?: readonly [height: number, width: number, channels: number] | undefined;
  /** Filters of the first of five levels, doubled from level to level, or of each level. Default: 64. */
  readonly filters?: number | readonly number[] | undefined;
  /** After each convolution. Default: `'none'`. */
  readonly norm?: Norm | undefined;
  /** Rate of the dropout after each level of the encoder. Default: 0. */
  readonly dropout?: number | undefined;
  /** Makes the initial weights and the dropout masks reproducible. Default: none, they are drawn anew each time. */
  readonly seed?: number | undefined;
}

/**
 * The paper's baseline for segmentation alone, a U-Net: the encoder and the decoder of `amyar2020`.
 *
 * `[batch, height, width, channels]` -> `segmentation` `[batch, height, width, 1]`, sigmoid. 31,031,685 parameters for
 * 1 channel.
 * Source: Ronneberger, Fischer, Brox, 2015, doi:10.1007/978-3-319-24574-4_28.
 *
 * @throws {RangeError} for sides that are not multiples of 16, and for an option out of its range.
 * @example
 * ```ts
 * import { unet } from 'tfjs-multitask/paper';
 *
 * const model = unet({ inputShape: [64, 64, 1], filters: 8, seed: 1 });
 * ```
 */
export function unet(options: UNetOptions = {}): MultitaskModel<'segmentation'> {
  checkOptions(options, ['inputShape', 'filters', 'norm', 'dropout', 'seed'], 'unet');
  const { inputShape = [256, 256, 1], filters = 64, norm = 'none', dropout = 0, seed } = options;
  return multitask({
    inputShape,
    encoder: UNetEncoder({ filters: filtersByLevel(filters, 5), norm, dropout }),
    heads: { segmentation: UNetDecoder({ norm }) },
    name: 'unet',
    seed,
  });
}
