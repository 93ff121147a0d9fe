import { serialization } from '@tensorflow/tfjs-core';
import { checkChoice, checkRange } from '../../internal/check';
import { checkOptions } from '../../internal/check-options';
import { apply } from '../../layers/core/apply';
import { DISTANCES, type DistanceKind, ParameterDistance } from '../../layers/sharing/parameter-distance';
import { checkSeveral, type Sharing } from './sharing';

/** Options of {@link softSharing}. */
export interface SoftSharingOptions {
  /** Default: `'l2'`. */
  readonly distance?: DistanceKind | undefined;
  /** What the distance is multiplied by before it is added to the losses. Default: 1e-4. */
  readonly strength?: number | undefined;
}

/**
 * Soft parameter sharing: one encoder for each task, and a loss on the distance between their parameters w:
 * `strength * sum over w of sum over i < j of ||w_i - w_j||^2` ('l2'), or
 * `strength * sum over w of ||[w_1; ...; w_K]||_*`, the trace norm, which makes them dependent rather than equal.
 *
 * Layers: `encoder/task/...` and `encoder/distance`. The trainer adds the loss as it adds any regularization of a
 * layer, whatever weighting the tasks have; a batch with labels of one task runs that task's encoder alone.
 * Sources: Duong, Cohn, Bird, Cook, 2015, doi:10.3115/v1/P15-2139 (L2); Yang, Hospedales, 2017, arXiv:1606.04038 (trace
 * norm).
 *
 * @throws {RangeError} for fewer than 2 tasks and for an option out of its range.
 * @example
 * ```ts
 * import { MLPHead, UNetDecoder, UNetEncoder } from 'tfjs-multitask/layers';
 * import { multitask, softSharing } from 'tfjs-multitask/models';
 *
 * const model = multitask({
 *   inputShape: [8, 8, 1],
 *   encoder: UNetEncoder({ filters: [2, 4] }),
 *   heads: { lesion: UNetDecoder(), severity: MLPHead({ filters: 4, units: [4] }) },
 *   sharing: softSharing({ distance: 'trace', strength: 1e-3 }),
 * });
 * ```
 */
export function softSharing(options: SoftSharingOptions = {}): Sharing {
  checkOptions(options, ['distance', 'strength'], 'softSharing');
  const { distance = 'l2', strength = 1e-4 } = options;
  checkChoice(distance, DISTANCES, 'softSharing: distance');
  checkRange(strength, 0, Number.MAX_VALUE, 'softSharing: strength');
  return (input, encoder, tasks, seed) => {
    checkSeveral(tasks, 'softSharing');
    serialization.registerClass(ParameterDistance);
    const layer = new ParameterDistance({ name: 'encoder/distance', distance, strength });
    return tasks.map((task) => {
      const { skips, bottleneck } = encoder(input, `encoder/${task}`, seed);
      return { skips, bottleneck: apply(layer, bottleneck) };
    });
  };
}
