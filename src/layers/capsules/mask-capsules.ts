import {
  argMax,
  cast,
  expandDims,
  mul,
  oneHot,
  reshape,
  square,
  sum,
  type Tensor,
  type Tensor1D,
  tidy,
} from '@tensorflow/tfjs-core';
import { layers, type Shape } from '@tensorflow/tfjs-layers';
import type { LayerArgs } from '../core/layer-args';
import { readLayerOptions } from '../core/read-layer-options';

/**
 * Leaves the longest capsule of each sample as it is, makes 0 of all others, and lays them one behind the other: what a
 * reconstruction is made from.
 *
 * `[batch, capsules, dimension]` -> `[batch, capsules * dimension]`. The gradient is that of the values which are left.
 * Source: Sabour, Frosst, Hinton, 2017, arXiv:1710.09829, section 4.1.
 *
 * @throws {TypeError} for options that are not an object.
 * @example
 * ```ts
 * import { tensor3d } from '@tensorflow/tfjs-core';
 * import { MaskCapsules } from 'tfjs-multitask/layers';
 *
 * const masked = new MaskCapsules().apply(tensor3d([[[1, 0], [2, 3]]])); // [1, 4]
 * ```
 */
export class MaskCapsules extends layers.Layer {
  static readonly className = 'TfjsMultitaskMaskCapsules';

  constructor(options: LayerArgs = {}) {
    super(readLayerOptions(options, 'MaskCapsules'));
    this.inputSpec = [{ ndim: 3 }];
  }

  override computeOutputShape([batch, capsules, dimension]: Shape): Shape {
    return [batch, (capsules as number) * (dimension as number)];
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => {
      const [v] = [inputs].flat();
      const [batch, capsules, dimension] = v.shape;
      const longest = argMax(sum(square(v), -1), 1) as Tensor1D;
      const kept = cast(oneHot(longest, capsules), 'float32');
      return reshape(mul(v, expandDims(kept, 2)), [batch, capsules * dimension]);
    });
  }
}
