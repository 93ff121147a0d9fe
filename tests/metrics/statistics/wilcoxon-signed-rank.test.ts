import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type WilcoxonOptions, wilcoxonSignedRank } from '../../../src/metrics/statistics/wilcoxon-signed-rank';
import { expectClose } from '../../golden/metrics-classification/golden';
import { golden } from '../../golden/statistics/golden';

/** The two-sided p of every one of the 2^n signs, counted one by one. */
function countSigns(ranks: readonly number[], statistic: number): number {
  let below = 0;
  for (let signs = 0; signs < 2 ** ranks.length; signs++) {
    const sum = ranks.reduce((total, rank, i) => total + ((signs >> i) & 1) * rank, 0);
    if (sum <= statistic) below++;
  }
  return Math.min(1, (2 * below) / 2 ** ranks.length);
}

describe('wilcoxonSignedRank', () => {
  it.each(Object.entries(golden.wilcoxon))(
    'equals SciPy: %s',
    (_, { a, b, statistic, absoluteZ, p, n, zeros: zeroMethod, ...options }) => {
      const found = wilcoxonSignedRank(a, b, { ...options, zeroMethod });
      expectClose([found.statistic, found.p, found.n, found.method], [statistic, p, n, options.method], 1e-12);
      if (absoluteZ === null) expect(found.z).toBeNaN();
      else expectClose(Math.abs(found.z), absoluteZ);
    },
  );

  it('by hand: ranks 2, 3 and 4 against rank 1', () => {
    expect(wilcoxonSignedRank([3, 5, 2, 8], [1, 2, 3, 4])).toEqual({
      positiveRanks: 9,
      negativeRanks: 1,
      statistic: 1,
      rankBiserial: 0.8,
      z: Number.NaN,
      p: 2 * (2 / 16),
      n: 4,
      method: 'exact',
    });
  });

  it('shares ranks among ties and counts all signs of them', () => {
    // Differences 1, 1, -1, 3: ranks 2, 2, 2, 4.
    const found = wilcoxonSignedRank([1, 1, 0, 3], [0, 0, 1, 0]);
    expect([found.positiveRanks, found.negativeRanks]).toEqual([8, 2]);
    expect(found.p).toBe(countSigns([2, 2, 2, 4], 2));
  });

  it('leaves pairs without a difference out, or ranks them first', () => {
    const [a, b] = [
      [5, 5, 1, 4],
      [5, 3, 2, 1],
    ];
    expect(wilcoxonSignedRank(a, b)).toMatchObject({ positiveRanks: 5, negativeRanks: 1, n: 3 });
    expect(wilcoxonSignedRank(a, b, { zeroMethod: 'pratt' })).toMatchObject({
      positiveRanks: 7,
      negativeRanks: 2,
      n: 3,
    });
  });

  it('turns round when the two change places, and leans to the larger', () => {
    const { a, b } = golden.wilcoxon['normal, 60 pairs'];
    const forward = wilcoxonSignedRank(a, b);
    const backward = wilcoxonSignedRank(b, a);
    expectClose([backward.z, backward.rankBiserial, backward.p], [-forward.z, -forward.rankBiserial, forward.p]);
    const higher = wilcoxonSignedRank(
      a.map((value) => value + 1),
      a,
      { method: 'normal' },
    );
    expect(higher.z).toBeGreaterThan(5);
    expect(higher.rankBiserial).toBe(1);
  });

  it('is exact up to 50 differences unless told otherwise', () => {
    const values = Array.from({ length: 51 }, (_, i) => i + 1);
    const zeros = new Float64Array(51);
    expect(wilcoxonSignedRank(values.slice(1), zeros.slice(1)).method).toBe('exact');
    expect(wilcoxonSignedRank(values, zeros).method).toBe('normal');
    // 50 differences of one sign: 2 of 2^50 signs are as extreme.
    expect(wilcoxonSignedRank(values.slice(1), zeros.slice(1)).p).toBe(2 ** -49);
  });

  it.each(['exact', 'normal'] as const)('finds nothing where no pair differs, or none is given: %s', (method) => {
    for (const values of [[], [2, 2, 3]]) {
      expect(wilcoxonSignedRank(values, values, { method })).toMatchObject({ p: 1, rankBiserial: 0, n: 0 });
    }
  });

  it('has an exact p that the normal one comes near', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -40, max: 40 }), { minLength: 30, maxLength: 45 }), (differences) => {
        const zeros = differences.map(() => 0);
        const exact = wilcoxonSignedRank(differences, zeros, { method: 'exact' });
        const normal = wilcoxonSignedRank(differences, zeros, { method: 'normal', continuity: true });
        expect(Math.abs(exact.p - normal.p)).toBeLessThan(0.02);
      }),
    );
  });

  it('is exact for up to 1000 pairs, and says so of more before it counts anything', () => {
    const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
    const zeros = new Float64Array(100_000);
    // All of one sign: 2 of 2^1000.
    expect(wilcoxonSignedRank(upTo(1000), zeros.slice(0, 1000), { method: 'exact' }).p).toBe(2 ** -999);
    const message = "wilcoxonSignedRank: method 'exact' ranks at most 1000 pairs, got ";
    expect(() => wilcoxonSignedRank(upTo(1001), zeros.slice(0, 1001), { method: 'exact' })).toThrow(`${message}1001;`);
    expect(() => wilcoxonSignedRank(upTo(100_000), zeros, { method: 'exact' })).toThrow(RangeError);
    // Pratt ranks pairs without a difference too; the few others have high ranks.
    const [few, none] = [upTo(1001).map((_, i) => Number(i < 3)), zeros.slice(0, 1001)];
    expect(() => wilcoxonSignedRank(few, none, { method: 'exact', zeroMethod: 'pratt' })).toThrow(`${message}1001;`);
    expect(wilcoxonSignedRank(few, none, { zeroMethod: 'pratt' }).method).toBe('normal');
    expect(wilcoxonSignedRank(few, none).p).toBe(0.25);
  });

  it('says what it cannot read', () => {
    expect(() => wilcoxonSignedRank([1, 2], [1])).toThrow(
      new RangeError('wilcoxonSignedRank: a and b must hold the same pairs, got 2 and 1 values.'),
    );
    expect(() => wilcoxonSignedRank([1, Number.NaN], [1, 2])).toThrow(
      new RangeError('wilcoxonSignedRank: values must be finite, got NaN and 2 in pair 1.'),
    );
    expect(() => wilcoxonSignedRank([], [], { zeroMethod: 'drop' } as unknown as WilcoxonOptions)).toThrow(
      "wilcoxonSignedRank: zeroMethod must be one of 'wilcox', 'pratt'; got 'drop'.",
    );
    expect(() => wilcoxonSignedRank([], [], { method: 'approx' } as unknown as WilcoxonOptions)).toThrow(
      "wilcoxonSignedRank: method must be one of 'auto', 'exact', 'normal'; got 'approx'.",
    );
  });
});
