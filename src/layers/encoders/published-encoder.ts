import { tensor, tidy } from '@tensorflow/tfjs-core';
import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { checkChoice, checkInteger } from '../../internal/check';
import { checkBoolean } from '../../internal/check-kinds';
import type { Encoder } from '../../types';
import { apply } from '../core/apply';
import { checkImages } from '../core/check-images';
import { fuseConv2d } from '../fused/fuse-conv2d';
import { type NamedLayers, type NetOptions, namedLayers } from './named-layers';
import { AFFINES, type Preprocessing } from './preprocess';

/** What all encoders of published networks take. */
export interface PublishedEncoderOptions {
  /** How many of the network's stages there are, finest first; the last one's feature map is the bottleneck. Default: all. */
  readonly stages?: number | undefined;
  /**
   * Puts the preprocessing that the published weights expect inside the net, in front of the first layer, so that images
   * in [0, 1] go in; saved models keep it. Default: false: what goes in is what the first convolution sees.
   */
  readonly preprocess?: boolean | undefined;
  /**
   * Images of one channel: `'repeat'` makes three equal channels of it, as published kernels expect; `'sum'` makes a first
   * convolution of one channel, for kernels that have been summed over theirs, which is the same in a third of its time
   * (behind a preprocessing only where that treats all channels alike). Images of other numbers of channels
   * than 1 and 3 get a first convolution of that many, which published weights do not fit. Default: `'repeat'`.
   */
  readonly grey?: 'repeat' | 'sum' | undefined;
  /** Freezes this many stages, finest first, or all; `freeze` and `unfreeze` change it. Default: 0. */
  readonly frozen?: 'all' | number | undefined;
}

/** The names of {@link PublishedEncoderOptions}. */
export const PUBLISHED_OPTIONS = ['stages', 'preprocess', 'grey', 'frozen'] as const;

/** One stage of a network, from the feature map before it to its own. */
export type Stage = (x: SymbolicTensor, net: NamedLayers) => SymbolicTensor;

/** A published network. */
export interface Architecture extends Pick<NetOptions, 'kernels' | 'epsilon' | 'momentum'> {
  /** The function that makes it, for errors. */
  readonly caller: string;
  readonly preprocessing: Preprocessing;
  /** The least length of a side. */
  readonly smallest: number;
  /** Each ends in a feature map half as high and wide as the one before. */
  readonly stages: readonly Stage[];
}

/** Whether a preprocessing treats all channels alike. */
const isEven = ({ from, scale, offset }: (typeof AFFINES)[Preprocessing]): boolean =>
  from.every((channel, i) => channel === i && scale[i] === scale[0] && offset[i] === offset[0]);

/** A frozen convolution 1x1 that computes a preprocessing, of three channels or of a grey one. */
function preprocessByConvolution(input: SymbolicTensor, name: string, kind: Preprocessing): SymbolicTensor {
  const { from, scale, offset } = AFFINES[kind];
  const channels = input.shape[3] as number;
  const zeros = { kernelInitializer: 'zeros', biasInitializer: 'zeros', trainable: false } as const;
  const layer = fuseConv2d(layers.conv2d({ name, filters: 3, kernelSize: 1, ...zeros }));
  const output = apply(layer, input);
  tidy(() => {
    const kernel = new Float32Array(channels * 3);
    for (const [i, channel] of from.entries()) kernel[(channels === 1 ? 0 : channel) * 3 + i] = scale[i];
    layer.setWeights([tensor(kernel, [1, 1, channels, 3]), tensor([...offset])]);
  });
  return output;
}

/** What the first convolution sees of the images. */
function prepare(
  input: SymbolicTensor,
  name: string,
  { caller, preprocessing }: Architecture,
  { preprocess = false, grey = 'repeat' }: PublishedEncoderOptions,
): SymbolicTensor {
  const channels = input.shape[3] as number;
  const repeats = channels === 1 && grey === 'repeat';
  if (!preprocess) {
    return repeats ? apply(layers.concatenate({ name: `${name}/grey` }), [input, input, input]) : input;
  }
  if (channels !== 1 && channels !== 3) {
    throw new RangeError(`${caller}: preprocess is for images of 1 or 3 channels, got ${channels}.`);
  }
  const affine = AFFINES[preprocessing];
  if (!isEven(affine)) {
    if (channels === 1 && !repeats) {
      throw new RangeError(
        `${caller}: with preprocess, which differs between channels, grey must be 'repeat', got 'sum': zeros are padded ` +
          'after the means are subtracted, so that no kernel of one channel is the same at the border.',
      );
    }
    return preprocessByConvolution(input, `${name}/preprocess`, preprocessing);
  }
  const rescaling = layers.rescaling({
    name: `${name}/preprocess`,
    scale: affine.scale[0],
    offset: affine.offset[0],
  });
  const rescaled = apply(rescaling, input);
  return repeats ? apply(layers.concatenate({ name: `${name}/grey` }), [rescaled, rescaled, rescaled]) : rescaled;
}

function checkSides(input: SymbolicTensor, { caller, smallest }: Architecture): void {
  checkImages(input, caller);
  const [, height, width] = input.shape;
  if (height === null || width === null) {
    throw new RangeError(`${caller}: height and width of the input must be known, got ${height} x ${width}.`);
  }
  if (Math.min(height, width) >= smallest) return;
  throw new RangeError(`${caller}: the sides of the input must be at least ${smallest}, got ${height} x ${width}.`);
}

/**
 * An encoder of a published network. Behind each stage stands a linear activation named `name/stage1`, `name/stage2`, ...,
 * whose output is the stage's feature map: by these names stages are found again in a net that was loaded.
 */
export function publishedEncoder(architecture: Architecture, options: PublishedEncoderOptions): Encoder {
  const { caller, stages: all, kernels, epsilon, momentum } = architecture;
  const { stages = all.length, preprocess = false, grey = 'repeat', frozen = 0 } = options;
  checkInteger(stages, 1, `${caller}: stages`);
  if (stages > all.length) {
    throw new RangeError(`${caller}: stages must be at most ${all.length}, got ${stages}.`);
  }
  checkBoolean(preprocess, `${caller}: preprocess`);
  checkChoice(grey, ['repeat', 'sum'], `${caller}: grey`);
  if (frozen !== 'all') {
    if (typeof frozen === 'string') {
      throw new RangeError(`${caller}: frozen must be 'all' or a number of stages, got '${frozen}'.`);
    }
    checkInteger(frozen, 0, `${caller}: frozen`);
    if (frozen > stages) throw new RangeError(`${caller}: frozen must be at most the ${stages} stages, got ${frozen}.`);
  }
  const frozenStages = frozen === 'all' ? stages : frozen;
  return (input, name, seed) => {
    checkSides(input, architecture);
    const levels: SymbolicTensor[] = [];
    const net = namedLayers({ prefix: name, seed, kernels, epsilon, momentum });
    let x = prepare(input, name, architecture, options);
    for (const [i, stage] of all.slice(0, stages).entries()) {
      const before = net.made.length;
      x = net.activate(stage(x, net), `stage${i + 1}`, 'linear');
      const made = net.made.slice(i < frozenStages ? before : net.made.length);
      for (const layer of made) if (layer.weights.length > 0) layer.trainable = false;
      levels.push(x);
    }
    return { skips: levels.slice(0, -1), bottleneck: levels[levels.length - 1] };
  };
}
