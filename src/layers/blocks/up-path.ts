import { serialization } from '@tensorflow/tfjs-core';
import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { Features } from '../../types';
import { AttentionGate } from '../attention-gate';
import { BilinearUpsampling } from '../bilinear-upsampling';
import { apply } from '../core/apply';
import { layerSeed } from '../core/initializer';
import { conv } from './conv';
import { convBlock } from './conv-block';
import type { Norm } from './norm';

/**
 * What a decoder joins to its own feature map from a skip: all of it, what an attention gate lets through, or nothing.
 */
export type Skips = 'concat' | 'attention' | 'none';

/** How a decoder doubles the size: a resize and a convolution 2x2, or one transposed convolution. */
export type Upsample = 'nearest' | 'bilinear' | 'transpose';

export interface UpPathOptions {
  readonly skips: Skips;
  readonly upsample: Upsample;
  readonly norm: Norm;
  /** For error messages. */
  readonly caller: string;
}

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

function checkSameSize(skip: SymbolicTensor, up: SymbolicTensor, level: number, caller: string): void {
  if (skip.shape[1] === up.shape[1] && skip.shape[2] === up.shape[2]) return;
  throw new RangeError(
    `${caller}: the skip of level ${level} is ${skip.shape[1]} x ${skip.shape[2]}, but the upsampled feature map is ` +
      `${up.shape[1]} x ${up.shape[2]}; the encoder must halve the sides from skip to skip, without rounding.`,
  );
}

/**
 * The levels of a U-Net's expanding path, finest first: from level to level upsample 2x, convolution 2x2, join the
 * skip, two convolutions 3x3.
 *
 * @throws {RangeError} for skips that do not halve from one to the next.
 */
export function upPath(
  features: Features,
  { skips, upsample, norm, caller }: UpPathOptions,
  name: string,
  seed?: number,
): SymbolicTensor[] {
  const levels: SymbolicTensor[] = [];
  let x = features.bottleneck;
  for (let level = features.skips.length; level >= 1; level--) {
    const skip = features.skips[level - 1];
    const filters = skip.shape[3] as number;
    const step = `${name}/up${level}`;
    const transposed = upsample === 'transpose';
    if (upsample !== 'transpose') x = resize(upsample, x, `${step}/resize`);
    x = conv({ filters, kernelSize: 2, norm, activation: 'relu', transposed }, x, step, 1, seed);
    checkSameSize(skip, x, level, caller);
    const stage = `${name}/dec${level}`;
    x = convBlock({ filters, norm })(join(skips, skip, x, stage, seed), stage, seed);
    levels.unshift(x);
  }
  return levels;
}
