import { serialization } from '@tensorflow/tfjs-core';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { checkInteger, checkRange } from '../../internal/check';
import { checkOptions } from '../../internal/check-options';
import { SubspaceMix } from '../../layers/sharing/subspace-mix';
import { inStep } from './in-step';
import { checkSeveral, type Sharing } from './sharing';

/** Options of {@link sluice}. */
export interface SluiceOptions {
  /** Equal parts that the channels of each level are cut into; must divide them. Default: 2. */
  readonly subspaces?: number | undefined;
  /** The initial share of each subspace itself, in [0, 1]; all others share the rest equally. Default: 0.9. */
  readonly self?: number | undefined;
}

/**
 * A simplified sluice network: one encoder for each task, the channels of each level cut into subspaces.
 *
 * Two learned mixtures of all tasks' subspaces follow a level: `y_p = sum over q of alpha_pq x_q` is what the next
 * level sees, and `sum over q of beta_pq x_q` is what the task's head sees over the skip.
 *
 * From the source come the mixing of subspaces and the separate mixing weights for the skips. Left out are the
 * penalty that keeps subspaces apart, and the sum of all levels in front of the output: heads that have every level as
 * a skip weigh the levels themselves. Layers: `encoder/task/...`, and at each level `encoder/sluice1`, ... (but for the
 * last) and `encoder/skip1`, ..., each with (K S)^2 parameters for K tasks and S subspaces. Every step runs all
 * encoders.
 * Source: Ruder, Bingel, Augenstein, Søgaard, 2019, doi:10.1609/aaai.v33i01.33014822.
 *
 * @throws {RangeError} for fewer than 2 tasks, where the subspaces do not divide the channels, and for an option out of
 * its range.
 * @example
 * ```ts
 * import { MLPHead, UNetDecoder, UNetEncoder } from 'tfjs-multitask/layers';
 * import { multitask, sluice } from 'tfjs-multitask/models';
 *
 * const model = multitask({
 *   inputShape: [8, 8, 1],
 *   encoder: UNetEncoder({ filters: [2, 4] }),
 *   heads: { lesion: UNetDecoder(), severity: MLPHead({ filters: 4, units: [4] }) },
 *   sharing: sluice({ subspaces: 2 }),
 * });
 * ```
 */
export function sluice(options: SluiceOptions = {}): Sharing {
  checkOptions(options, ['subspaces', 'self'], 'sluice');
  const { subspaces = 2, self = 0.9 } = options;
  checkInteger(subspaces, 1, 'sluice: subspaces');
  checkRange(self, 0, 1, 'sluice: self');
  return (input, encoder, tasks, seed) => {
    checkSeveral(tasks, 'sluice');
    serialization.registerClass(SubspaceMix);
    const mix = (featureMaps: SymbolicTensor[], name: string) =>
      new SubspaceMix({ name, subspaces, self }).apply(featureMaps) as SymbolicTensor[];
    // What a head sees in the place of the feature map that the encoder continues with.
    const shown = new Map<SymbolicTensor, SymbolicTensor>();
    const names = tasks.map((task) => `encoder/${task}`);
    const features = inStep(input, encoder, names, seed, (featureMaps, level, goesOn) => {
      const next = goesOn ? mix(featureMaps, `encoder/sluice${level + 1}`) : featureMaps;
      for (const [i, featureMap] of mix(featureMaps, `encoder/skip${level + 1}`).entries())
        shown.set(next[i], featureMap);
      return next;
    });
    return features.map(({ skips, bottleneck }) => ({
      skips: skips.map((featureMap) => shown.get(featureMap)!),
      bottleneck: shown.get(bottleneck)!,
    }));
  };
}
