/** The place of the highest of `width` values from `at` on, the first of several. */
export function highest(values: ArrayLike<number>, at: number, width: number): number {
  let best = 0;
  for (let k = 1; k < width; k++) if (values[at + k] > values[at + best]) best = k;
  return best;
}
