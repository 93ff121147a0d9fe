import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { checkChoice } from '../../internal/check';
import { checkOptions } from '../../internal/check-options';
import type { Encoder } from '../../types';
import type { NamedLayers } from './named-layers';
import { PUBLISHED_OPTIONS, type PublishedEncoderOptions, publishedEncoder, type Stage } from './published-encoder';
import { roundFilters } from './round-filters';

/** The sizes of the network; the lite ones are without squeeze and excitation, with ReLU6. */
export type EfficientNetVariant = 'b0' | 'b1' | 'b2' | 'b3' | 'lite0' | 'lite1' | 'lite2' | 'lite3' | 'lite4';

/** Options of {@link EfficientNetEncoder}. */
export interface EfficientNetEncoderOptions extends PublishedEncoderOptions {
  /** The size of the network; those named `lite` have ReLU6 in place of Swish, and no squeeze-and-excitation. Default: `'b0'`. */
  readonly variant?: EfficientNetVariant | undefined;
}

/** What filters and repetitions are multiplied by. */
const SCALES: Readonly<Record<EfficientNetVariant, { readonly width: number; readonly depth: number }>> = {
  b0: { width: 1, depth: 1 },
  b1: { width: 1, depth: 1.1 },
  b2: { width: 1.1, depth: 1.2 },
  b3: { width: 1.2, depth: 1.4 },
  lite0: { width: 1, depth: 1 },
  lite1: { width: 1, depth: 1.1 },
  lite2: { width: 1.1, depth: 1.2 },
  lite3: { width: 1.2, depth: 1.4 },
  lite4: { width: 1.4, depth: 1.8 },
};

/** The seven groups of blocks. */
const GROUPS = [
  { size: 3, count: 1, filters: 16, expansion: 1, stride: 1 },
  { size: 3, count: 2, filters: 24, expansion: 6, stride: 2 },
  { size: 5, count: 2, filters: 40, expansion: 6, stride: 2 },
  { size: 3, count: 3, filters: 80, expansion: 6, stride: 2 },
  { size: 5, count: 3, filters: 112, expansion: 6, stride: 1 },
  { size: 5, count: 4, filters: 192, expansion: 6, stride: 2 },
  { size: 3, count: 1, filters: 320, expansion: 6, stride: 1 },
] as const;

/** Which groups a stage has. */
const STAGES: readonly (readonly number[])[] = [[0], [1], [2], [3, 4], [5, 6]];

interface Block {
  readonly name: string;
  readonly size: number;
  readonly filters: number;
  readonly expansion: number;
  readonly stride: number;
}

type Activate = (x: SymbolicTensor, net: NamedLayers, name: string) => SymbolicTensor;

const swish: Activate = (x, net, name) => net.activate(x, name, 'swish');
const relu6: Activate = (x, net, name) => net.add((full) => layers.reLU({ name: full, maxValue: 6 }), x, name);

/** Weighs each channel by a function of the means of all. */
function squeezeAndExcite(x: SymbolicTensor, net: NamedLayers, name: string, reduced: number): SymbolicTensor {
  const channels = x.shape[3] as number;
  const means = net.add((full) => layers.globalAveragePooling2d({ name: full }), x, `${name}se_squeeze`);
  const shape = { targetShape: [1, 1, channels] };
  let y = net.add((full) => layers.reshape({ name: full, ...shape }), means, `${name}se_reshape`);
  y = net.conv(y, `${name}se_reduce`, reduced, 1, { bias: true, activation: 'swish' });
  y = net.conv(y, `${name}se_expand`, channels, 1, { bias: true, activation: 'sigmoid' });
  return net.add((full) => layers.multiply({ name: full }), [x, y], `${name}se_excite`);
}

