import { layers } from '@tensorflow/tfjs-layers';
import { checkInteger } from '../../internal/check';
import { checkFunction } from '../../internal/check-kinds';
import { checkOptions } from '../../internal/check-options';
import type { Head } from '../../types';
import { apply } from '../core/apply';

/** Options of {@link attach}. */
export interface AttachOptions {
  /**
   * The level whose feature map the head uses as its bottleneck: 1 is the finest skip, the number of skips + 1 the
   * bottleneck.
   */
  readonly level: number;
  /** Max-pools it by this factor first, so that a fully connected head stays small. Default: 1. */
  readonly pool?: number | undefined;
}

/**
 * A head on a level other than the deepest: the level's feature map is its bottleneck, and the finer skips are its
 * skips (none behind a pooling).
 *
 * With {@link withDecoder} the levels are those of a decoder that the heads share.
 *
 * Layers: those of the head, and `name/attach` where it pools.
 * Source: Goncharov et al., 2021, doi:10.1016/j.media.2021.102054 (a classifier on the last feature map of the
 * segmentation).
 *
 * @throws {RangeError} for a factor that is no positive integer and, when applied, for a level that the encoder does
 * not have.
 * @example
 * ```ts
 * import { attach, MLPHead, UNetEncoder } from 'tfjs-multitask/layers';
 * import { multitask } from 'tfjs-multitask/models';
 *
 * const model = multitask({
 *   inputShape: [32, 32, 1],
 *   encoder: UNetEncoder({ filters: [4, 8, 16] }),
 *   heads: { severity: attach(MLPHead({ units: [16] }), { level: 1, pool: 4 }) },
 * });
 * ```
 */
export function attach(head: Head, options: AttachOptions): Head {
  checkOptions(options, ['level', 'pool'], 'attach');
  const { level, pool = 1 } = options;
  checkFunction(head, 'attach: head', 'MLPHead()');
  checkInteger(level, 1, 'attach: level');
  checkInteger(pool, 1, 'attach: pool');
  return ({ skips, bottleneck }, name, seed) => {
    const levels = [...skips, bottleneck];
    if (level > levels.length) {
      throw new RangeError(`attach: the levels are 1 to ${levels.length} (the bottleneck), got ${level}.`);
    }
    const chosen = levels[level - 1];
    if (pool === 1) return head({ skips: skips.slice(0, level - 1), bottleneck: chosen }, name, seed);
    const pooling = layers.maxPooling2d({ name: `${name}/attach`, poolSize: pool, padding: 'same' });
    return head({ skips: [], bottleneck: apply(pooling, chosen) }, name, seed);
  };
}
