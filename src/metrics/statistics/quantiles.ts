import { checkRange } from '../../internal/check';
import { checkArray } from '../../internal/check-kinds';
import { checkNumbers } from '../core/check-numbers';
import { quantile } from '../core/quantile';

/**
 * Quantiles by linear interpolation between the sorted values (type 7 of Hyndman and Fan), as NumPy's and R's defaults:
 * for a share p of n values, at place p (n - 1) counted from 0.
 *
 * `shares`: in [0, 1]. NaN without values. Default: `[0.25, 0.5, 0.75]`, the quartiles and the median.
 *
 * Source: Hyndman and Fan, "Sample quantiles in statistical packages", 1996, doi:10.1080/00031305.1996.10473566.
 *
 * @throws {RangeError} where a share is not in [0, 1] or a value is NaN.
 * @throws {TypeError} where one is not a number, such as null.
 * @example
 * ```ts
 * import { quantiles } from 'tfjs-multitask/metrics';
 *
 * quantiles([4, 1, 3, 2]); // [1.75, 2.5, 3.25]
 * ```
 */
export function quantiles(values: ArrayLike<number>, shares: readonly number[] = [0.25, 0.5, 0.75]): number[] {
  checkArray(shares, 'quantiles: shares');
  for (const share of shares) checkRange(share, 0, 1, 'quantiles: shares');
  checkNumbers(values, 'quantiles: values');
  const sorted = Float64Array.from(values).sort();
  return shares.map((share) => quantile(sorted, share));
}
