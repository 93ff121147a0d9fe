import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { checkChoice } from '../../internal/check';
import { checkOptions } from '../../internal/check-options';
import type { Encoder } from '../../types';
import { checkNumberChoice } from './check-number-choice';
import type { NamedLayers } from './named-layers';
import { PUBLISHED_OPTIONS, type PublishedEncoderOptions, publishedEncoder, type Stage } from './published-encoder';

/** How many layers with weights the network has. */
export type ResNetDepth = 18 | 34 | 50 | 101 | 152;

/** Options of {@link ResNetEncoder}. */
export interface ResNetEncoderOptions extends PublishedEncoderOptions {
  /** Convolutions and dense layers of the whole network. Default: 50. */
  readonly depth?: ResNetDepth | undefined;
  /**
   * Whose graph and whose weights: Keras's, whose convolutions have biases and whose first 1x1 of a stage has the stride,
   * or torchvision's ("v1.5"), without biases and with the stride in the 3x3. Default: `'keras'`; `'torch'` for depths 18
   * and 34, which Keras does not have.
   */
  readonly variant?: 'keras' | 'torch' | undefined;
}

/** Blocks of each stage but the first. */
const BLOCKS: Readonly<Record<ResNetDepth, readonly number[]>> = {
  18: [2, 2, 2, 2],
  34: [3, 4, 6, 3],
  50: [3, 4, 6, 3],
  101: [3, 4, 23, 3],
  152: [3, 8, 36, 3],
};

interface Block {
  readonly name: string;
  readonly filters: number;
  readonly stride: number;
  /** Whether the shortcut has a convolution. */
  readonly projects: boolean;
}

type BlockBuilder = (x: SymbolicTensor, net: NamedLayers, block: Block) => SymbolicTensor;

/** Two convolutions 3x3 beside a shortcut. */
const basic: BlockBuilder = (x, net, { name, filters, stride, projects }) => {
  let shortcut = x;
  if (projects) {
    shortcut = net.conv(x, `${name}_0_conv`, filters, 1, { strides: stride });
    shortcut = net.batchNorm(shortcut, `${name}_0_bn`);
  }
  let y = net.conv(net.pad(x, `${name}_1_pad`, 1), `${name}_1_conv`, filters, 3, { strides: stride, padding: 'valid' });
  y = net.activate(net.batchNorm(y, `${name}_1_bn`), `${name}_1_relu`);
  y = net.batchNorm(net.conv(y, `${name}_2_conv`, filters, 3), `${name}_2_bn`);
  return net.activate(net.sum([shortcut, y], `${name}_add`), `${name}_out`);
};

/** Convolutions 1x1, 3x3 and 1x1 beside a shortcut, with four times as many channels at the end. */
const bottleneck = (variant: 'keras' | 'torch'): BlockBuilder => {
  const bias = variant === 'keras';
  return (x, net, { name, filters, stride, projects }) => {
    const convolve = (input: SymbolicTensor, index: number, count: number, size: number, strides: number) => {
      // On both sides, as PyTorch pads; what 'same' adds to even sides lies behind them alone.
      const padded = strides > 1 && size > 1 ? net.pad(input, `${name}_${index}_pad`, 1) : input;
      const padding = padded === input ? 'same' : 'valid';
      const convolved = net.conv(padded, `${name}_${index}_conv`, count, size, { strides, padding, bias });
      return net.batchNorm(convolved, `${name}_${index}_bn`);
    };
    const shortcut = projects ? convolve(x, 0, 4 * filters, 1, stride) : x;
    const [first, second] = variant === 'keras' ? [stride, 1] : [1, stride];
    let y = net.activate(convolve(x, 1, filters, 1, first), `${name}_1_relu`);
    y = net.activate(convolve(y, 2, filters, 3, second), `${name}_2_relu`);
    y = convolve(y, 3, 4 * filters, 1, 1);
    return net.activate(net.sum([shortcut, y], `${name}_add`), `${name}_out`);
  };
};

const stem =
  (bias: boolean): Stage =>
  (x, net) => {
    const y = net.conv(net.pad(x, 'conv1_pad', 3), 'conv1_conv', 64, 7, { strides: 2, padding: 'valid', bias });
    return net.activate(net.batchNorm(y, 'conv1_bn'), 'conv1_relu');
  };

/**
 * A residual network without its dense layer: a convolution 7x7, a max-pooling and four stages of residual blocks.
 *
 * `[batch, height, width, channels]`, sides of at least 32 -> skips at strides 2, 4, 8 and 16, and the bottleneck at
 * stride 32: stages 1 to 5, with 64, 256, 512, 1024 and 2048 channels (64, 64, 128, 256 and 512 for depths 18 and 34).
 * None is at stride 1. Odd sides are rounded up. 23,587,712 parameters for depth 50, three channels, with the layer names of `keras.applications.ResNet50`: `name/conv1_conv`,
 * `name/conv2_block1_1_conv`, .... Preprocessing: `'caffe'`, `'torch'` with the variant of that name.
 * Sources: He, Zhang, Ren, Sun, 2016, doi:10.1109/CVPR.2016.90; torchvision's graph is that of Goyal et al., 2017,
 * arXiv:1706.02677.
 *
 * @throws {RangeError} for an option out of its range and, when applied, for smaller images.
 * @example
 * ```ts
 * import { ResNetEncoder } from 'tfjs-multitask/layers';
 *
 * const encoder = ResNetEncoder({ depth: 18 });
 * ```
 */
export function ResNetEncoder(options: ResNetEncoderOptions = {}): Encoder {
  const caller = 'ResNetEncoder';
  checkOptions(options, ['depth', 'variant', ...PUBLISHED_OPTIONS], caller);
  const { depth = 50 } = options;
  checkNumberChoice(depth, Object.keys(BLOCKS).map(Number), `${caller}: depth`);
  const { variant = depth < 50 ? 'torch' : 'keras' } = options;
  checkChoice(variant, ['keras', 'torch'], `${caller}: variant`);
  if (variant === 'keras' && depth < 50) {
    throw new RangeError(`${caller}: Keras has no ResNet${depth}; take variant: 'torch', or depth 50, 101 or 152.`);
  }
  const build = depth < 50 ? basic : bottleneck(variant);
  const stages = BLOCKS[depth].map((count, i): Stage => {
    return (input, net) => {
      let x = i === 0 ? net.maxPool(net.pad(input, 'pool1_pad', 1), 'pool1_pool', 3) : input;
      for (let b = 1; b <= count; b++) {
        const stride = b === 1 && i > 0 ? 2 : 1;
        const projects = b === 1 && (depth >= 50 || i > 0);
        x = build(x, net, { name: `conv${i + 2}_block${b}`, filters: 64 * 2 ** i, stride, projects });
      }
      return x;
    };
  });
  const isKeras = variant === 'keras';
  const architecture = {
    caller,
    smallest: 32,
    preprocessing: isKeras ? 'caffe' : 'torch',
    kernels: isKeras ? 'glorot' : 'he',
    epsilon: isKeras ? 1.001e-5 : 1e-5,
    momentum: isKeras ? 0.99 : 0.9,
    stages: [stem(isKeras), ...stages],
  } as const;
  return publishedEncoder(architecture, options);
}
