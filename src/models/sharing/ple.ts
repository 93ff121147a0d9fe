import { checkOptions } from '../../internal/check-options';
import { type CgcOptions, expertCounts, expertNames } from './cgc';
import { inStep } from './in-step';
import { mixExperts } from './mix-experts';
import type { Sharing } from './sharing';

/** Options of {@link ple}. */
export type PleOptions = CgcOptions;

/**
 * Progressive layered extraction: customized gate control ({@link cgc}) level by level.
 *
 * After each level a task's experts continue with its gate's mixture of their feature maps and the shared ones, and the
 * shared experts with what a gate over all experts makes. The heads see the outputs of the tasks' gates.
 *
 * Layers: `encoder/expert1/...`, `encoder/task/expert1/...`, `encoder/task/gate1`, ..., and `encoder/gate1`, ... at all
 * levels but the last. Every step runs all experts.
 * Source: Tang, Liu, Zhao, Gong, 2020, doi:10.1145/3383313.3412236, whose levels are dense layers; here they are those
 * of the encoder.
 *
 * @throws {RangeError} unless there is at least one expert of each kind.
 * @example
 * ```ts
 * import { MLPHead, UNetDecoder, UNetEncoder } from 'tfjs-multitask/layers';
 * import { multitask, ple } from 'tfjs-multitask/models';
 *
 * const model = multitask({
 *   inputShape: [8, 8, 1],
 *   encoder: UNetEncoder({ filters: [2, 4] }),
 *   heads: { lesion: UNetDecoder(), severity: MLPHead({ filters: 4, units: [4] }) },
 *   sharing: ple(),
 * });
 * ```
 */
export function ple(options: PleOptions = {}): Sharing {
  checkOptions(options, ['shared', 'own'], 'ple');
  const counts = expertCounts(options, 'ple');
  const { own } = counts;
  return (input, encoder, tasks, seed) => {
    const features = inStep(input, encoder, expertNames(counts, tasks), seed, (featureMaps, level, goesOn) => {
      const shared = featureMaps.slice(tasks.length * own);
      const ofTasks = tasks.flatMap((task, t) => {
        const gated = mixExperts(
          [...featureMaps.slice(t * own, (t + 1) * own), ...shared],
          `encoder/${task}/gate`,
          level + 1,
        );
        return Array.from({ length: own }, () => gated);
      });
      if (!goesOn) return [...ofTasks, ...shared];
      const gated = mixExperts(featureMaps, 'encoder/gate', level + 1);
      return [...ofTasks, ...shared.map(() => gated)];
    });
    return tasks.map((_, t) => features[t * own]);
  };
}
