import type { Sharing } from './sharing';

/**
 * Hard parameter sharing, the default of `multitask`: one encoder, whose features go to all heads.
 *
 * Source: Caruana, "Multitask learning", 1997, doi:10.1023/A:1007379606734.
 *
 * @example
 * ```ts
 * import { MLPHead, UNetDecoder, UNetEncoder } from 'tfjs-multitask/layers';
 * import { hardSharing, multitask } from 'tfjs-multitask/models';
 *
 * const model = multitask({
 *   inputShape: [8, 8, 1],
 *   encoder: UNetEncoder({ filters: [2, 4] }),
 *   heads: { lesion: UNetDecoder(), severity: MLPHead({ filters: 4, units: [4] }) },
 *   sharing: hardSharing(),
 * });
 * ```
 */
export function hardSharing(): Sharing {
  return (input, encoder, tasks, seed) => {
    const features = encoder(input, 'encoder', seed);
    return tasks.map(() => features);
  };
}
