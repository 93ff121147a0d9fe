/** The quantile by linear interpolation between order statistics (type 7 of Hyndman and Fan, 1996). */
export function quantile(sorted: Float64Array, p: number): number {
  if (sorted.length === 0 || Number.isNaN(p)) return Number.NaN;
  const place = p * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}
