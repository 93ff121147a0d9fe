import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { NDArray } from '../../../src/types';

/** JSON has no NaN and no Infinity: they are strings there. */
export type GoldenNumber = number | 'NaN' | 'Infinity';

export interface GoldenMasks {
  readonly name: string;
  readonly shape: readonly number[];
  readonly spacing: readonly number[];
  /** One digit a pixel, as are `prediction` and `surface`. */
  readonly truth: string;
  readonly prediction: string;
  readonly surface: string;
  readonly dice: Readonly<Record<'skip' | 'one' | 'skip-both', GoldenNumber>>;
  readonly iou: Readonly<Record<'skip' | 'one', GoldenNumber>>;
  readonly hausdorff: Readonly<Record<'100' | '95' | 'directed' | 'directed95', GoldenNumber>>;
  readonly averageSurfaceDistance: Readonly<Record<'symmetric' | 'directed', GoldenNumber>>;
  readonly surfaceDice: Readonly<Record<string, GoldenNumber>>;
  readonly transform: readonly number[] | null;
}

export interface GoldenClasses {
  readonly shape: readonly number[];
  readonly labels: readonly number[];
  readonly scores: readonly number[];
  readonly dice: Readonly<Record<string, { readonly value: readonly number[]; readonly n: readonly number[] }>>;
  readonly surfaceDice: readonly GoldenNumber[];
}

export const golden: { readonly masks: readonly GoldenMasks[]; readonly classes: GoldenClasses } = JSON.parse(
  readFileSync(new URL('segmentation.json', import.meta.url), 'utf8'),
);

/** A mask as a batch of one image, with a channel axis where it is a volume. */
export function asBatch(digits: string, shape: readonly number[]): NDArray {
  return { data: Uint8Array.from(digits, Number), shape: [1, ...shape, ...(shape.length > 2 ? [1] : [])] };
}

/** Expects a number that was made in 32 bits; NaN and Infinity as such. */
export function expectGolden(actual: number, golden: GoldenNumber): void {
  const expected = Number(golden);
  if (Number.isFinite(expected)) expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-6 * expected);
  else expect(actual).toBe(expected);
}
