import { checkNumber } from '../../internal/check-kinds';

/** A value with its confidence interval. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** What the value rests on: samples, for `interval`; cases, for DeLong's. */
  readonly n: number;
  readonly standardError: number;
}

/** How sure an interval is. */
export interface ConfidenceOptions {
  /** The share of repetitions in which the interval should hold the true value, in (0, 1). Default: 0.95. */
  readonly confidenceLevel?: number | undefined;
}

export function checkConfidenceLevel(name: string, confidenceLevel: number): void {
  checkNumber(confidenceLevel, `${name}: confidenceLevel`);
  if (!(confidenceLevel > 0 && confidenceLevel < 1)) {
    throw new RangeError(`${name}: confidenceLevel must lie between 0 and 1, got ${confidenceLevel}.`);
  }
}
