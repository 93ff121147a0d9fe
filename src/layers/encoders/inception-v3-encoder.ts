import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { checkOptions } from '../../internal/check-options';
import type { Encoder } from '../../types';
import {
  averageBranch,
  inceptionPool,
  inceptionSecond,
  inceptionStem,
  numberedBranches,
  numberedConv,
  numberedConvs,
} from './inception-blocks';
import type { NamedLayers } from './named-layers';
import { PUBLISHED_OPTIONS, type PublishedEncoderOptions, publishedEncoder, type Stage } from './published-encoder';

/** Options of {@link InceptionV3Encoder}. */
export type InceptionV3EncoderOptions = PublishedEncoderOptions;

/** Branches of kernels up to 5x5. */
function blockA(x: SymbolicTensor, net: NamedLayers, name: string, poolFilters: number): SymbolicTensor {
  const branches = numberedBranches(x, net, [
    [[64, 1]],
    [
      [48, 1],
      [64, 5],
    ],
    [
      [64, 1],
      [96, 3],
      [96, 3],
    ],
  ]);
  return net.concat([...branches, averageBranch(x, net, poolFilters)], name);
}

/** Branches of kernels 1x7 and 7x1. */
function blockB(x: SymbolicTensor, net: NamedLayers, name: string, filters: number): SymbolicTensor {
  const branches = numberedBranches(x, net, [
    [[192, 1]],
    [
      [filters, 1],
      [filters, [1, 7]],
      [192, [7, 1]],
    ],
    [
      [filters, 1],
      [filters, [7, 1]],
      [filters, [1, 7]],
      [filters, [7, 1]],
      [192, [1, 7]],
    ],
  ]);
  return net.concat([...branches, averageBranch(x, net, 192)], name);
}

/** Branches that end in kernels 1x3 and 3x1 side by side. */
function blockC(x: SymbolicTensor, net: NamedLayers, index: number): SymbolicTensor {
  const split = (y: SymbolicTensor) => numberedBranches(y, net, [[[384, [1, 3]]], [[384, [3, 1]]]]);
  const single = numberedConv(x, net, 320, 1);
  const second = net.concat(split(numberedConv(x, net, 384, 1)), `mixed9_${index}`);
  const deeper = numberedConvs(x, net, [
    [448, 1],
    [384, 3],
  ]);
  const third = net.concat(split(deeper), net.numbered('concatenate'));
  return net.concat([single, second, third, averageBranch(x, net, 192)], `mixed${9 + index}`);
}

const third: Stage = (input, net) => {
  let x = inceptionPool(input, net);
  for (const [i, filters] of [32, 64, 64].entries()) x = blockA(x, net, `mixed${i}`, filters);
  return x;
};

const fourth: Stage = (input, net) => {
  const branches = numberedBranches(input, net, [
    [[384, 3, 'halve']],
    [
      [64, 1],
      [96, 3],
      [96, 3, 'halve'],
    ],
  ]);
  let x = net.concat([...branches, inceptionPool(input, net)], 'mixed3');
  for (const [i, filters] of [128, 160, 160, 192].entries()) x = blockB(x, net, `mixed${4 + i}`, filters);
  return x;
};

const fifth: Stage = (input, net) => {
  const branches = numberedBranches(input, net, [
    [
      [192, 1],
      [320, 3, 'halve'],
    ],
    [
      [192, 1],
      [192, [1, 7]],
      [192, [7, 1]],
      [192, 3, 'halve'],
    ],
  ]);
  const x = net.concat([...branches, inceptionPool(input, net)], 'mixed8');
  return blockC(blockC(x, net, 0), net, 1);
};

/**
 * InceptionV3 without its dense layer: branches of convolutions of several sizes side by side.
 *
 * `[batch, height, width, channels]`, sides of at least 75 -> skips at strides 2, 4, 8 and 16 with 64, 192, 288 and 768
 * channels, and the bottleneck at stride 32 with 2048: stages 1 to 5. None is at stride 1. Many convolutions have no
 * padding, so that feature maps are a little smaller than that (147, 71, 35, 17 and 8 of 299); decoders add the border that
 * is missing. 21,802,784 parameters for three channels; layers that
 * `keras.applications.InceptionV3` only numbers have the numbers of the first such net of a session: `name/conv2d`,
 * `name/batch_normalization`, `name/conv2d_1`, .... Preprocessing: `'tf'`.
 * Source: Szegedy, Vanhoucke, Ioffe, Shlens, Wojna, 2016, doi:10.1109/CVPR.2016.308.
 *
 * @throws {RangeError} for an option out of its range and, when applied, for smaller images.
 * @example
 * ```ts
 * import { InceptionV3Encoder } from 'tfjs-multitask/layers';
 *
 * const encoder = InceptionV3Encoder({ preprocess: true, frozen: 'all' });
 * ```
 */
export function InceptionV3Encoder(options: InceptionV3EncoderOptions = {}): Encoder {
  checkOptions(options, PUBLISHED_OPTIONS, 'InceptionV3Encoder');
  const norms = { epsilon: 1e-3, momentum: 0.99 };
  const shared = { caller: 'InceptionV3Encoder', preprocessing: 'tf', smallest: 75, kernels: 'glorot' } as const;
  const stages = [inceptionStem, inceptionSecond, third, fourth, fifth];
  return publishedEncoder({ ...shared, ...norms, stages }, options);
}
