import { bootstrapInterval } from 'tfjs-multitask/metrics';
import type { Estimate } from './score-names';
import type { Weighted } from './statistics';

export interface BootstrapOptions {
  readonly resamples: number;
  /** Which images stand together, such as those of one patient. */
  readonly groupOf: (id: string) => string;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** A bound that the bootstrap does not define is left out. */
export const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** The standard deviation over the seeds; null for one. */
function deviation(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const center = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1));
}

/** Seeds without an interval. */
export function summarize(perSeed: readonly number[], n: number): Estimate | null {
  if (perSeed.length === 0 || perSeed.some(Number.isNaN)) return null;
  return {
    perSeed,
    mean: mean(perSeed),
    sd: deviation(perSeed),
    min: Math.min(...perSeed),
    max: Math.max(...perSeed),
    low: null,
    high: null,
    n,
  };
}

/**
 * The mean of a score over seeds, with its bootstrap interval over the images `ids`: the images of a resample are the
 * same for all seeds, so that the interval is that of the very number that is shown.
 */
export async function estimate(
  ids: readonly string[],
  seeds: readonly Weighted[],
  n: number,
  { resamples, groupOf }: BootstrapOptions,
): Promise<Estimate | null> {
  const ones = new Float64Array(ids.length).fill(1);
  const summary = summarize(
    seeds.map((score) => score(ones)),
    n,
  );
  if (summary === null) return null;
  const { low, high } = await bootstrapInterval(ids.length, (weights) => mean(seeds.map((score) => score(weights))), {
    resamples,
    seed: 1,
    groups: ids.map(groupOf),
  });
  return { ...summary, low: orNull(low), high: orNull(high) };
}
