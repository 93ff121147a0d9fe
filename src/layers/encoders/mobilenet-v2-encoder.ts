import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { checkRange } from '../../internal/check';
import { checkOptions } from '../../internal/check-options';
import type { Encoder } from '../../types';
import type { NamedLayers } from './named-layers';
import { PUBLISHED_OPTIONS, type PublishedEncoderOptions, publishedEncoder, type Stage } from './published-encoder';
import { roundFilters } from './round-filters';

/** Options of {@link MobileNetV2Encoder}. */
export interface MobileNetV2EncoderOptions extends PublishedEncoderOptions {
  /** What the numbers of filters are multiplied by; there are published weights for 0.35, 0.5, 0.75, 1, 1.3 and 1.4. Default: 1. */
  readonly width?: number | undefined;
}

interface Blocks {
  readonly filters: number;
  readonly count: number;
  /** Of the first block. */
  readonly stride: 1 | 2;
  readonly expansion: number;
}

/** The inverted residual blocks of each stage. */
const STAGES: readonly (readonly Blocks[])[] = [
  [{ filters: 16, count: 1, stride: 1, expansion: 1 }],
  [{ filters: 24, count: 2, stride: 2, expansion: 6 }],
  [{ filters: 32, count: 3, stride: 2, expansion: 6 }],
  [
    { filters: 64, count: 4, stride: 2, expansion: 6 },
    { filters: 96, count: 3, stride: 1, expansion: 6 },
  ],
  [
    { filters: 160, count: 3, stride: 2, expansion: 6 },
    { filters: 320, count: 1, stride: 1, expansion: 6 },
  ],
];

const relu6 = (x: SymbolicTensor, net: NamedLayers, name: string): SymbolicTensor =>
  net.add((full) => layers.reLU({ name: full, maxValue: 6 }), x, name);

interface Block {
  /** Counts from 0 over the whole network. */
  readonly index: number;
  readonly filters: number;
  readonly stride: number;
  readonly expansion: number;
}

/** A convolution 1x1 to more channels, one 3x3 of each channel, and one 1x1 to few channels, beside a shortcut. */
function invertedResidual(input: SymbolicTensor, net: NamedLayers, { index, filters, stride, expansion }: Block) {
  const name = index === 0 ? 'expanded_conv' : `block_${index}`;
  const channels = input.shape[3] as number;
  let x = input;
  if (expansion > 1) {
    x = net.conv(x, `${name}_expand`, expansion * channels, 1);
    x = relu6(net.batchNorm(x, `${name}_expand_BN`), net, `${name}_expand_relu`);
  }
  x = net.depthwise(x, `${name}_depthwise`, 3, stride);
  x = relu6(net.batchNorm(x, `${name}_depthwise_BN`), net, `${name}_depthwise_relu`);
  x = net.batchNorm(net.conv(x, `${name}_project`, filters, 1), `${name}_project_BN`);
  return channels === filters && stride === 1 ? net.sum([input, x], `${name}_add`) : x;
}

/**
 * MobileNetV2 without its dense layer: inverted residual blocks with linear bottlenecks, ReLU6.
 *
 * `[batch, height, width, channels]`, sides of at least 32 -> skips at strides 2, 4, 8 and 16 with 16, 24, 32 and 96
 * channels (the last block of that size, times `width`), and the bottleneck at stride 32 with 1280: stages 1 to 5. None is
 * at stride 1. Odd sides are rounded up. 2,257,984 parameters for three channels, with the layer names of
 * `keras.applications.MobileNetV2`: `name/Conv1`, `name/block_1_expand`, .... Preprocessing: `'tf'`.
 * Source: Sandler, Howard, Zhu, Zhmoginov, Chen, 2018, doi:10.1109/CVPR.2018.00474.
 *
 * @throws {RangeError} for an option out of its range and, when applied, for smaller images.
 * @example
 * ```ts
 * import { MobileNetV2Encoder } from 'tfjs-multitask/layers';
 *
 * const encoder = MobileNetV2Encoder({ width: 0.35, preprocess: true });
 * ```
 */
export function MobileNetV2Encoder(options: MobileNetV2EncoderOptions = {}): Encoder {
  const caller = 'MobileNetV2Encoder';
  checkOptions(options, ['width', ...PUBLISHED_OPTIONS], caller);
  const { width = 1 } = options;
  checkRange(width, 0.05, 10, `${caller}: width`);
  const stem: Stage = (x, net) => {
    const y = net.batchNorm(net.conv(x, 'Conv1', roundFilters(32 * width), 3, { strides: 2 }), 'bn_Conv1');
    return relu6(y, net, 'Conv1_relu');
  };
  const top: Stage = (x, net) => {
    const filters = width > 1 ? roundFilters(1280 * width) : 1280;
    return relu6(net.batchNorm(net.conv(x, 'Conv_1', filters, 1), 'Conv_1_bn'), net, 'out_relu');
  };
  let first = 0;
  const stages = STAGES.map((groups, i): Stage => {
    const blocks = groups.flatMap(({ filters, count, stride, expansion }) =>
      Array.from({ length: count }, (_, b): Block => {
        const rounded = roundFilters(Math.floor(filters * width));
        return { index: first++, filters: rounded, stride: b === 0 ? stride : 1, expansion };
      }),
    );
    return (input, net) => {
      let x = i === 0 ? stem(input, net) : input;
      for (const block of blocks) x = invertedResidual(x, net, block);
      return i === STAGES.length - 1 ? top(x, net) : x;
    };
  });
  const shared = { caller, preprocessing: 'tf', smallest: 32, kernels: 'glorot' } as const;
  return publishedEncoder({ ...shared, epsilon: 1e-3, momentum: 0.999, stages }, options);
}
