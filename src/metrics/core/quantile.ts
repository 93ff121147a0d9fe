/** The quantile by linear interpolation between order statistics (type 7 of Hyndman and Fan, 1996). */
export function quantile(sorted: Float64Array, p: number): number {
  if (sorted.length === 0 || Number.isNaN(p)) return Number.NaN;
  const place = p * (sorted.length - 1);
  const below = Math.floor(place);
  // Not 0 times the difference, which is NaN beside an infinite value.
  if (place === below) return sorted[below];
  const [low, high] = [sorted[below], sorted[below + 1]];
  return Math.min(low + (place - below) * (high - low), high);
}
