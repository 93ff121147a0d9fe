import { checkChoice } from '../../internal/check';
import { checkBoolean } from '../../internal/check-kinds';
import { checkOptions } from '../../internal/check-options';
import { erfc } from '../../internal/normal';
import { checkList } from '../core/check-numbers';

/** Options of {@link wilcoxonSignedRank}. */
export interface WilcoxonOptions {
  /**
   * How pairs without a difference are treated: `'wilcox'` leaves them out, `'pratt'` ranks them with the
   * others and leaves their ranks out. Default: `'wilcox'`.
   */
  readonly zeroMethod?: 'wilcox' | 'pratt' | undefined;
  /**
   * `'exact'`: over all signs of the ranks that were found, ties or not, of up to 1000 pairs; `'normal'`: by the normal
   * approximation, corrected for ties; `'auto'`: exact up to 50 differences, as SciPy. Default: `'auto'`.
   */
  readonly method?: 'auto' | 'exact' | 'normal' | undefined;
  /** Of the normal approximation: z is shifted half a rank towards 0. Default: false. */
  readonly continuity?: boolean | undefined;
}

/** What {@link wilcoxonSignedRank} finds. */
export interface WilcoxonResult {
  /** Of the differences a - b above 0 and below 0. */
  readonly positiveRanks: number;
  readonly negativeRanks: number;
  /** The smaller of the two. */
  readonly statistic: number;
  /**
   * How far the ranks lean to `a`: (positive - negative) / (positive + negative), from -1 to 1; 0 without differences.
   */
  readonly rankBiserial: number;
  /** Of the normal approximation, above 0 where `a` is larger; NaN where the test is exact. */
  readonly z: number;
  /** Two-sided; 1 where no pair differs. */
  readonly p: number;
  /** Pairs that differ. */
  readonly n: number;
  readonly method: 'exact' | 'normal';
}

const EXACT_UP_TO = 50;

/** The exact test adds up to the third power of the pairs many numbers: a second for 1000, minutes for 10,000. */
const EXACT_AT_MOST = 1000;

/**
 * Wilcoxon's signed-rank test of whether paired values differ: the absolute differences are ranked, ties share the mean
 * of their ranks, and the sum of the ranks of the positive differences is compared with what random signs would yield.
 *
 * `a`, `b`: one value of each pair, in one order; the pairs must be independent, and the differences symmetric about
 * their median under the null hypothesis. Differences are compared as they are: round them where rounding errors would
 * break ties.
 *
 * It equals `scipy.stats.wilcoxon`, whose `'auto'` is approximate for 14 to 50 pairs with ties, where this is exact.
 *
 * Sources: Wilcoxon, "Individual comparisons by ranking methods", 1945, doi:10.2307/3001968; Pratt, "Remarks on zeros
 * and ties in the Wilcoxon signed rank procedures", 1959, doi:10.1080/01621459.1959.10501526; Cureton, "The normal
 * approximation to the signed-rank sampling distribution when zero differences are present", 1967,
 * doi:10.1080/01621459.1967.10500917; Kerby, "The simple difference formula", 2014, doi:10.2466/11.IT.3.1 (the effect
 * size).
 *
 * @throws {RangeError} where the lengths differ, a value is not finite or an option is not one of its choices; of the
 * method `'exact'` for more than 1000 pairs, those without a difference among them if `'pratt'` ranks them.
 * @example
 * ```ts
 * import { wilcoxonSignedRank } from 'tfjs-multitask/metrics';
 *
 * wilcoxonSignedRank([3, 5, 2, 8], [1, 2, 3, 4]).p; // 0.25: the signs leave 1 of 10 to the negative ranks
 * ```
 */
