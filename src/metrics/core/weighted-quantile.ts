/**
 * The smallest value up to which the values have the part `p` of the whole weight (the inverse of the weighted
 * distribution function). A part that is missed by rounding alone is reached.
 */
export function weightedQuantile(values: Float64Array, weights: ArrayLike<number>, p: number): number {
  const order = Uint32Array.from(values.keys()).sort((a, b) => values[a] - values[b]);
  const total = order.reduce((sum, i) => sum + weights[i], 0);
  let sum = 0;
  for (const i of order) {
    sum += weights[i];
    if (sum >= p * total * (1 - 1e-12)) return values[i];
  }
  return Number.NaN;
}