const mobileBlock =
  (lite: boolean) =>
  (input: SymbolicTensor, net: NamedLayers, { name, size, filters, expansion, stride }: Block): SymbolicTensor => {
    const activate = lite ? relu6 : swish;
    const channels = input.shape[3] as number;
    let x = input;
    if (expansion > 1) {
      x = net.batchNorm(net.conv(x, `${name}expand_conv`, expansion * channels, 1), `${name}expand_bn`);
      x = activate(x, net, `${name}expand_activation`);
    }
    x = net.batchNorm(net.depthwise(x, `${name}dwconv`, size, stride), `${name}bn`);
    x = activate(x, net, `${name}activation`);
    if (!lite) x = squeezeAndExcite(x, net, name, Math.max(1, Math.floor(channels / 4)));
    x = net.batchNorm(net.conv(x, `${name}project_conv`, filters, 1), `${name}project_bn`);
    return stride === 1 && channels === filters ? net.sum([x, input], `${name}add`) : x;
  };

/** The blocks of each group. In the lite networks the first and the last group are never repeated. */
function blocksOf(group: number, { width, depth }: (typeof SCALES)['b0'], lite: boolean): Block[] {
  const { count, filters, stride, ...rest } = GROUPS[group];
  const fixed = lite && (group === 0 || group === GROUPS.length - 1);
  const repeats = fixed ? count : Math.ceil(depth * count);
  return Array.from({ length: repeats }, (_, i) => ({
    ...rest,
    name: `block${group + 1}${String.fromCharCode(97 + i)}_`,
    filters: roundFilters(filters * width),
    stride: i === 0 ? stride : 1,
  }));
}

/**
 * EfficientNet or EfficientNet-Lite without its dense layer: inverted residual blocks whose number and width grow together.
 *
 * `[batch, height, width, channels]`, sides of at least 32 -> skips at strides 2, 4, 8 and 16 with 16, 24, 40 and 112
 * channels for `'b0'` (the last block of that size), and the bottleneck at stride 32 with 1280: stages 1 to 5. None is at stride
 * 1. Odd sides are rounded up. 4,049,564 parameters for `'b0'`, three channels, with the layer names of
 * `keras.applications.EfficientNetB0`: `name/stem_conv`, `name/block2a_expand_conv`, ...; blocks are not dropped in training. Keras's nets
 * begin with a preprocessing of pixels in [0, 255]; here that is the option `preprocess`: `'torch'`, and `'lite'` for those named so.
 * Source: Tan, Le, 2019, https://proceedings.mlr.press/v97/tan19a.html; the lite networks are those of Google's
 * `tensorflow/tpu` repository, 2020.
 *
 * @throws {RangeError} for an option out of its range and, when applied, for smaller images.
 * @example
 * ```ts
 * import { EfficientNetEncoder } from 'tfjs-multitask/layers';
 *
 * const encoder = EfficientNetEncoder({ variant: 'lite0', preprocess: true });
 * ```
 */
export function EfficientNetEncoder(options: EfficientNetEncoderOptions = {}): Encoder {
  const caller = 'EfficientNetEncoder';
  checkOptions(options, ['variant', ...PUBLISHED_OPTIONS], caller);
  const { variant = 'b0' } = options;
  checkChoice(variant, Object.keys(SCALES) as EfficientNetVariant[], `${caller}: variant`);
  const scales = SCALES[variant];
  const lite = variant.startsWith('lite');
  const [build, activate] = [mobileBlock(lite), lite ? relu6 : swish];
  const ends = (filters: number) => (lite ? filters : roundFilters(filters * scales.width));
  const stem: Stage = (x, net) => {
    const y = net.batchNorm(net.conv(x, 'stem_conv', ends(32), 3, { strides: 2 }), 'stem_bn');
    return activate(y, net, 'stem_activation');
  };
  const top: Stage = (x, net) =>
    activate(net.batchNorm(net.conv(x, 'top_conv', ends(1280), 1), 'top_bn'), net, 'top_activation');
  const stages = STAGES.map((groups, i): Stage => {
    const blocks = groups.flatMap((group) => blocksOf(group, scales, lite));
    return (input, net) => {
      let x = i === 0 ? stem(input, net) : input;
      for (const block of blocks) x = build(x, net, block);
      return i === STAGES.length - 1 ? top(x, net) : x;
    };
  });
  const shared = { caller, preprocessing: lite ? 'lite' : 'torch', smallest: 32, kernels: 'he' } as const;
  return publishedEncoder({ ...shared, epsilon: 1e-3, momentum: 0.99, stages }, options);
}
