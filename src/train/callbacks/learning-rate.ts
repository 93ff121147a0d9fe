import { checkInteger } from '../../internal/check';
import { checkFinite, checkFunction } from '../../internal/check-kinds';
import { checkOptions } from '../../internal/check-options';
import { fields, integer } from '../../internal/readers';
import type { AnyTask } from '../../types';
import type { Callback, Run } from './callback';

/** Where a fit is. */
export interface SchedulePoint {
  /** From 0. */
  readonly epoch: number;
  /** Steps of the whole fit so far, from 0. */
  readonly step: number;
  /** Epochs requested. */
  readonly epochs: number;
}

/** The learning rate as a function of where the fit is. */
export type Schedule = (point: SchedulePoint) => number;

const readState = fields({ step: integer() });

/**
 * Sets the learning rate before every step by a schedule.
 *
 * @throws {RangeError} where the schedule returns anything but a finite number of at least 0.
 * @example
 * ```ts
 * import { learningRate, polynomialDecay } from 'tfjs-multitask/train';
 *
 * learningRate(({ epoch }) => 1e-3 * 0.95 ** epoch);
 * learningRate(polynomialDecay({ from: 1e-2 }));
 * ```
 */
export function learningRate<T extends string = AnyTask>(schedule: Schedule): Callback<T> {
  checkFunction(schedule, 'learningRate: schedule', 'cosineDecay({ from: 1e-3 })');
  let step = 0;
  const set = (run: Run<T>): void => {
    const rate = schedule({ epoch: run.epoch, step, epochs: run.epochs });
    if (!Number.isFinite(rate) || rate < 0) {
      throw new RangeError(`learningRate: the schedule returned ${rate} at step ${step} of epoch ${run.epoch}.`);
    }
    run.learningRate = rate;
  };
  return {
    name: 'learningRate',
    onFitBegin(run) {
      if (!run.resumed) step = 0;
    },
    onEpochBegin: set,
    onStepEnd(run) {
      step++;
      set(run);
    },
    save: () => ({ step }),
    load(state) {
      ({ step } = readState(state, 'learningRate: state'));
    },
  };
}

/** Options of {@link polynomialDecay}. */
export interface PolynomialDecayOptions {
  readonly from: number;
  /** Where it ends. Default: 0. */
  readonly to?: number | undefined;
  /** 1 is a straight line. Default: 0.9, nnU-Net's. */
  readonly power?: number | undefined;
}

/**
 * `from` falling to `to` over the fit's epochs, as `to + (from - to) (1 - epoch / epochs)^power`.
 *
 * Source: Isensee, Jaeger, Kohl, Petersen, Maier-Hein, "nnU-Net: a self-configuring method for deep learning-based
 * biomedical image segmentation", 2021, doi:10.1038/s41592-020-01008-z.
 *
 * @throws {RangeError} for an unknown option, and for a value that is not finite.
 * @throws {TypeError} for a value that is not a number.
 */
export function polynomialDecay(options: PolynomialDecayOptions): Schedule {
  checkOptions(options, ['from', 'to', 'power'], 'polynomialDecay');
  const { from, to = 0, power = 0.9 } = options;
  for (const [name, value] of Object.entries({ from, to, power })) checkFinite(value, `polynomialDecay: ${name}`);
  return ({ epoch, epochs }) => to + (from - to) * Math.max(0, 1 - epoch / epochs) ** power;
}

/** Options of {@link cosineDecay}. */
export interface CosineDecayOptions {
  readonly from: number;
  /** Where it ends. Default: 0. */
  readonly to?: number | undefined;
}

/**
 * Half a cosine from `from` to `to` over the fit's epochs.
 *
 * Source: Loshchilov, Hutter, 2017, arXiv:1608.03983.
 *
 * @throws {RangeError} for an unknown option, and for a value that is not finite.
 * @throws {TypeError} for a value that is not a number.
 * @example
 * ```ts
 * import { cosineDecay, learningRate, warmUp } from 'tfjs-multitask/train';
 *
 * const callback = learningRate(warmUp(100, cosineDecay({ from: 1e-3 })));
 * ```
 */
export function cosineDecay(options: CosineDecayOptions): Schedule {
  checkOptions(options, ['from', 'to'], 'cosineDecay');
  const { from, to = 0 } = options;
  for (const [name, value] of Object.entries({ from, to })) checkFinite(value, `cosineDecay: ${name}`);
  return ({ epoch, epochs }) => to + ((from - to) / 2) * (1 + Math.cos((Math.PI * Math.min(epoch, epochs)) / epochs));
}

/**
 * Rises linearly from 0 to the result of `schedule` over the first `steps` steps.
 *
 * @throws {RangeError} unless `steps` is an integer of at least 1.
 * @throws {TypeError} where `schedule` is not a function.
 */
export function warmUp(steps: number, schedule: Schedule): Schedule {
  checkInteger(steps, 1, 'warmUp: steps');
  checkFunction(schedule, 'warmUp: schedule', 'cosineDecay({ from: 1e-3 })');
  return (point) => schedule(point) * Math.min(1, (point.step + 1) / steps);
}
