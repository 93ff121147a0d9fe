import { clone, type Tensor } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { untaped } from '../internal/tape';
import type { LayerArgs } from './core/layer-args';
import { readLayerOptions } from './core/read-layer-options';

/**
 * Hands on what it is given, and no gradient back: what is behind it does not train what is in front of it.
 *
 * Any shape -> the same. `tf.stop_gradient` of TensorFlow and `detach` of PyTorch.
 *
 * @throws {TypeError} for options that are not an object.
 * @example
 * ```ts
 * import { ones } from '@tensorflow/tfjs-core';
 * import { StopGradient } from 'tfjs-multitask/layers';
 *
 * const y = new StopGradient().apply(ones([1, 4])); // [1, 4]
 * ```
 */
export class StopGradient extends layers.Layer {
  static readonly className = 'TfjsMultitaskStopGradient';

  constructor(options: LayerArgs = {}) {
    super(readLayerOptions(options, 'StopGradient'));
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return untaped(() => clone([inputs].flat()[0]));
  }
}
