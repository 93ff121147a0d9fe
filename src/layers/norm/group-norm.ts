import { reshape, type serialization, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import type { Shape } from '@tensorflow/tfjs-layers';
import { checkInteger } from '../../internal/check';
import { ChannelNorm, type ChannelNormOptions } from './channel-norm';
import { normalize } from './normalize';

/** Options of {@link GroupNorm}. */
export interface GroupNormOptions extends ChannelNormOptions {
  /** Must divide the channels. Default: 8. */
  readonly groups?: number | undefined;
}

/**
 * Group normalization: `y = gamma (x - mean) / sqrt(variance + epsilon) + beta`, the mean and the (population) variance
 * taken over height, width and the channels of one group of one sample; neighbouring channels form a group.
 *
 * `[batch, height, width, channels]` -> the same; `gamma` and `beta`: `[channels]`, from 1 and 0.
 * Source: Wu, He, 2018, doi:10.1007/978-3-030-01261-8_1.
 *
 * @throws {RangeError} where `groups` does not divide the channels, and for an option out of its range.
 * @example
 * ```ts
 * import { ones } from '@tensorflow/tfjs-core';
 * import { GroupNorm } from 'tfjs-multitask/layers';
 *
 * const y = new GroupNorm({ groups: 4 }).apply(ones([1, 4, 4, 8])); // [1, 4, 4, 8]
 * ```
 */
export class GroupNorm extends ChannelNorm {
  static readonly className = 'TfjsMultitaskGroupNorm';
  private readonly groups: number;

  constructor(options: GroupNormOptions = {}) {
    super(options, 'GroupNorm');
    this.groups = options.groups ?? 8;
    checkInteger(this.groups, 1, 'GroupNorm: groups');
  }

  override build(inputShape: Shape): void {
    const channels = inputShape[3] as number;
    if (channels % this.groups !== 0) {
      throw new RangeError(`GroupNorm: groups must divide the ${channels} channels, got ${this.groups}.`);
    }
    super.build(inputShape);
  }

  protected override normalized(x: Tensor4D): Tensor {
    const [batch, height, width, channels] = x.shape;
    const grouped = reshape(x, [batch, height * width, this.groups, channels / this.groups]);
    return reshape(normalize(grouped, [1, 3], this.epsilon), x.shape);
  }

  protected override groupsOf(): number {
    return this.groups;
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), groups: this.groups };
  }
}
