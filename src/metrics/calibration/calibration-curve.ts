import { checkOptions } from '../../internal/check-options';
import type { Metric } from '../../types';
import { binnedConfidence, type CalibrationOptions, type CalibrationState } from './calibration-error';

/** The cases whose probability lies in one bin; without cases both rates are NaN. */
export interface CalibrationBin {
  /** The bin is [low, high), the last one closed. */
  readonly low: number;
  readonly high: number;
  /** The weight of its cases. */
  readonly weight: number;
  /** The mean predicted probability. */
  readonly predicted: number;
  /** The share of the cases that are positive. */
  readonly observed: number;
}

/**
 * The reliability diagram: for bins of equal width the mean predicted probability beside the observed frequency, which
 * are equal where a model is calibrated.
 *
 * With `classes` it looks at the highest probability and how often that class is right. The state is that of
 * `calibrationError`.
 *
 * `yTrue`, `yPred`: `[batch, ...]`, probabilities. scikit-learn's `calibration_curve` leaves empty bins out.
 *
 * Source: DeGroot and Fienberg, "The comparison and evaluation of forecasters", 1983, doi:10.2307/2987588.
 *
 * @throws {RangeError} where `bins` is not a positive integer, the shapes do not fit, labels are out of range or
 * `yPred` is not in [0, 1].
 * @example
 * ```ts
 * import { calibrationCurve, score } from 'tfjs-multitask/metrics';
 *
 * const bins = await score(calibrationCurve({ bins: 2 }), [0, 1, 1, 1], [0.2, 0.4, 0.8, 0.9]);
 * bins[0]; // { low: 0, high: 0.5, weight: 2, predicted: 0.3, observed: 0.5 }
 * ```
 */
export function calibrationCurve(
  options: Omit<CalibrationOptions, 'gapNorm'> = {},
): Metric<CalibrationState, CalibrationBin[]> {
  checkOptions(options, ['bins', 'classes', 'ignoreIndex', 'labels'], 'calibrationCurve');
  const { bins = 15 } = options;
  return binnedConfidence({ name: 'calibrationCurve' }, options, (state) =>
    Array.from({ length: bins }, (_, k) => {
      const [weight, confidence, hits] = state.subarray(3 * k, 3 * k + 3);
      return {
        low: k / bins,
        high: (k + 1) / bins,
        weight,
        predicted: confidence / weight,
        observed: hits / weight,
      };
    }),
  );
}
