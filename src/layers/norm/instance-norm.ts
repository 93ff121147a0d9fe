import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { ChannelNorm, type ChannelNormOptions } from './channel-norm';
import { normalize } from './normalize';

/** Options of {@link InstanceNorm}. */
export type InstanceNormOptions = ChannelNormOptions;

/**
 * Instance normalization: `y = gamma (x - mean) / sqrt(variance + epsilon) + beta`, the mean and the (population)
 * variance taken over height and width of one channel of one sample.
 *
 * `[batch, height, width, channels]` -> the same; `gamma` and `beta`: `[channels]`, from 1 and 0. It does not depend on
 * the other samples of the batch, nor on training or prediction.
 * Source: Ulyanov, Vedaldi, Lempitsky, 2016, arXiv:1607.08022.
 *
 * @throws {RangeError} for a negative `epsilon`.
 * @example
 * ```ts
 * import { ones } from '@tensorflow/tfjs-core';
 * import { InstanceNorm } from 'tfjs-multitask/layers';
 *
 * const y = new InstanceNorm({ epsilon: 1e-5 }).apply(ones([1, 4, 4, 8])); // [1, 4, 4, 8]
 * ```
 */
export class InstanceNorm extends ChannelNorm {
  static readonly className = 'TfjsMultitaskInstanceNorm';

  constructor(options: InstanceNormOptions = {}) {
    super(options, 'InstanceNorm');
  }

  protected override normalized(x: Tensor4D): Tensor {
    return normalize(x, [1, 2], this.epsilon);
  }

  protected override groupsOf(channels: number): number {
    return channels;
  }
}
