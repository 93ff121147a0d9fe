import { checkOptions } from '../internal/check-options';
import type { Norm } from '../layers/blocks/norm';
import { ConvEncoder } from '../layers/builders/conv-encoder';
import { MLPHead } from '../layers/builders/mlp-head';
import { multitask } from '../models/multitask';
import type { MultitaskModel } from '../types';
import { filtersByLevel } from './filters-by-level';

/** Options of {@link cnn8}. */
export interface Cnn8Options {
  /** `[height, width, channels]`. Default: `[256, 256, 1]`. */
  readonly inputShape?: readonly [height: number, width: number, channels: number] | undefined;
  /** Filters of the first of six levels, doubled from level to level, or of each level. Default: 8. */
  readonly filters?: number | readonly number[] | undefined;
  /** After each convolution. Default: `'none'`, as in the paper; with `'batch'` it learns in far fewer steps. */
  readonly norm?: Norm | undefined;
  /** Rate of the dropout after each pooling; the dense layer keeps its 0.5. Default: 0.25. */
  readonly dropout?: number | undefined;
  /** Makes the initial weights and the dropout masks reproducible. Default: none, they are drawn anew each time. */
  readonly seed?: number | undefined;
}

/**
 * The paper's baseline for classification alone: six convolutions 3x3 of 8 to 256 filters, each followed by max-pooling
 * and dropout 0.25, then Dense 128 (dropout 0.5) and Dense 1; ELU.
 *
 * `[batch, height, width, channels]` -> `classification` `[batch, 1]`, sigmoid. 917,953 parameters at 256x256x1,
 * 2,490,817 at 512x512x1.
 * Source: Amyar, Modzelewski, Ruan, 2020, doi:10.1101/2020.04.16.20064709.
 *
 * @throws {RangeError} for an option out of its range.
 * @example
 * ```ts
 * import { cnn8 } from 'tfjs-multitask/paper';
 *
 * const model = cnn8({ inputShape: [64, 64, 1], seed: 1 });
 * ```
 */
export function cnn8(options: Cnn8Options = {}): MultitaskModel<'classification'> {
  checkOptions(options, ['inputShape', 'filters', 'norm', 'dropout', 'seed'], 'cnn8');
  const { inputShape = [256, 256, 1], filters = 8, norm = 'none', dropout = 0.25, seed } = options;
  return multitask({
    inputShape,
    encoder: ConvEncoder({ filters: filtersByLevel(filters, 6), norm, dropout }),
    heads: { classification: MLPHead({ filters: 0, units: [128] }) },
    name: 'cnn8',
    seed,
  });
}
