import { readFileSync } from 'node:fs';

interface Golden {
  readonly neighbourhoods: readonly {
    readonly spacing: readonly number[];
    /** One digit a pixel. */
    readonly masks: readonly string[];
    readonly sizes: readonly number[];
  }[];
  readonly cases: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly spacing: readonly number[];
    readonly truth: string;
    readonly prediction: string;
    readonly areas: readonly [number, number];
    /** By percentile. */
    readonly hausdorff: Readonly<Record<string, number>>;
    readonly toTruth: number;
    readonly symmetric: number;
    /** By tolerance. */
    readonly dice: Readonly<Record<string, number>>;
  }[];
}

const words: Readonly<Record<string, number>> = { nan: Number.NaN, inf: Number.POSITIVE_INFINITY };

/** What DeepMind's surface_distance gives, with the numbers that JSON lacks. */
export const surfaceElementsGolden: Golden = JSON.parse(
  readFileSync(new URL('surface-elements.json', import.meta.url), 'utf8'),
  (_, value) => (typeof value === 'string' ? (words[value] ?? value) : value),
);
