import { addN, mul, reshape, type serialization, slice, type Tensor, tensor, tidy, tile } from '@tensorflow/tfjs-core';
import { initializers, type LayerVariable, layers, type Shape } from '@tensorflow/tfjs-layers';
import { checkChoice, checkRange } from '../../internal/check';
import { checkBackend } from '../../internal/check-backend';
import type { LayerArgs } from '../core/layer-args';
import { readLayerOptions } from '../core/read-layer-options';
import { checkInputShapes } from './check-input-shapes';
import { nearIdentity } from './near-identity';

/** What has its own alpha: each channel, or the tensor as a whole. */
export type StitchPer = 'channel' | 'tensor';

export const STITCHES: readonly StitchPer[] = ['channel', 'tensor'];

/** Options of {@link CrossStitch}. */
export interface CrossStitchOptions extends LayerArgs {
  /** Default: `'channel'`. */
  readonly per?: StitchPer | undefined;
  /** The initial share of each output's own input, in [0, 1]; the others share the rest equally. Default: 0.9. */
  readonly self?: number | undefined;
}

/**
 * A cross-stitch unit between K feature maps of one shape: `y_i = sum over j of alpha_ij x_j`, for each channel with
 * its own alpha, or with one for the whole tensor.
 *
 * K times `[batch, ..., channels]` -> the same. Weight: `alpha` `[K, K, channels]`, or `[K, K, 1]` for 'tensor'. The
 * source trains alpha 100 to 1000 times as fast as the rest.
 * Source: Misra, Shrivastava, Gupta, Hebert, 2016, doi:10.1109/CVPR.2016.433.
 *
 * @throws {RangeError} for fewer than 2 inputs, for inputs of different shapes, and for an option out of its range.
 * @example
 * ```ts
 * import { ones } from '@tensorflow/tfjs-core';
 * import { CrossStitch } from 'tfjs-multitask/layers';
 *
 * const x = ones([1, 4, 4, 8]);
 * const mixed = new CrossStitch({ per: 'tensor' }).apply([x, x]);
 * ```
 */
export class CrossStitch extends layers.Layer {
  static readonly className = 'TfjsMultitaskCrossStitch';
  private readonly per: StitchPer;
  private readonly self: number;
  private alpha!: LayerVariable;

  constructor(options: CrossStitchOptions = {}) {
    super(readLayerOptions(options, 'CrossStitch'));
    this.per = options.per ?? 'channel';
    this.self = options.self ?? 0.9;
    checkChoice(this.per, STITCHES, 'CrossStitch: per');
    checkRange(this.self, 0, 1, 'CrossStitch: self');
  }

  override build(inputShapes: Shape | Shape[]): void {
    checkBackend(`layer '${this.name}'`);
    checkInputShapes(inputShapes, 'CrossStitch');
    const size = this.per === 'tensor' ? 1 : (inputShapes[0].at(-1) as number);
    const count = inputShapes.length;
    this.alpha = this.addWeight('alpha', [count, count, size], 'float32', initializers.zeros());
    const start = nearIdentity(count, this.self);
    tidy(() => void this.alpha.write(tile(tensor(start, [count, count, 1]), [1, 1, size])));
    this.built = true;
  }

  override computeOutputShape(inputShapes: Shape | Shape[]): Shape | Shape[] {
    return inputShapes;
  }

  override call(inputs: Tensor | Tensor[]): Tensor[] {
    return tidy(() => {
      const tensors = inputs as Tensor[];
      const alpha = this.alpha.read();
      const weight = (i: number, j: number) => reshape(slice(alpha, [i, j, 0], [1, 1, -1]), [-1]);
      return tensors.map((_, i) => addN(tensors.map((x, j) => mul(x, weight(i, j)))));
    });
  }

  /** Models saved before the first release have 'map' for 'tensor'. */
  static override fromConfig<T extends serialization.Serializable>(
    cls: serialization.SerializableConstructor<T>,
    config: serialization.ConfigDict,
  ): T {
    return new cls({ ...config, per: config.per === 'map' ? 'tensor' : config.per });
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), per: this.per, self: this.self };
  }
}
