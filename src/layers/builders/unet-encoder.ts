import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { checkChoice, checkInteger } from '../../internal/check';
import { checkArray } from '../../internal/check-kinds';
import { checkOptions } from '../../internal/check-options';
import type { Encoder } from '../../types';
import { convBlock } from '../blocks/conv-block';
import { NORMS, type Norm } from '../blocks/norm';
import { type Activation, checkActivation } from '../core/activation';
import { apply } from '../core/apply';
import { checkImages } from '../core/check-images';
import { checkRate } from '../seeded-dropout';

/** Options of {@link UNetEncoder}. */
export interface UNetEncoderOptions {
  /** Filters of the convolutions of each level, finest first. Default: `[64, 128, 256, 512, 1024]`. */
  readonly filters?: readonly number[] | undefined;
  /** After each convolution. Default: `'none'`. */
  readonly norm?: Norm | undefined;
  /** Default: `'relu'`. */
  readonly activation?: Activation | undefined;
  /** Rate of the dropout after each level. Default: 0. */
  readonly dropout?: number | undefined;
}

function checkSides(height: number | null, width: number | null, levels: number): void {
  const factor = 2 ** (levels - 1);
  const sides = [height ?? 0, width ?? 0];
  if (sides.every((side) => side % factor === 0)) return;
  const smaller = sides.map((side) => Math.max(factor, Math.floor(side / factor) * factor)).join(' x ');
  const larger = sides.map((side) => Math.ceil(side / factor) * factor).join(' x ');
  throw new RangeError(
    `UNetEncoder: ${levels} levels halve the input ${levels - 1} times, so its sides must be multiples of ${factor}; ` +
      `got ${height} x ${width}. Take ${[...new Set([smaller, larger])].join(' or ')}, or fewer levels.`,
  );
}

/**
 * The contracting path of a U-Net: at each level two convolutions 3x3, between the levels a max-pooling 2x2.
 *
 * `[batch, height, width, channels]` -> skips `[batch, height / 2^i, width / 2^i, filters[i]]`, finest first, and the
 * last level as bottleneck: 16x16x1024 from 256x256 by default, 32x32x1024 from 512x512. Layers: `name/level1/conv1`,
 * ..., `name/level2/pool`, ...
 * Source: Ronneberger, Fischer, Brox, 2015, doi:10.1007/978-3-319-24574-4_28.
 *
 * @throws {RangeError} for an option out of its range and, when applied, for an input whose sides cannot be halved that
 * often.
 * @example
 * ```ts
 * import { UNetDecoder, UNetEncoder } from 'tfjs-multitask/layers';
 * import { multitask } from 'tfjs-multitask/models';
 *
 * const model = multitask({
 *   inputShape: [32, 32, 1],
 *   encoder: UNetEncoder({ filters: [16, 32, 64], norm: 'instance' }),
 *   heads: { lesion: UNetDecoder() },
 * });
 * ```
 */
export function UNetEncoder(options: UNetEncoderOptions = {}): Encoder {
  checkOptions(options, ['filters', 'norm', 'activation', 'dropout'], 'UNetEncoder');
  const { filters = [64, 128, 256, 512, 1024], norm = 'none', activation = 'relu', dropout = 0 } = options;
  checkArray(filters, 'UNetEncoder: filters');
  if (filters.length < 2) {
    throw new RangeError(`UNetEncoder: filters must have at least 2 levels, got [${filters}].`);
  }
  for (const count of filters) checkInteger(count, 1, 'UNetEncoder: filters');
  checkActivation(activation, 'UNetEncoder: activation');
  checkChoice(norm, NORMS, 'UNetEncoder: norm');
  checkRate(dropout, 'UNetEncoder: dropout');
  return (input, name, seed) => {
    checkImages(input, 'UNetEncoder');
    checkSides(input.shape[1], input.shape[2], filters.length);
    const levels: SymbolicTensor[] = [];
    for (const [i, count] of filters.entries()) {
      const level = `${name}/level${i + 1}`;
      const finer = levels.at(-1);
      const x = finer ? apply(layers.maxPooling2d({ name: `${level}/pool`, poolSize: 2 }), finer) : input;
      levels.push(convBlock({ filters: count, norm, activation, dropout })(x, level, seed));
    }
    return { skips: levels.slice(0, -1), bottleneck: levels[levels.length - 1] };
  };
}
