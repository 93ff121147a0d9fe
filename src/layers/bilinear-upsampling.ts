import { add, concat, mul, reshape, slice, stack, sub, type Tensor, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { layers, type Shape } from '@tensorflow/tfjs-layers';
import type { LayerArgs } from './core/layer-args';
import { readLayerOptions } from './core/read-layer-options';

/** Twice the length along `axis` (1 or 2): each half sample lies a quarter of the way to its neighbour. */
function double(x: Tensor4D, axis: 1 | 2): Tensor4D {
  const length = x.shape[axis];
  const part = (begin: number, size: number): Tensor => {
    const from = [0, 0, 0, 0];
    const sizes = [...x.shape];
    from[axis] = begin;
    sizes[axis] = size;
    return slice(x, from, sizes);
  };
  const towards = (neighbour: Tensor) => add(x, mul(sub(neighbour, x), 0.25));
  const before = concat([part(0, 1), part(0, length - 1)], axis);
  const after = concat([part(1, length - 1), part(length - 1, 1)], axis);
  const shape = [...x.shape] as [number, number, number, number];
  shape[axis] *= 2;
  return reshape(stack([towards(before), towards(after)], axis + 1), shape);
}

/**
 * Bilinear upsampling by two with pixel centres aligned, as in Keras and PyTorch (`align_corners=False`). tfjs's
 * own UpSampling2D shifts the image by half a pixel, and its ops cannot differentiate the aligned form.
 *
 * `[batch, height, width, channels]` -> `[batch, 2 height, 2 width, channels]`.
 *
 * @throws {TypeError} for options that are not an object, or a name that is not a text.
 * @example
 * ```ts
 * import { ones } from '@tensorflow/tfjs-core';
 * import { BilinearUpsampling } from 'tfjs-multitask/layers';
 *
 * const y = new BilinearUpsampling().apply(ones([1, 4, 4, 8])); // [1, 8, 8, 8]
 * ```
 */
export class BilinearUpsampling extends layers.Layer {
  static readonly className = 'TfjsMultitaskBilinearUpsampling';

  constructor(options: LayerArgs = {}) {
    super(readLayerOptions(options, 'BilinearUpsampling'));
    this.inputSpec = [{ ndim: 4 }];
  }

  override computeOutputShape([batch, height, width, channels]: Shape): Shape {
    return [batch, height && 2 * height, width && 2 * width, channels];
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => {
      const x = (Array.isArray(inputs) ? inputs[0] : inputs) as Tensor4D;
      return double(double(x, 1), 2);
    });
  }
}
