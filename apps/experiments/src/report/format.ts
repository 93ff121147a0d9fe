import type { Estimate } from './score-names';

/** Where there is nothing to say. */
export const NONE = '–';

export const percent = (value: number): string => (100 * value).toFixed(1);

/** Percentage points, with their sign. */
export function points(value: number): string {
  const size = percent(Math.abs(value));
  if (Number(size) === 0) return size;
  return `${value < 0 ? '−' : '+'}${size}`;
}

export const formatP = (p: number): string => (p < 0.001 ? '< 0.001' : p.toFixed(3));

/** `3 h 20 min`, `4 min 10 s`, `12 s`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole >= 3600) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  return whole >= 60 ? `${Math.floor(whole / 60)} min ${whole % 60} s` : `${whole} s`;
}

/** `55.4 to 74.1`; empty without an interval. */
export const formatInterval = ({ low, high }: Pick<Estimate, 'low' | 'high'>): string =>
  low === null || high === null ? '' : `${percent(low)} to ${percent(high)}`;

/** `SD 1.0 (63.5 to 65.9)`; empty for one seed. */
export const formatSpread = ({ sd, min, max }: Estimate): string =>
  sd === null ? '' : `SD ${percent(sd)} (${percent(min)} to ${percent(max)})`;
