import { checkInteger } from '../../internal/check';
import { checkOptions } from '../../internal/check-options';
import { mixFeatures } from './mix-experts';
import type { Sharing } from './sharing';

/** Options of {@link mmoe}. */
export interface MmoeOptions {
  /** Encoders that all tasks share, at least 2. Default: 3. */
  readonly experts?: number | undefined;
}

/**
 * Multi-gate mixture of experts: several encoders that all tasks share, and for each task a gate on the bottleneck and
 * on every skip, `f_t = sum over e of g_te(x) f_e(x)`, `g_t` a softmax.
 *
 * Layers: `encoder/expert1/...`, ... and for each task `encoder/task/gate1`, .... A gate over n experts of c channels
 * has n^2 c + n parameters, and sees the mean of each of their channels (the source's gates see the input). Every step
 * runs all experts.
 * Source: Ma, Zhao, Yi, Chen, Hong, Chi, 2018, doi:10.1145/3219819.3220007.
 *
 * @throws {RangeError} for fewer than 2 experts.
 * @example
 * ```ts
 * import { MLPHead, UNetDecoder, UNetEncoder } from 'tfjs-multitask/layers';
 * import { mmoe, multitask } from 'tfjs-multitask/models';
 *
 * const model = multitask({
 *   inputShape: [8, 8, 1],
 *   encoder: UNetEncoder({ filters: [2, 4] }),
 *   heads: { lesion: UNetDecoder(), severity: MLPHead({ filters: 4, units: [4] }) },
 *   sharing: mmoe({ experts: 2 }),
 * });
 * ```
 */
export function mmoe(options: MmoeOptions = {}): Sharing {
  checkOptions(options, ['experts'], 'mmoe');
  const { experts = 3 } = options;
  checkInteger(experts, 2, 'mmoe: experts');
  return (input, encoder, tasks, seed) => {
    const shared = Array.from({ length: experts }, (_, e) => encoder(input, `encoder/expert${e + 1}`, seed));
    return tasks.map((task) => mixFeatures(shared, `encoder/${task}/gate`));
  };
}
