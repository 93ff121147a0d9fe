import { type serialization, type Tensor, tidy, tile } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { checkInteger } from '../../internal/check';
import type { LayerArgs } from '../core/layer-args';
import { readLayerOptions } from '../core/read-layer-options';

/** Options of {@link RepeatBatch}. */
export interface RepeatBatchOptions extends LayerArgs {
  readonly times: number;
}

/**
 * The batch several times over, one copy after the other: the layers after it see one large batch.
 *
 * `[batch, ...]` -> `[times batch, ...]`.
 *
 * @throws {RangeError} unless `times` is a positive integer.
 * @example
 * ```ts
 * import { ones } from '@tensorflow/tfjs-core';
 * import { RepeatBatch } from 'tfjs-multitask/layers';
 *
 * const copies = new RepeatBatch({ times: 3 }).apply(ones([1, 4, 4, 8])); // [3, 4, 4, 8]
 * ```
 */
export class RepeatBatch extends layers.Layer {
  static readonly className = 'TfjsMultitaskRepeatBatch';
  private readonly times: number;

  constructor(options: RepeatBatchOptions) {
    super(readLayerOptions(options, 'RepeatBatch'));
    checkInteger(options.times, 1, 'RepeatBatch: times');
    this.times = options.times;
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => {
      const x = Array.isArray(inputs) ? inputs[0] : inputs;
      return tile(x, [this.times, ...x.shape.slice(1).map(() => 1)]);
    });
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), times: this.times };
  }
}
