import { checkInteger } from '../../internal/check';
import { checkBoolean } from '../../internal/check-kinds';
import { checkOptions } from '../../internal/check-options';
import { comparable, fields, floats, integer, listOf, orNull } from '../../internal/readers';
import type { AnyTask } from '../../types';
import type { Callback } from './callback';
import { checkMonitorOptions, isBetter, type Mode, type MonitorOptions, readMode, readMonitor } from './monitor';

/** Options of {@link earlyStopping}. */
export interface EarlyStoppingOptions<T extends string> extends MonitorOptions<T> {
  /** How many epochs without improvement are tolerated. Default: 35, as in the paper. */
  readonly patience?: number | undefined;
  /** Restores the weights of the best epoch when the fit ends. Default: true. */
  readonly restoreBest?: boolean | undefined;
}

const readState = fields({ best: orNull(comparable), bestEpoch: integer(-1), weights: orNull(listOf(floats)) });

function checkSizes(saved: readonly Float32Array[], own: readonly Float32Array[]): void {
  if (saved.length === own.length && saved.every(({ length }, i) => length === own[i].length)) return;
  throw new RangeError(
    'earlyStopping: state.weights: expected the best weights of this model, found those of another.',
  );
}

/**
 * Ends the fit when a score has not improved for `patience` epochs, and restores the best weights.
 *
 * The best weights are restored however the fit ends: early, after the last epoch or by an abort.
 *
 * @throws {RangeError} when the fit begins where there is no such score, or whether large or small values of it are
 * better is not known.
 * @example
 * ```ts
 * import { earlyStopping } from 'tfjs-multitask/train';
 *
 * earlyStopping({ monitor: 'validation.segmentation.dice', patience: 10 });
 * ```
 */
export function earlyStopping<T extends string = AnyTask>(options: EarlyStoppingOptions<T> = {}): Callback<T> {
  checkOptions(options, ['monitor', 'patience', 'minDelta', 'mode', 'restoreBest'], 'earlyStopping');
  const { monitor = 'validation.loss', patience = 35, minDelta = 0, mode, restoreBest = true } = options;
  checkInteger(patience, 0, 'earlyStopping: patience');
  checkBoolean(restoreBest, 'earlyStopping: restoreBest');
  checkMonitorOptions('earlyStopping', monitor, minDelta, mode);
  let best: number | null = null;
  let better: Mode = 'min';
  let bestEpoch = -1;
  let weights: readonly Float32Array[] | null = null;
  return {
    name: `earlyStopping ${monitor}`,
    onFitBegin(run) {
      better = readMode(run, monitor, mode, 'earlyStopping');
      // A fit that does not resume starts afresh, also with a callback that has been used before.
      if (run.resumed) return;
      best = null;
      bestEpoch = -1;
      weights = null;
    },
    async onEpochEnd(run, log) {
      const value = readMonitor(log, monitor, 'earlyStopping');
      if (isBetter(value, best, better, minDelta)) {
        best = value;
        bestEpoch = log.epoch;
        if (restoreBest) weights = await run.weights();
      } else if (log.epoch - bestEpoch >= Math.max(patience, 1)) {
        run.stop(
          bestEpoch < 0
            ? `${monitor} was never a number`
            : `${monitor} has not improved on ${best} of epoch ${bestEpoch} for ${log.epoch - bestEpoch} epochs`,
        );
      }
    },
    onFitEnd(run) {
      if (weights !== null) run.setWeights(weights);
      weights = null;
    },
    save: () => ({ best, bestEpoch, weights }),
    load(state, modelWeights) {
      const saved = readState(state, 'earlyStopping: state');
      if (saved.weights !== null && modelWeights !== undefined) checkSizes(saved.weights, modelWeights);
      ({ best, bestEpoch, weights } = saved);
    },
  };
}
