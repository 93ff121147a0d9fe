import { checkChoice, checkRange } from '../../internal/check';
import { checkText } from '../../internal/check-kinds';
import type { EpochLog, Run } from './callback';
import { usualDirection } from './usual-directions';

/** A score of the history: a path into an epoch's record, such as `'validation.segmentation.dice'`. */
export type Monitor<T extends string> =
  | 'train.loss'
  | 'validation.loss'
  | `train.${T}.${string}`
  | `validation.${T}.${string}`;

/** Which values of a score are better: the smaller ones or the larger ones. */
export type Mode = 'min' | 'max';

/** Options of a callback that waits for a score to improve. */
export interface MonitorOptions<T extends string> {
  /** The score that it waits for. Default: `'validation.loss'`. */
  readonly monitor?: Monitor<NoInfer<T>> | undefined;
  /** The smallest change that counts as an improvement. Default: 0. */
  readonly minDelta?: number | undefined;
  /** Which values are better. Default: what the score's metric says (`metric.direction`); losses are better when smaller. */
  readonly mode?: Mode | undefined;
}

/** Throws unless the options are in range; `who` names the caller in errors. */
export function checkMonitorOptions(who: string, monitor: string, minDelta: number, mode: Mode | undefined): void {
  checkText(monitor, `${who}: monitor`);
  checkRange(minDelta, 0, Number.MAX_VALUE, `${who}: minDelta`);
  if (mode !== undefined) checkChoice(mode, ['min', 'max'], `${who}: mode`);
}

function numberAt(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  const nested = (value as { value?: unknown } | null | undefined)?.value;
  return typeof nested === 'number' ? nested : undefined;
}

/** The paths of all numbers in a record. */
function paths(value: unknown, prefix: string): string[] {
  if (numberAt(value) !== undefined) return [prefix];
  if (value === null || typeof value !== 'object' || ArrayBuffer.isView(value) || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => paths(inner, prefix === '' ? key : `${prefix}.${key}`));
}

/** What to give `fit` for a score that the epoch lacks, where that may be why. */
function hintAt({ validation }: EpochLog<never> | EpochLog<string>, monitor: string): string {
  if (monitor.startsWith('train.')) return ' For metrics of training data give `fit` scoreTraining, a source.';
  return validation === undefined && monitor.startsWith('validation') ? ' Give `fit` a validation source.' : '';
}

/** Reads a monitored score; a metric that returns `{ value, ... }` counts by its value. */
export function readMonitor(log: EpochLog<never> | EpochLog<string>, monitor: string, who: string): number {
  const { train, validation } = log;
  let value: unknown = { train, validation };
  for (const key of monitor.split('.')) value = (value as Record<string, unknown> | undefined)?.[key];
  const number = numberAt(value);
  if (number === undefined) {
    const known = paths({ train, validation }, '').join(', ');
    throw new RangeError(`${who}: nothing to monitor at '${monitor}'; this run has ${known}.${hintAt(log, monitor)}`);
  }
  return number;
}

/**
 * Which values of a monitored score are better: what was said, else what the score's metric says. A run without `direction`,
 * which is not of a fit, is taken to call its scores by their usual names.
 *
 * @throws {RangeError} where that is not known.
 */
export function readMode<T extends string>(run: Run<T>, monitor: string, mode: Mode | undefined, who: string): Mode {
  if (mode !== undefined) return mode;
  const { direction } = run as Partial<Run<T>>;
  const known = direction === undefined ? usualDirection(monitor.split('.').at(-1)!) : direction(monitor);
  if (known !== undefined) return known;
  throw new RangeError(
    `${who}: whether '${monitor}' is better when it is larger or when it is smaller is not known, as its metric has no ` +
      "`direction`: give mode: 'max' or mode: 'min'.",
  );
}

/** True where `value` beats `best`, if there is one, by more than `minDelta`. NaN beats nothing. */
export function isBetter(value: number, best: number | null, mode: Mode, minDelta: number): boolean {
  if (best === null) return !Number.isNaN(value);
  return mode === 'min' ? value < best - minDelta : value > best + minDelta;
}