export function wilcoxonSignedRank(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  options: WilcoxonOptions = {},
): WilcoxonResult {
  checkOptions(options, ['continuity', 'method', 'zeroMethod'], 'wilcoxonSignedRank');
  const { zeroMethod = 'wilcox', method = 'auto', continuity = false } = options;
  checkChoice(zeroMethod, ['wilcox', 'pratt'], 'wilcoxonSignedRank: zeroMethod');
  checkChoice(method, ['auto', 'exact', 'normal'], 'wilcoxonSignedRank: method');
  checkBoolean(continuity, 'wilcoxonSignedRank: continuity');
  checkList(a, 'wilcoxonSignedRank: a');
  checkList(b, 'wilcoxonSignedRank: b');
  const differences = subtract(a, b);
  const n = differences.filter((d) => d !== 0).length;
  const ranked = zeroMethod === 'pratt' ? differences : differences.filter((d) => d !== 0);
  const ranks = midranks(ranked.map(Math.abs));
  const kept = ranks.filter((_, i) => ranked[i] !== 0);
  const positiveRanks = ranks.reduce((sum, rank, i) => sum + (ranked[i] > 0 ? rank : 0), 0);
  const negativeRanks = ranks.reduce((sum, rank, i) => sum + (ranked[i] < 0 ? rank : 0), 0);
  const sums = { positiveRanks, negativeRanks, statistic: Math.min(positiveRanks, negativeRanks), n };
  const few = n <= EXACT_UP_TO && ranked.length <= EXACT_AT_MOST;
  const used = method === 'auto' ? (few ? 'exact' : 'normal') : method;
  if (used === 'exact' && ranked.length > EXACT_AT_MOST) {
    throw new RangeError(
      `wilcoxonSignedRank: method 'exact' ranks at most ${EXACT_AT_MOST} pairs, got ${ranked.length}; ` +
        "choose 'auto' or 'normal', which is close to it for so many.",
    );
  }
  if (n === 0) return { ...sums, rankBiserial: 0, z: used === 'exact' ? Number.NaN : 0, p: 1, method: used };

  const rankBiserial = (positiveRanks - negativeRanks) / (positiveRanks + negativeRanks);
  if (used === 'exact') return { ...sums, rankBiserial, z: Number.NaN, p: exactP(kept, sums.statistic), method: used };
  // The sum of n ranks with random signs has the mean sum / 2 and the variance sum of squares / 4, ties or not.
  const deviation = Math.sqrt(kept.reduce((sum, rank) => sum + rank * rank, 0) / 4);
  const distance = (positiveRanks - negativeRanks) / 2;
  const z = (distance - (continuity ? Math.sign(distance) / 2 : 0)) / deviation;
  return { ...sums, rankBiserial, z, p: erfc(Math.abs(z) / Math.SQRT2), method: used };
}

function subtract(a: ArrayLike<number>, b: ArrayLike<number>): number[] {
  if (a.length !== b.length) {
    throw new RangeError(
      `wilcoxonSignedRank: a and b must hold the same pairs, got ${a.length} and ${b.length} values.`,
    );
  }
  return Array.from(a, (value, i) => {
    if (!Number.isFinite(value) || !Number.isFinite(b[i])) {
      throw new RangeError(`wilcoxonSignedRank: values must be finite, got ${value} and ${b[i]} in pair ${i}.`);
    }
    return value - b[i];
  });
}

/** Ranks from 1 in the order of the values; equal values share the mean of theirs. */
function midranks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((i, j) => values[i] - values[j]);
  const ranks = new Array<number>(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && values[order[to]] === values[order[from]]) to++;
    for (let place = from; place < to; place++) ranks[order[place]] = (from + 1 + to) / 2;
    from = to;
  }
  return ranks;
}

/**
 * Twice the share of all sign combinations for which the positive ranks sum to at most `statistic`. Ranks are multiples
 * of 1/2.
 */
function exactP(ranks: readonly number[], statistic: number): number {
  const doubled = ranks.map((rank) => 2 * rank);
  const shares = new Float64Array(doubled.reduce((sum, rank) => sum + rank, 1));
  shares[0] = 1;
  let highest = 0;
  for (const rank of doubled) {
    highest += rank;
    for (let sum = highest; sum >= 0; sum--) shares[sum] = (shares[sum] + (sum >= rank ? shares[sum - rank] : 0)) / 2;
  }
  const below = shares.subarray(0, 2 * statistic + 1).reduce((sum, share) => sum + share, 0);
  return Math.min(1, 2 * below);
}
