import { checkChoice, checkRange } from '../../internal/check';
import type { EpochLog } from './callback';

/** A score of the history: a path into an epoch's record, such as `'validation.segmentation.dice'`. */
export type Monitor<T extends string> =
  | 'train.loss'
  | 'validation.loss'
  | `train.${T}.loss`
  | `validation.${T}.${string}`;

export type Mode = 'min' | 'max';

/** Options of a callback that waits for a score to improve. */
export interface MonitorOptions<T extends string> {
  readonly monitor?: Monitor<NoInfer<T>>;
  /** The smallest change that counts as an improvement. Default: 0. */
  readonly minDelta?: number;
  /** Default: `'min'` for a loss, `'max'` for anything else. */
  readonly mode?: Mode;
}

/** Throws unless `minDelta` and `mode` are in range; `who` names the caller in errors. */
export function checkMonitorOptions(who: string, minDelta: number, mode: Mode): void {
  checkRange(minDelta, 0, Number.MAX_VALUE, `${who}: minDelta`);
  checkChoice(mode, ['min', 'max'], `${who}: mode`);
}

/** The score that every number beats. */
export function worst(mode: Mode): number {
  return mode === 'min' ? Infinity : -Infinity;
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

/** Reads a monitored score; a metric that returns `{ value, ... }` counts by its value. */
export function readMonitor(log: EpochLog<never> | EpochLog<string>, monitor: string, who: string): number {
  const { train, validation } = log;
  let value: unknown = { train, validation };
  for (const key of monitor.split('.')) value = (value as Record<string, unknown> | undefined)?.[key];
  const number = numberAt(value);
  if (number === undefined) {
    const known = paths({ train, validation }, '').join(', ');
    const hint = validation === undefined && monitor.startsWith('validation') ? ' Give `fit` a validation source.' : '';
    throw new RangeError(`${who}: nothing to monitor at '${monitor}'; this run has ${known}.${hint}`);
  }
  return number;
}

/** Losses are better when lower, everything else when higher. */
export function defaultMode(monitor: string): Mode {
  return monitor.endsWith('loss') ? 'min' : 'max';
}

/** True where `value` beats `best` by more than `minDelta`. NaN beats nothing. */
export function isBetter(value: number, best: number, mode: Mode, minDelta: number): boolean {
  return mode === 'min' ? value < best - minDelta : value > best + minDelta;
}
