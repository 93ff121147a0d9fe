/** `value` where it lies between `low` and `high`, else the nearer of them: for what only rounding puts outside. */
export function within(low: number, high: number, value: number): number {
  return Math.min(Math.max(value, low), high);
}
