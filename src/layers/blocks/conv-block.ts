import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { checkChoice, checkInteger } from '../../internal/check';
import { checkOptions } from '../../internal/check-options';
import type { Builder } from '../../types';
import { type Activation, checkActivation } from '../core/activation';
import { checkRate } from '../seeded-dropout';
import { conv } from './conv';
import { applyDropout } from './dropout';
import { NORMS, type Norm } from './norm';

/** Options of {@link convBlock}. */
export interface ConvBlockOptions {
  readonly filters: number;
  /** How many convolutions. Default: 2. */
  readonly convs?: number | undefined;
  /** With a normalization the convolutions have no bias. Default: `'none'`. */
  readonly norm?: Norm | undefined;
  /** Default: `'relu'`. */
  readonly activation?: Activation | undefined;
  /** Rate of the dropout after the block. Default: 0. */
  readonly dropout?: number | undefined;
}

/**
 * Convolutions 3x3, each followed by its normalization and activation, then dropout; he-normal kernels.
 *
 * `[batch, height, width, channels]` -> `[batch, height, width, filters]`. Layers: `name/conv1`, `name/norm1`,
 * `name/relu1`, `name/conv2`, ..., `name/dropout`.
 *
 * @throws {RangeError} for an option out of its range.
 * @example
 * ```ts
 * import { input } from '@tensorflow/tfjs-layers';
 * import { convBlock } from 'tfjs-multitask/layers';
 *
 * const image = input({ shape: [8, 8, 1] });
 * const stem = convBlock({ filters: 16, norm: 'instance' })(image, 'stem'); // [null, 8, 8, 16]
 * ```
 */
export function convBlock(options: ConvBlockOptions): Builder<SymbolicTensor, SymbolicTensor> {
  checkOptions(options, ['filters', 'convs', 'norm', 'activation', 'dropout'], 'convBlock');
  const { filters, convs = 2, norm = 'none', activation = 'relu', dropout = 0 } = options;
  checkInteger(filters, 1, 'convBlock: filters');
  checkInteger(convs, 1, 'convBlock: convs');
  checkActivation(activation, 'convBlock: activation');
  checkChoice(norm, NORMS, 'convBlock: norm');
  checkRate(dropout, 'convBlock: dropout');
  return (input, name, seed) => {
    let x = input;
    for (let i = 1; i <= convs; i++) x = conv({ filters, kernelSize: 3, norm, activation }, x, name, i, seed);
    return applyDropout(dropout, x, `${name}/dropout`, seed);
  };
}
