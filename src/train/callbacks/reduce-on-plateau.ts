import { checkInteger, checkRange } from '../../internal/check';
import { checkNumber } from '../../internal/check-kinds';
import { checkOptions } from '../../internal/check-options';
import { comparable, fields, integer, orNull } from '../../internal/readers';
import type { AnyTask } from '../../types';
import type { Callback } from './callback';
import { checkMonitorOptions, isBetter, type Mode, type MonitorOptions, readMode, readMonitor } from './monitor';

/** Options of {@link reduceOnPlateau}. */
export interface ReduceOnPlateauOptions<T extends string> extends MonitorOptions<T> {
  /** The factor that the learning rate is multiplied by. Default: 0.1. */
  readonly factor?: number | undefined;
  /** Epochs without improvement before it is reduced. Default: 10. */
  readonly patience?: number | undefined;
  /** The learning rate never falls below it. Default: 0. */
  readonly minLearningRate?: number | undefined;
}

const readState = fields({ best: orNull(comparable), waited: integer() });

/**
 * Multiplies the learning rate by `factor` when a score has not improved for `patience` epochs.
 *
 * Works with every tfjs optimizer, Adam included.
 *
 * @throws {RangeError} when the fit begins where there is no such score, or whether large or small values of it are
 * better is not known.
 * @example
 * ```ts
 * import { reduceOnPlateau } from 'tfjs-multitask/train';
 *
 * reduceOnPlateau({ monitor: 'validation.loss', factor: 0.5, patience: 5 });
 * ```
 */
export function reduceOnPlateau<T extends string = AnyTask>(options: ReduceOnPlateauOptions<T> = {}): Callback<T> {
  checkOptions(options, ['monitor', 'factor', 'patience', 'minDelta', 'mode', 'minLearningRate'], 'reduceOnPlateau');
  const { monitor = 'validation.loss', factor = 0.1, patience = 10, minDelta = 0, mode, minLearningRate = 0 } = options;
  checkNumber(factor, 'reduceOnPlateau: factor');
  if (!(factor > 0 && factor < 1)) throw new RangeError(`reduceOnPlateau: factor must lie in (0, 1), got ${factor}.`);
  checkInteger(patience, 1, 'reduceOnPlateau: patience');
  checkRange(minLearningRate, 0, Number.MAX_VALUE, 'reduceOnPlateau: minLearningRate');
  checkMonitorOptions('reduceOnPlateau', monitor, minDelta, mode);
  let better: Mode = 'min';
  let best: number | null = null;
  let waited = 0;
  return {
    name: `reduceOnPlateau ${monitor}`,
    onFitBegin(run) {
      better = readMode(run, monitor, mode, 'reduceOnPlateau');
      if (run.resumed) return;
      best = null;
      waited = 0;
    },
    onEpochEnd(run, log) {
      const value = readMonitor(log, monitor, 'reduceOnPlateau');
      if (isBetter(value, best, better, minDelta)) {
        best = value;
        waited = 0;
      } else if (++waited >= patience) {
        const rate = run.learningRate;
        run.learningRate = Math.min(rate, Math.max(minLearningRate, rate * factor));
        waited = 0;
      }
    },
    save: () => ({ best, waited }),
    load(state) {
      ({ best, waited } = readState(state, 'reduceOnPlateau: state'));
    },
  };
}
