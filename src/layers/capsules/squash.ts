import { add, div, mul, sqrt, square, sum, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import type { LayerArgs } from '../core/layer-args';
import { readLayerOptions } from '../core/read-layer-options';

/** Keeps the slope of a length finite where the vector is 0. */
const EPSILON = 1e-7;

/** Shrinks vectors on the last axis: `|s|^2 / (1 + |s|^2) s / |s|`. */
export function squash(s: Tensor): Tensor {
  return tidy(() => {
    const squared = sum(square(s), -1, true);
    return mul(s, div(squared, mul(add(squared, 1), sqrt(add(squared, EPSILON)))));
  });
}

/**
 * Shrinks vectors to a length below 1, that of short ones to almost 0, in their direction: what makes capsules of feature maps.
 *
 * `v = |s|^2 / (1 + |s|^2) s / |s|`. `[batch, capsules, dimension]` -> the same; any shape, vectors on the last axis.
 * Source: Sabour, Frosst, Hinton, "Dynamic routing between capsules", 2017, arXiv:1710.09829, equation 1.
 *
 * @throws {TypeError} for options that are not an object.
 * @example
 * ```ts
 * import { tensor3d } from '@tensorflow/tfjs-core';
 * import { Squash } from 'tfjs-multitask/layers';
 *
 * const v = new Squash().apply(tensor3d([[[3, 4]]])); // [1, 1, 2]
 * ```
 */
export class Squash extends layers.Layer {
  static readonly className = 'TfjsMultitaskSquash';

  constructor(options: LayerArgs = {}) {
    super(readLayerOptions(options, 'Squash'));
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return squash(Array.isArray(inputs) ? inputs[0] : inputs);
  }
}
