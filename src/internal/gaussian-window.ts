/** How many pixels a window of structural similarity has on a side. */
export const WINDOW_SIDE = 11;

/** A Gaussian of standard deviation 1.5 over its pixels, with the sum 1. */
export function gaussianWindow(): Float64Array {
  const weights = Float64Array.from({ length: WINDOW_SIDE }, (_, i) =>
    Math.exp(-((i - (WINDOW_SIDE - 1) / 2) ** 2) / (2 * 1.5 ** 2)),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}
