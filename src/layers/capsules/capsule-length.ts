import { add, sqrt, square, sum, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { layers, type Shape } from '@tensorflow/tfjs-layers';
import type { LayerArgs } from '../core/layer-args';
import { readLayerOptions } from '../core/read-layer-options';

/** Keeps the slope finite where a capsule is 0. */
const EPSILON = 1e-7;

/**
 * The lengths of capsules: how likely each finds what it stands for, in [0, 1) behind a routing.
 *
 * `[batch, capsules, dimension]` -> `[batch, capsules]`.
 * Source: Sabour, Frosst, Hinton, 2017, arXiv:1710.09829.
 *
 * @throws {TypeError} for options that are not an object.
 * @example
 * ```ts
 * import { tensor3d } from '@tensorflow/tfjs-core';
 * import { CapsuleLength } from 'tfjs-multitask/layers';
 *
 * const lengths = new CapsuleLength().apply(tensor3d([[[0.3, 0.4]]])); // [1, 1]
 * ```
 */
export class CapsuleLength extends layers.Layer {
  static readonly className = 'TfjsMultitaskCapsuleLength';

  constructor(options: LayerArgs = {}) {
    super(readLayerOptions(options, 'CapsuleLength'));
    this.inputSpec = [{ ndim: 3 }];
  }

  override computeOutputShape(inputShape: Shape): Shape {
    return inputShape.slice(0, -1);
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    const [capsules] = [inputs].flat();
    return tidy(() => sqrt(add(sum(square(capsules), -1), EPSILON)));
  }
}
