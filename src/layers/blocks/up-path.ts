import { serialization } from '@tensorflow/tfjs-core';
import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { inOrder } from '../../internal/in-order';
import type { Features } from '../../types';
import { AttentionGate } from '../attention-gate';
import { BilinearUpsampling } from '../bilinear-upsampling';
import { apply } from '../core/apply';
import { layerSeed } from '../core/initializer';
import { conv } from './conv';
import { convBlock } from './conv-block';
import { fit } from './fit';
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
  /** Channels of each level, finest first; left out: those of its skip. */
  readonly filters?: readonly number[] | undefined;
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

/** How often a feature map is doubled to come nearest to the size of another; once where a size is not known. */
function countDoublings(from: SymbolicTensor, to: SymbolicTensor): number {
  const counts = [1, 2].map((axis) => {
    const [own, wanted] = [from.shape[axis], to.shape[axis]];
    return own && wanted ? Math.max(0, Math.round(Math.log2(wanted / own))) : 1;
  });
  return Math.min(...counts);
}

/** The image that a feature map is computed from: the input of the net. */
function imageOf(featureMap: SymbolicTensor): SymbolicTensor | undefined {
  return inOrder([featureMap]).find(
    ({ shape, sourceLayer }) => shape.length === 4 && sourceLayer.getClassName() === 'InputLayer',
  );
}

/**
 * The levels of a U-Net's expanding path, finest first: from level to level upsample 2x, convolution 2x2, join the
 * skip, two convolutions 3x3. It ends at the size of the image: where the finest skip is smaller, a level without a skip,
 * of half as many channels, comes in front. Upsampling is repeated where a level is missing, and feature maps get a border, or lose one,
 * where the encoder rounds sizes or does not pad.
 *
 * @throws {RangeError} for skips that are far from halving from one to the next, and for filters of another number of levels.
 */
export function upPath(features: Features, options: UpPathOptions, name: string, seed?: number): SymbolicTensor[] {
  const { skips, upsample, norm, filters: own, caller } = options;
  if (own !== undefined && own.length !== features.skips.length) {
    throw new RangeError(
      `${caller}: filters must have a number for each of the ${features.skips.length} skips, finest first, got ${own.length}.`,
    );
  }
  const levels: SymbolicTensor[] = [];
  /** Brings `x` to the size of `like`. */
  const raise = (from: SymbolicTensor, like: SymbolicTensor, level: number, filters: number): SymbolicTensor => {
    const step = `${name}/up${level}`;
    const count = countDoublings(from, like);
    let x = from;
    for (let i = 1; i <= Math.max(1, count); i++) {
      const doubles = i <= count;
      const transposed = doubles && upsample === 'transpose';
      if (doubles && upsample !== 'transpose') x = resize(upsample, x, `${step}/resize${i === 1 ? '' : i}`);
      x = conv({ filters, kernelSize: 2, norm, activation: 'relu', transposed }, x, step, i, seed);
    }
    return fit(x, like, level, step, caller);
  };
  let x = features.bottleneck;
  for (let level = features.skips.length; level >= 1; level--) {
    const skip = features.skips[level - 1];
    const filters = own?.[level - 1] ?? (skip.shape[3] as number);
    const stage = `${name}/dec${level}`;
    const raised = raise(x, skip, level, filters);
    x = convBlock({ filters, norm })(join(skips, skip, raised, stage, seed), stage, seed);
    levels.unshift(x);
  }
  const image = imageOf(features.skips[0] ?? x);
  const isSmaller = [1, 2].some((axis) => image?.shape[axis] && x.shape[axis] && x.shape[axis] !== image.shape[axis]);
  if (image === undefined || !isSmaller) return levels;
  const filters = Math.max(1, Math.floor((x.shape[3] as number) / 2));
  x = convBlock({ filters, norm })(raise(x, image, 0, filters), `${name}/dec0`, seed);
  return [x, ...levels];
}
