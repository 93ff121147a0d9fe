import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { checkChoice, checkInteger } from '../../internal/check';
import { checkArray } from '../../internal/check-kinds';
import { checkOptions } from '../../internal/check-options';
import type { Encoder } from '../../types';
import { convBlock } from '../blocks/conv-block';
import { applyDropout } from '../blocks/dropout';
import { NORMS, type Norm } from '../blocks/norm';
import { type Activation, checkActivation } from '../core/activation';
import { apply } from '../core/apply';
import { checkImages } from '../core/check-images';
import { checkRate } from '../seeded-dropout';

/** Options of {@link ConvEncoder}. */
export interface ConvEncoderOptions {
  /** Filters of the convolutions of each level, finest first. Default: `[8, 16, 32, 64, 128, 256]`. */
  readonly filters?: readonly number[] | undefined;
  /** After each convolution. Default: `'none'`. */
  readonly norm?: Norm | undefined;
  /** Default: `'elu'`. */
  readonly activation?: Activation | undefined;
  /** Rate of the dropout after each pooling. Default: 0.25. */
  readonly dropout?: number | undefined;
}

/**
 * A plain convolutional encoder: at each level one convolution 3x3, max-pooling 2x2 and dropout.
 *
 * `[batch, height, width, channels]` -> skips `[batch, height / 2^i, width / 2^i, filters[i]]` before each pooling, and
 * the last pooled feature map as bottleneck: 4x4x256 from 256x256 by default. The pooling rounds odd sides up. Layers:
 * `name/level1/conv1`, `name/level1/pool`, `name/level1/dropout`, ...
 * Source: Amyar et al., 2020, doi:10.1101/2020.04.16.20064709 (the baseline for classification alone).
 *
 * @throws {RangeError} for an option out of its range.
 * @example
 * ```ts
 * import { ConvEncoder, MLPHead } from 'tfjs-multitask/layers';
 * import { multitask } from 'tfjs-multitask/models';
 *
 * const model = multitask({
 *   inputShape: [32, 32, 1],
 *   encoder: ConvEncoder({ filters: [8, 16, 32] }),
 *   heads: { severity: MLPHead({ filters: 0, units: [16] }) },
 * });
 * ```
 */
export function ConvEncoder(options: ConvEncoderOptions = {}): Encoder {
  checkOptions(options, ['filters', 'norm', 'activation', 'dropout'], 'ConvEncoder');
  const { filters = [8, 16, 32, 64, 128, 256], norm = 'none', activation = 'elu', dropout = 0.25 } = options;
  checkArray(filters, 'ConvEncoder: filters');
  if (filters.length < 1) throw new RangeError('ConvEncoder: filters must have at least 1 level, got [].');
  for (const count of filters) checkInteger(count, 1, 'ConvEncoder: filters');
  checkActivation(activation, 'ConvEncoder: activation');
  checkChoice(norm, NORMS, 'ConvEncoder: norm');
  checkRate(dropout, 'ConvEncoder: dropout');
  return (input, name, seed) => {
    checkImages(input, 'ConvEncoder');
    const skips: SymbolicTensor[] = [];
    let x = input;
    for (const [i, count] of filters.entries()) {
      const level = `${name}/level${i + 1}`;
      const skip = convBlock({ filters: count, convs: 1, norm, activation })(x, level, seed);
      skips.push(skip);
      x = apply(layers.maxPooling2d({ name: `${level}/pool`, poolSize: 2, padding: 'same' }), skip);
      x = applyDropout(dropout, x, `${level}/dropout`, seed);
    }
    return { skips, bottleneck: x };
  };
}
