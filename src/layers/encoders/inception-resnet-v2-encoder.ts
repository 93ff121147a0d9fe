import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { checkOptions } from '../../internal/check-options';
import type { Encoder } from '../../types';
import { averageBranch, inceptionPool, inceptionSecond, inceptionStem, numberedBranches } from './inception-blocks';
import type { NamedLayers } from './named-layers';
import { PUBLISHED_OPTIONS, type PublishedEncoderOptions, publishedEncoder, type Stage } from './published-encoder';

/** Options of {@link InceptionResNetV2Encoder}. */
export type InceptionResNetV2EncoderOptions = PublishedEncoderOptions;

/** The residual blocks: their branches, and what their sum is multiplied by. */
const BLOCKS = {
  block35: {
    scale: 0.17,
    branches: [
      [[32, 1]],
      [
        [32, 1],
        [32, 3],
      ],
      [
        [32, 1],
        [48, 3],
        [64, 3],
      ],
    ],
  },
  block17: {
    scale: 0.1,
    branches: [
      [[192, 1]],
      [
        [128, 1],
        [160, [1, 7]],
        [192, [7, 1]],
      ],
    ],
  },
  block8: {
    scale: 0.2,
    branches: [
      [[192, 1]],
      [
        [192, 1],
        [224, [1, 3]],
        [256, [3, 1]],
      ],
    ],
  },
} as const;

type Kind = keyof typeof BLOCKS;

/** `relu(x + scale conv1x1(branches of x))`; the last of the network has neither scale nor ReLU. */
function residual(x: SymbolicTensor, net: NamedLayers, kind: Kind, index: number, last = false): SymbolicTensor {
  const { branches, scale } = BLOCKS[kind];
  const name = `${kind}_${index}`;
  const mixed = net.concat(numberedBranches(x, net, branches), `${name}_mixed`);
  const y = net.conv(mixed, `${name}_conv`, x.shape[3] as number, 1, { bias: true });
  if (last) return net.sum([x, y], `${name}_add`);
  const scaled = net.add((full) => layers.rescaling({ name: full, scale, offset: 0 }), y, `${name}_scale`);
  return net.activate(net.sum([x, scaled], `${name}_add`), `${name}_ac`);
}

function residuals(input: SymbolicTensor, net: NamedLayers, kind: Kind, count: number): SymbolicTensor {
  let x = input;
  for (let i = 1; i <= count; i++) x = residual(x, net, kind, i);
  return x;
}

const third: Stage = (input, net) => {
  const x = inceptionPool(input, net);
  const branches = numberedBranches(x, net, [
    [[96, 1]],
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
  const pooled = averageBranch(x, net, 64);
  return residuals(net.concat([...branches, pooled], 'mixed_5b'), net, 'block35', 10);
};

const fourth: Stage = (input, net) => {
  const branches = numberedBranches(input, net, [
    [[384, 3, 'halve']],
    [
      [256, 1],
      [256, 3],
      [384, 3, 'halve'],
    ],
  ]);
  return residuals(net.concat([...branches, inceptionPool(input, net)], 'mixed_6a'), net, 'block17', 20);
};

const fifth: Stage = (input, net) => {
  const branches = numberedBranches(input, net, [
    [
      [256, 1],
      [384, 3, 'halve'],
    ],
    [
      [256, 1],
      [288, 3, 'halve'],
    ],
    [
      [256, 1],
      [288, 3],
      [320, 3, 'halve'],
    ],
  ]);
  const mixed = net.concat([...branches, inceptionPool(input, net)], 'mixed_7a');
  const x = residual(residuals(mixed, net, 'block8', 9), net, 'block8', 10, true);
  const y = net.batchNorm(net.conv(x, 'conv_7b', 1536, 1), 'conv_7b_bn', false);
  return net.activate(y, 'conv_7b_ac');
};

/**
 * Inception-ResNet-v2 without its dense layer: Inception branches beside shortcuts.
 *
 * `[batch, height, width, channels]`, sides of at least 75 -> skips at strides 2, 4, 8 and 16 with 64, 192, 320 and 1088
 * channels, and the bottleneck at stride 32 with 1536: stages 1 to 5. None is at stride 1. Many convolutions have no
 * padding, so that feature maps are a little smaller than that (147, 71, 35, 17 and 8 of 299); decoders add the border that
 * is missing. 54,336,736 parameters for three channels; layers that `keras.applications.InceptionResNetV2` only numbers
 * have the numbers of the first such net of a session: `name/conv2d`, `name/batch_normalization`, `name/conv2d_1`, ....
 * Preprocessing: `'tf'`.
 * Source: Szegedy, Ioffe, Vanhoucke, Alemi, 2017, doi:10.1609/aaai.v31i1.11231.
 *
 * @throws {RangeError} for an option out of its range and, when applied, for smaller images.
 * @example
 * ```ts
 * import { InceptionResNetV2Encoder } from 'tfjs-multitask/layers';
 *
 * const encoder = InceptionResNetV2Encoder({ preprocess: true, frozen: 4 });
 * ```
 */
export function InceptionResNetV2Encoder(options: InceptionResNetV2EncoderOptions = {}): Encoder {
  const caller = 'InceptionResNetV2Encoder';
  checkOptions(options, PUBLISHED_OPTIONS, caller);
  const shared = { caller, preprocessing: 'tf', smallest: 75, kernels: 'glorot' } as const;
  const stages = [inceptionStem, inceptionSecond, third, fourth, fifth];
  return publishedEncoder({ ...shared, epsilon: 1e-3, momentum: 0.99, stages }, options);
}
