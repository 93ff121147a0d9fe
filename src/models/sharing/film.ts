import { serialization } from '@tensorflow/tfjs-core';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { apply } from '../../layers/core/apply';
import { Film } from '../../layers/sharing/film';
import { RepeatBatch } from '../../layers/sharing/repeat-batch';
import { SliceBatch } from '../../layers/sharing/slice-batch';
import { inStep } from './in-step';
import type { Sharing } from './sharing';

/**
 * One encoder that works differently for each task: after each level the feature maps are scaled and shifted channel by
 * channel, `y = gamma_t x + beta_t`, with numbers of task t, before the next level and the task's head see them.
 *
 * Layers: `encoder/...`, `encoder/repeat`, `encoder/film1`, ... and for each task `encoder/task/slice1`, .... It costs
 * two parameters per channel and task, but every step runs the encoder once for every task, as one batch of K times the
 * size; batch normalization sees that batch. All tasks start alike (gamma 1, beta 0).
 * Sources: Perez, Strub, de Vries, Dumoulin, Courville, 2018, doi:10.1609/aaai.v32i1.11671, who modulate within a block
 * and compute gamma and beta from a condition; a learned pair for each condition as in Dumoulin, Shlens, Kudlur, 2017,
 * arXiv:1610.07629.
 *
 * @example
 * ```ts
 * import { MLPHead, UNetDecoder, UNetEncoder } from 'tfjs-multitask/layers';
 * import { film, multitask } from 'tfjs-multitask/models';
 *
 * const model = multitask({
 *   inputShape: [8, 8, 1],
 *   encoder: UNetEncoder({ filters: [2, 4] }),
 *   heads: { lesion: UNetDecoder(), severity: MLPHead({ filters: 4, units: [4] }) },
 *   sharing: film(),
 * });
 * ```
 */
export function film(): Sharing {
  return (input, encoder, tasks, seed) => {
    for (const layer of [RepeatBatch, Film, SliceBatch]) serialization.registerClass(layer);
    const conditions = tasks.length;
    const copies = apply(new RepeatBatch({ name: 'encoder/repeat', times: conditions }), input);
    const [{ skips, bottleneck }] = inStep(copies, encoder, ['encoder'], seed, ([featureMap], level) => [
      apply(new Film({ name: `encoder/film${level + 1}`, conditions }), featureMap),
    ]);
    return tasks.map((task, index) => {
      const own = (featureMap: SymbolicTensor, i: number) =>
        apply(new SliceBatch({ name: `encoder/${task}/slice${i + 1}`, index, parts: conditions }), featureMap);
      return { skips: skips.map(own), bottleneck: own(bottleneck, skips.length) };
    });
  };
}
