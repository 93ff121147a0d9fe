import { serialization } from '@tensorflow/tfjs-core';
import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { checkChoice, checkInteger } from '../internal/check';
import type { Head } from '../types';
import type { Activation } from './activation';
import { apply } from './apply';
import { AttentionGate } from './attention-gate';
import { BilinearUpsampling } from './bilinear-upsampling';
import { conv } from './conv';
import { convBlock } from './conv-block';
import { glorotUniform, layerSeed } from './initializer';
import { NORMS, type Norm } from './norm';

/** What of the encoder's maps a decoder joins to its own: all of them, what an attention gate lets through, or none. */
export type Skips = 'concat' | 'attention' | 'none';

/** How a decoder doubles the size: a resize and a convolution 2x2, or one transposed convolution. */
export type Upsample = 'nearest' | 'bilinear' | 'transpose';

export interface UNetDecoderOptions {
  /** Channels of the output. Default 1. */
  readonly channels?: number;
  /** Default 'concat'. */
  readonly skips?: Skips;
  /** Default 'nearest'. */
  readonly upsample?: Upsample;
  /** After each convolution but the last. Default 'none'. */
  readonly norm?: Norm;
  /** Of the output. Default 'sigmoid'; 'softmax' for classes that exclude each other, 'linear' for intensities. */
  readonly activation?: Activation;
}

const SKIPS: readonly Skips[] = ['concat', 'attention', 'none'];
const UPSAMPLES: readonly Upsample[] = ['nearest', 'bilinear', 'transpose'];

function resize(kind: 'nearest' | 'bilinear', input: SymbolicTensor, name: string): SymbolicTensor {
  if (kind === 'nearest') return apply(layers.upSampling2d({ name, size: [2, 2] }), input);
  serialization.registerClass(BilinearUpsampling);
  return apply(new BilinearUpsampling({ name }), input);
}

function join(kind: Skips, skip: SymbolicTensor, up: SymbolicTensor, name: string, seed?: number): SymbolicTensor {
  if (kind === 'none') return up;
  let shown = skip;
  if (kind === 'attention') {
    serialization.registerClass(AttentionGate);
    shown = apply(new AttentionGate({ name: `${name}/gate`, seed: layerSeed(seed, `${name}/gate`) }), [skip, up]);
  }
  return apply(layers.concatenate({ name: `${name}/concat` }), [shown, up]);
}

function checkSameSize(skip: SymbolicTensor, up: SymbolicTensor, level: number): void {
  if (skip.shape[1] === up.shape[1] && skip.shape[2] === up.shape[2]) return;
  throw new RangeError(
    `UNetDecoder: the skip of level ${level} is ${skip.shape[1]} x ${skip.shape[2]}, but the upsampled map is ` +
      `${up.shape[1]} x ${up.shape[2]}; the encoder must halve the sides from skip to skip, without rounding.`,
  );
}

/**
 * The expanding path of a U-Net. From level to level: upsample 2x, convolution 2x2, join the skip, two convolutions
 * 3x3; then a convolution 3x3 to twice the output's channels and a convolution 1x1 to the output. ReLU between.
 *
 * Features -> `[batch, height, width, channels]`, the size of the finest skip. Each level has as many maps as its skip,
 * also where `skips` is 'none'. Layers: `name/up4/resize`, `name/up4/conv1`, `name/dec4/concat`, `name/dec4/conv1`,
 * ..., `name/maps/conv1`, and `name` itself. Throws a RangeError for an option out of its range and, when applied, for
 * skips that do not halve from one to the next.
 * Source: Ronneberger, Fischer, Brox, 2015, doi:10.1007/978-3-319-24574-4_28, with upsampling in place of the
 * up-convolution and padded convolutions.
 *
 * @example
 * const lesions = UNetDecoder({ channels: 3, skips: 'attention', activation: 'softmax' });
 */
export function UNetDecoder(options: UNetDecoderOptions = {}): Head {
  const { channels = 1, skips = 'concat', upsample = 'nearest', norm = 'none', activation = 'sigmoid' } = options;
  checkInteger(channels, 1, 'UNetDecoder: channels');
  checkChoice(skips, SKIPS, 'UNetDecoder: skips');
  checkChoice(upsample, UPSAMPLES, 'UNetDecoder: upsample');
  checkChoice(norm, NORMS, 'UNetDecoder: norm');
  return (features, name, seed) => {
    if (features.skips.length === 0) throw new RangeError('UNetDecoder: the encoder must give at least 1 skip, got 0.');
    let x = features.bottleneck;
    for (let level = features.skips.length; level >= 1; level--) {
      const skip = features.skips[level - 1];
      const filters = skip.shape[3] as number;
      const step = `${name}/up${level}`;
      const transposed = upsample === 'transpose';
      if (upsample !== 'transpose') x = resize(upsample, x, `${step}/resize`);
      x = conv({ filters, kernelSize: 2, norm, activation: 'relu', transposed }, x, step, 1, seed);
      checkSameSize(skip, x, level);
      const stage = `${name}/dec${level}`;
      x = convBlock({ filters, norm })(join(skips, skip, x, stage, seed), stage, seed);
    }
    x = convBlock({ filters: 2 * channels, convs: 1, norm })(x, `${name}/maps`, seed);
    const kernelInitializer = glorotUniform(seed, name);
    return apply(layers.conv2d({ name, filters: channels, kernelSize: 1, activation, kernelInitializer }), x);
  };
}
