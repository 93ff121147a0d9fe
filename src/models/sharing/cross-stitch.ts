import { serialization } from '@tensorflow/tfjs-core';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { checkChoice, checkRange } from '../../internal/check';
import { checkOptions } from '../../internal/check-options';
import { CrossStitch, STITCHES, type StitchPer } from '../../layers/sharing/cross-stitch';
import { inStep } from './in-step';
import { checkSeveral, type Sharing } from './sharing';

/** Options of {@link crossStitch}. */
export interface CrossStitchSharingOptions {
  /** What has its own alpha: each channel of a level, or its feature map as a whole. Default: `'channel'`. */
  readonly per?: StitchPer | undefined;
  /** The initial share of a task's own feature maps, in [0, 1]; the others share the rest equally. Default: 0.9. */
  readonly self?: number | undefined;
}

/**
 * Cross-stitch networks: one encoder for each task; after each level every task continues with, and its head sees, a
 * learned mixture of all tasks' feature maps, `y_i = sum over j of alpha_ij x_j`.
 *
 * Layers: `encoder/task/...` and `encoder/stitch1`, ... For K tasks K times the encoder's parameters and K^2 alphas for
 * each channel (or each level); every step runs all K encoders, whichever tasks have labels. The source stitches after
 * the poolings and trains alpha 100 to 1000 times as fast as the rest.
 * Source: Misra, Shrivastava, Gupta, Hebert, 2016, doi:10.1109/CVPR.2016.433.
 *
 * @throws {RangeError} for fewer than 2 tasks and for an option out of its range.
 * @example
 * ```ts
 * import { MLPHead, UNetDecoder, UNetEncoder } from 'tfjs-multitask/layers';
 * import { crossStitch, multitask } from 'tfjs-multitask/models';
 *
 * const model = multitask({
 *   inputShape: [8, 8, 1],
 *   encoder: UNetEncoder({ filters: [2, 4] }),
 *   heads: { lesion: UNetDecoder(), severity: MLPHead({ filters: 4, units: [4] }) },
 *   sharing: crossStitch({ per: 'tensor' }),
 * });
 * ```
 */
export function crossStitch(options: CrossStitchSharingOptions = {}): Sharing {
  checkOptions(options, ['per', 'self'], 'crossStitch');
  const { per = 'channel', self = 0.9 } = options;
  checkChoice(per, STITCHES, 'crossStitch: per');
  checkRange(self, 0, 1, 'crossStitch: self');
  return (input, encoder, tasks, seed) => {
    checkSeveral(tasks, 'crossStitch');
    serialization.registerClass(CrossStitch);
    const names = tasks.map((task) => `encoder/${task}`);
    return inStep(input, encoder, names, seed, (featureMaps, level) => {
      const stitch = new CrossStitch({ name: `encoder/stitch${level + 1}`, per, self });
      return stitch.apply(featureMaps) as SymbolicTensor[];
    });
  };
}
