import { checkNumbers } from '../core/check-numbers';

/**
 * Adjusts the p-values of several tests so that the chance of any false rejection stays below the level that they are
 * compared with.
 *
 * Holm's step-down rule: with p_(1) <= ... <= p_(m), adjusted p_(i) = max over j <= i of min(1, (m - j + 1) p_(j)). It
 * holds however the tests depend on each other, and rejects at least what Bonferroni's correction rejects.
 *
 * `pValues`: of the whole family of tests, in any order, which the result keeps.
 *
 * Source: Holm, "A simple sequentially rejective multiple test procedure", 1979, https://www.jstor.org/stable/4615733.
 *
 * @throws {RangeError} where a p-value does not lie in [0, 1].
 * @throws {TypeError} where one is not a number, such as null.
 * @example
 * ```ts
 * import { holm } from 'tfjs-multitask/metrics';
 *
 * holm([0.01, 0.04, 0.03]); // [0.03, 0.06, 0.06]
 * ```
 */
export function holm(pValues: ArrayLike<number>): number[] {
  checkNumbers(pValues, 'holm: p-values');
  const given = Array.from(pValues);
  given.forEach((p, i) => {
    if (!(p >= 0 && p <= 1)) throw new RangeError(`holm: p-values must lie in [0, 1], got ${p} at place ${i}.`);
  });
  const order = given.map((_, i) => i).sort((i, j) => given[i] - given[j]);
  const adjusted = new Array<number>(given.length);
  let highest = 0;
  for (const [place, i] of order.entries()) {
    highest = Math.max(highest, Math.min(1, (given.length - place) * given[i]));
    adjusted[i] = highest;
  }
  return adjusted;
}
