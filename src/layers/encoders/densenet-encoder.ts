import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { checkOptions } from '../../internal/check-options';
import type { Encoder } from '../../types';
import { checkNumberChoice } from './check-number-choice';
import type { NamedLayers } from './named-layers';
import { PUBLISHED_OPTIONS, type PublishedEncoderOptions, publishedEncoder, type Stage } from './published-encoder';

/** How many layers with weights the network has. */
export type DenseNetDepth = 121 | 169 | 201;

/** Options of {@link DenseNetEncoder}. */
export interface DenseNetEncoderOptions extends PublishedEncoderOptions {
  /** Convolutions and dense layers of the whole network. Default: 121. */
  readonly depth?: DenseNetDepth | undefined;
}

/** Layers of each dense block. */
const BLOCKS: Readonly<Record<DenseNetDepth, readonly number[]>> = {
  121: [6, 12, 24, 16],
  169: [6, 12, 32, 32],
  201: [6, 12, 48, 32],
};

/** Channels that each layer of a dense block adds. */
const GROWTH = 32;

const normRelu = (x: SymbolicTensor, net: NamedLayers, name: string): SymbolicTensor =>
  net.activate(net.batchNorm(x, `${name}bn`), `${name}relu`);

const stem: Stage = (x, net) => {
  const y = net.conv(net.pad(x, 'conv1_pad', 3), 'conv1_conv', 64, 7, { strides: 2, padding: 'valid' });
  return normRelu(y, net, 'conv1_');
};

/** Half as many channels, at half the size. */
function transition(x: SymbolicTensor, net: NamedLayers, name: string): SymbolicTensor {
  const channels = x.shape[3] as number;
  const y = net.conv(normRelu(x, net, `${name}_`), `${name}_conv`, channels / 2, 1);
  return net.averagePool(y, `${name}_pool`, 2, 2);
}

/** Layers that each see the feature maps of all before them. */
function denseBlock(input: SymbolicTensor, net: NamedLayers, stage: string, count: number): SymbolicTensor {
  let x = input;
  for (let b = 1; b <= count; b++) {
    const name = `${stage}_block${b}`;
    let y = net.conv(normRelu(x, net, `${name}_0_`), `${name}_1_conv`, 4 * GROWTH, 1);
    y = net.conv(normRelu(y, net, `${name}_1_`), `${name}_2_conv`, GROWTH, 3);
    x = net.concat([x, y], `${name}_concat`);
  }
  return x;
}

/**
 * A densely connected network without its dense layer: a convolution 7x7, a max-pooling and four dense blocks.
 *
 * `[batch, height, width, channels]`, sides of at least 32 -> skips at strides 2, 4, 8 and 16 with 64, 256, 512 and 1024
 * channels (1280 for depth 169, 1792 for 201), and the bottleneck at stride 32 with 1024 (1664, 1920): stages 1 to 5. None
 * is at stride 1. 12,642,880 parameters for depth 169, three channels, with the layer names of `keras.applications.DenseNet169`:
 * `name/conv1_conv`, `name/conv2_block1_0_bn`, .... Preprocessing: `'torch'`.
 * Source: Huang, Liu, van der Maaten, Weinberger, 2017, doi:10.1109/CVPR.2017.243.
 *
 * @throws {RangeError} for an option out of its range and, when applied, for smaller images.
 * @example
 * ```ts
 * import { DenseNetEncoder } from 'tfjs-multitask/layers';
 *
 * const encoder = DenseNetEncoder({ depth: 169, preprocess: true });
 * ```
 */
export function DenseNetEncoder(options: DenseNetEncoderOptions = {}): Encoder {
  const caller = 'DenseNetEncoder';
  checkOptions(options, ['depth', ...PUBLISHED_OPTIONS], caller);
  const { depth = 121 } = options;
  checkNumberChoice(depth, Object.keys(BLOCKS).map(Number), `${caller}: depth`);
  const stages = BLOCKS[depth].map((count, i): Stage => {
    return (input, net) => {
      const first = i === 0;
      const x = first
        ? net.maxPool(net.pad(input, 'pool1_pad', 1), 'pool1', 3)
        : transition(input, net, `pool${i + 1}`);
      const dense = denseBlock(x, net, `conv${i + 2}`, count);
      return i === BLOCKS[depth].length - 1 ? normRelu(dense, net, '') : dense;
    };
  });
  const shared = { caller, preprocessing: 'torch', smallest: 32, kernels: 'glorot' } as const;
  return publishedEncoder({ ...shared, epsilon: 1.001e-5, momentum: 0.99, stages: [stem, ...stages] }, options);
}
