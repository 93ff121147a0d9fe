import { layers } from '@tensorflow/tfjs-layers';
import { checkInteger } from '../../internal/check';
import { checkOptions } from '../../internal/check-options';
import type { Encoder } from '../../types';
import { apply } from '../core/apply';
import { checkImages } from '../core/check-images';
import { heNormal } from '../core/initializer';

/** Options of {@link CapsuleEncoder}. */
export interface CapsuleEncoderOptions {
  /** Default: 256. */
  readonly filters?: number | undefined;
  /** The sides of its kernels. Default: 9. */
  readonly kernelSize?: number | undefined;
}

/**
 * The first layer of a capsule network: one convolution with large kernels and a ReLU, without padding.
 *
 * `CapsuleHead` is the rest.
 *
 * `[batch, height, width, channels]` -> no skips, and the feature map `[batch, height - 8, width - 8, 256]` as bottleneck. Layer:
 * `name/conv1`.
 * Source: Sabour, Frosst, Hinton, 2017, arXiv:1710.09829, section 4.
 *
 * @throws {RangeError} for an option out of its range and, when applied, for images smaller than the kernels.
 * @example
 * ```ts
 * import { CapsuleEncoder, CapsuleHead } from 'tfjs-multitask/layers';
 * import { multitask } from 'tfjs-multitask/models';
 *
 * const model = multitask({
 *   inputShape: [20, 20, 1],
 *   encoder: CapsuleEncoder({ filters: 8 }),
 *   heads: { digit: CapsuleHead({ classes: 3, types: 2, dimensions: [4, 4], kernelSize: 5 }) },
 * });
 * ```
 */
export function CapsuleEncoder(options: CapsuleEncoderOptions = {}): Encoder {
  checkOptions(options, ['filters', 'kernelSize'], 'CapsuleEncoder');
  const { filters = 256, kernelSize = 9 } = options;
  checkInteger(filters, 1, 'CapsuleEncoder: filters');
  checkInteger(kernelSize, 1, 'CapsuleEncoder: kernelSize');
  return (input, name, seed) => {
    checkImages(input, 'CapsuleEncoder');
    const [, height, width] = input.shape;
    if (Math.min(height ?? kernelSize, width ?? kernelSize) < kernelSize) {
      throw new RangeError(
        `CapsuleEncoder: images must have sides of at least ${kernelSize}, got ${height} x ${width}.`,
      );
    }
    const conv = `${name}/conv1`;
    const kernelInitializer = heNormal(seed, conv);
    const layer = layers.conv2d({ name: conv, filters, kernelSize, activation: 'relu', kernelInitializer });
    return { skips: [], bottleneck: apply(layer, input) };
  };
}
