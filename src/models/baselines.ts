import type { Norm } from '../layers/blocks/norm';
import { ConvEncoder } from '../layers/builders/conv-encoder';
import { MLPHead } from '../layers/builders/mlp-head';
import { UNetDecoder } from '../layers/builders/unet-decoder';
import { UNetEncoder } from '../layers/builders/unet-encoder';
import type { MultitaskModel } from '../types';
import { levels } from './levels';
import { multitask } from './multitask';

export interface UNetOptions {
  /** `[height, width, channels]`. Default [256, 256, 1]. */
  readonly inputShape?: readonly [height: number, width: number, channels: number];
  /** Filters of the first of five levels, doubled from level to level, or of each level. Default 64. */
  readonly filters?: number | readonly number[];
  /** After each convolution. Default 'none'. */
  readonly norm?: Norm;
  /** Rate of the dropout after each level of the encoder. Default 0. */
  readonly dropout?: number;
  /** Makes the initial weights and the dropout masks reproducible. */
  readonly seed?: number;
}

/**
 * The paper's baseline for segmentation alone, a U-Net: the encoder and the decoder of `amyar2020`.
 *
 * `[batch, height, width, channels]` -> `segmentation` `[batch, height, width, 1]`, sigmoid. 31,031,685 parameters for
 * 1 channel. Throws a RangeError for sides that are not multiples of 16.
 * Source: Ronneberger, Fischer, Brox, 2015, doi:10.1007/978-3-319-24574-4_28.
 *
 * @example
 * const model = unet({ inputShape: [64, 64, 1], filters: 8, seed: 1 });
 */
export function unet(options: UNetOptions = {}): MultitaskModel<'segmentation'> {
  const { inputShape = [256, 256, 1], filters = 64, norm = 'none', dropout = 0, seed } = options;
  return multitask({
    inputShape,
    encoder: UNetEncoder({ filters: levels(filters, 5), norm, dropout }),
    heads: { segmentation: UNetDecoder({ norm }) },
    name: 'unet',
    seed,
  });
}

export interface Cnn8Options {
  /** `[height, width, channels]`. Default [256, 256, 1]. */
  readonly inputShape?: readonly [height: number, width: number, channels: number];
  /** Filters of the first of six levels, doubled from level to level, or of each level. Default 8. */
  readonly filters?: number | readonly number[];
  /** Makes the initial weights and the dropout masks reproducible. */
  readonly seed?: number;
}

/**
 * The paper's baseline for classification alone: six convolutions 3x3 of 8 to 256 filters, each followed by max-pooling
 * and dropout 0.25, then Dense 128 (dropout 0.5) and Dense 1; ELU.
 *
 * `[batch, height, width, channels]` -> `classification` `[batch, 1]`, sigmoid. 917,953 parameters at 256x256x1,
 * 2,490,817 at 512x512x1.
 * Source: Amyar, Modzelewski, Ruan, 2020, doi:10.1101/2020.04.16.20064709.
 *
 * @example
 * const model = cnn8({ inputShape: [64, 64, 1], seed: 1 });
 */
export function cnn8(options: Cnn8Options = {}): MultitaskModel<'classification'> {
  const { inputShape = [256, 256, 1], filters = 8, seed } = options;
  return multitask({
    inputShape,
    encoder: ConvEncoder({ filters: levels(filters, 6) }),
    heads: { classification: MLPHead({ filters: 0, units: [128] }) },
    name: 'cnn8',
    seed,
  });
}
