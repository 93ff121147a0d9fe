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
 * @throws RangeError where the schedule returns anything but a finite number of at least 0.
 * @example
 * learningRate(({ epoch }) => 1e-3 * 0.95 ** epoch);
 * learningRate(polynomialDecay({ from: 1e-2 }));
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

/** `from` falling to `to` over the fit's epochs as (1 - epoch / epochs) ** power: nnU-Net's schedule with power 0.9. */
export function polynomialDecay(options: {
  from: number;
  to?: number | undefined;
  power?: number | undefined;
}): Schedule {
  checkOptions(options, ['from', 'to', 'power'], 'polynomialDecay');
  const { from, to = 0, power = 0.9 } = options;
  for (const [name, value] of Object.entries({ from, to, power })) checkFinite(value, `polynomialDecay: ${name}`);
  return ({ epoch, epochs }) => to + (from - to) * Math.max(0, 1 - epoch / epochs) ** power;
}

/** Half a cosine from `from` to `to` over the fit's epochs. Source: Loshchilov, Hutter, 2017, arXiv:1608.03983. */
export function cosineDecay(options: { from: number; to?: number | undefined }): Schedule {
  checkOptions(options, ['from', 'to'], 'cosineDecay');
  const { from, to = 0 } = options;
  for (const [name, value] of Object.entries({ from, to })) checkFinite(value, `cosineDecay: ${name}`);
  return ({ epoch, epochs }) => to + ((from - to) / 2) * (1 + Math.cos((Math.PI * Math.min(epoch, epochs)) / epochs));
}

/** Rises linearly from 0 to the result of `schedule` over the first `steps` steps. */
export function warmUp(steps: number, schedule: Schedule): Schedule {
  checkInteger(steps, 1, 'warmUp: steps');
  checkFunction(schedule, 'warmUp: schedule', 'cosineDecay({ from: 1e-3 })');
  return (point) => schedule(point) * Math.min(1, (point.step + 1) / steps);
}
