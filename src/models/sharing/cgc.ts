import { checkInteger } from '../../internal/check';
import { checkOptions } from '../../internal/check-options';
import { mixFeatures } from './mix-experts';
import type { Sharing } from './sharing';

/** Options of {@link cgc}. */
export interface CgcOptions {
  /** Encoders that all tasks see. Default: 1. */
  readonly shared?: number | undefined;
  /** Encoders of each task alone. Default: 1. */
  readonly own?: number | undefined;
}

/** The names of the experts: those of each task, then the shared ones. */
export function expertNames({ shared, own }: Required<CgcOptions>, tasks: readonly string[]): string[] {
  const experts = (prefix: string, count: number) =>
    Array.from({ length: count }, (_, e) => `${prefix}/expert${e + 1}`);
  return [...tasks.flatMap((task) => experts(`encoder/${task}`, own)), ...experts('encoder', shared)];
}

/** Defaults, and a check that there is one expert of each kind. */
export function expertCounts({ shared = 1, own = 1 }: CgcOptions, caller: string): Required<CgcOptions> {
  checkInteger(shared, 1, `${caller}: shared`);
  checkInteger(own, 1, `${caller}: own`);
  return { shared, own };
}

/**
 * Customized gate control: some encoders that all tasks share and some of each task alone; a task's gates, on the
 * bottleneck and on every skip, choose among the shared ones and its own: `f_t = sum over e of g_te(x) f_e(x)`.
 *
 * Layers: `encoder/expert1/...`, `encoder/task/expert1/...` and `encoder/task/gate1`, .... A step runs the shared
 * experts and those of the tasks that have labels.
 * Source: Tang, Liu, Zhao, Gong, 2020, doi:10.1145/3383313.3412236.
 *
 * @throws {RangeError} unless there is at least one expert of each kind.
 * @example
 * ```ts
 * import { MLPHead, UNetDecoder, UNetEncoder } from 'tfjs-multitask/layers';
 * import { cgc, multitask } from 'tfjs-multitask/models';
 *
 * const model = multitask({
 *   inputShape: [8, 8, 1],
 *   encoder: UNetEncoder({ filters: [2, 4] }),
 *   heads: { lesion: UNetDecoder(), severity: MLPHead({ filters: 4, units: [4] }) },
 *   sharing: cgc({ shared: 1, own: 1 }),
 * });
 * ```
 */
export function cgc(options: CgcOptions = {}): Sharing {
  checkOptions(options, ['shared', 'own'], 'cgc');
  const counts = expertCounts(options, 'cgc');
  return (input, encoder, tasks, seed) => {
    const experts = expertNames(counts, tasks).map((name) => encoder(input, name, seed));
    const shared = experts.slice(tasks.length * counts.own);
    return tasks.map((task, t) => {
      const own = experts.slice(t * counts.own, (t + 1) * counts.own);
      return mixFeatures([...own, ...shared], `encoder/${task}/gate`);
    });
  };
}
