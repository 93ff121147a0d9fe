/** Which values are allowed. */
export interface Allowed {
  readonly range?: readonly [low: number, high: number] | undefined;
  /** Whole numbers only. */
  readonly whole?: boolean | undefined;
  /** Allowed beside those in the range. */
  readonly also?: number | undefined;
  /** A weight for each of equal parts of the values, one after the other: what weighs 0 is not looked at. */
  readonly weights?: ArrayLike<number> | undefined;
}

/** The rounding error that resizing, or a softmax, may add to a value. */
const ROUNDING = 1e-6;

/** The place of the first value that is not allowed, NaN and infinity among them; -1 where all are. */
export function findOutside(
  values: ArrayLike<number>,
  { range = [-Infinity, Infinity], whole = false, also, weights }: Allowed,
): number {
  const [low, high] = range;
  const perWeight = weights === undefined ? 1 : values.length / weights.length;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    const isInside = value >= low - ROUNDING && value <= high + ROUNDING && Number.isFinite(value);
    if ((isInside && (!whole || Number.isInteger(value))) || value === also) continue;
    if (weights === undefined || weights[Math.floor(i / perWeight)] !== 0) return i;
  }
  return -1;
}
