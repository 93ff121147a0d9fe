import { layers } from '@tensorflow/tfjs-layers';
import { checkInteger } from '../../internal/check';
import { checkArray } from '../../internal/check-kinds';
import { checkOptions } from '../../internal/check-options';
import type { Head } from '../../types';
import { convBlock } from '../blocks/conv-block';
import { applyDropout } from '../blocks/dropout';
import { type Activation, checkActivation } from '../core/activation';
import { apply } from '../core/apply';
import { glorotUniform, heNormal } from '../core/initializer';
import { checkRate } from '../seeded-dropout';

/** Options of {@link MLPHead}. */
export interface MLPHeadOptions {
  /**
   * Filters of a convolution 3x3 (ReLU) and max-pooling 2x2 before the flattening; 0 leaves both out. Default: 128; 0 for
   * features that are a vector.
   */
  readonly filters?: number | undefined;
  /** Units of the hidden layers (ELU). Default: `[128, 64]`. */
  readonly units?: readonly number[] | undefined;
  /** Default: 1. */
  readonly outputs?: number | undefined;
  /** Rate of the dropout after each hidden layer. Default: 0.5. */
  readonly dropout?: number | undefined;
  /** Of the output. Default: `'sigmoid'`; 'softmax' for classes that exclude each other, 'linear' for regression. */
  readonly activation?: Activation | undefined;
}

/**
 * A multilayer perceptron on the bottleneck, for classification or regression of the whole image.
 *
 * Features -> `[batch, outputs]`; of a bottleneck `[batch, n]` the hidden layers are the first. The pooling rounds odd sides up, so that a bottleneck of one pixel stays one. Layers:
 * `name/conv1`, `name/pool`, `name/flatten`, `name/dense1`, `name/dropout1`, ..., and `name` itself.
 * Source: Amyar et al., 2020, doi:10.1101/2020.04.16.20064709; the filters of the convolution are not stated there.
 *
 * @throws {RangeError} for an option out of its range and, when applied, for `filters` on a vector.
 * @example
 * ```ts
 * import { MLPHead, UNetEncoder } from 'tfjs-multitask/layers';
 * import { multitask } from 'tfjs-multitask/models';
 *
 * const model = multitask({
 *   inputShape: [32, 32, 1],
 *   encoder: UNetEncoder({ filters: [4, 8, 16] }),
 *   heads: { severity: MLPHead({ units: [64], activation: 'linear' }) },
 * });
 * ```
 */
export function MLPHead(options: MLPHeadOptions = {}): Head {
  checkOptions(options, ['filters', 'units', 'outputs', 'dropout', 'activation'], 'MLPHead');
  const { filters: wanted, units = [128, 64], outputs = 1, dropout = 0.5, activation = 'sigmoid' } = options;
  if (wanted !== undefined) checkInteger(wanted, 0, 'MLPHead: filters');
  checkArray(units, 'MLPHead: units');
  for (const count of units) checkInteger(count, 1, 'MLPHead: units');
  checkInteger(outputs, 1, 'MLPHead: outputs');
  checkRate(dropout, 'MLPHead: dropout');
  checkActivation(activation, 'MLPHead: activation', { outputs });
  return ({ bottleneck }, name, seed) => {
    let x = bottleneck;
    const isVector = bottleneck.shape.length === 2;
    const filters = wanted ?? (isVector ? 0 : 128);
    if (isVector && filters > 0) {
      throw new RangeError(
        `MLPHead: filters must be 0 for features that are a vector, [batch, ${bottleneck.shape[1]}], got ${filters}.`,
      );
    }
    if (filters > 0) {
      x = convBlock({ filters, convs: 1 })(x, name, seed);
      x = apply(layers.maxPooling2d({ name: `${name}/pool`, poolSize: 2, padding: 'same' }), x);
    }
    if (!isVector) x = apply(layers.flatten({ name: `${name}/flatten` }), x);
    for (const [i, count] of units.entries()) {
      const dense = `${name}/dense${i + 1}`;
      const kernelInitializer = heNormal(seed, dense);
      x = apply(layers.dense({ name: dense, units: count, activation: 'elu', kernelInitializer }), x);
      x = applyDropout(dropout, x, `${name}/dropout${i + 1}`, seed);
    }
    const kernelInitializer = glorotUniform(seed, name);
    return apply(layers.dense({ name, units: outputs, activation, kernelInitializer }), x);
  };
}
