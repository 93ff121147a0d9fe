import { type serialization, slice, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { checkInteger } from '../../internal/check';
import type { LayerArgs } from '../core/layer-args';
import { readLayerOptions } from '../core/read-layer-options';

/** Options of {@link SliceBatch}. */
export interface SliceBatchOptions extends LayerArgs {
  /** Counts from 0. */
  readonly index: number;
  /** How many parts of equal size the batch has. */
  readonly parts: number;
}

/**
 * One of the equal parts of a batch: undoes {@link RepeatBatch}.
 *
 * `[parts batch, ...]` -> `[batch, ...]`.
 *
 * @throws {RangeError} for an index that is not below `parts`.
 * @example
 * ```ts
 * import { ones, type Tensor } from '@tensorflow/tfjs-core';
 * import { RepeatBatch, SliceBatch } from 'tfjs-multitask/layers';
 *
 * const copies = new RepeatBatch({ times: 2 }).apply(ones([1, 4, 4, 8])) as Tensor;
 * const second = new SliceBatch({ index: 1, parts: 2 }).apply(copies); // [1, 4, 4, 8]
 * ```
 */
export class SliceBatch extends layers.Layer {
  static readonly className = 'TfjsMultitaskSliceBatch';
  private readonly index: number;
  private readonly parts: number;

  constructor(options: SliceBatchOptions) {
    super(readLayerOptions(options, 'SliceBatch'));
    const { index, parts } = options;
    checkInteger(parts, 1, 'SliceBatch: parts');
    checkInteger(index, 0, 'SliceBatch: index');
    if (index >= parts) throw new RangeError(`SliceBatch: index must be below parts (${parts}), got ${index}.`);
    this.index = index;
    this.parts = parts;
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => {
      const x = Array.isArray(inputs) ? inputs[0] : inputs;
      const batch = x.shape[0] / this.parts;
      const rest = x.shape.slice(1);
      return slice(x, [this.index * batch, ...rest.map(() => 0)], [batch, ...rest]);
    });
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), index: this.index, parts: this.parts };
  }
}
