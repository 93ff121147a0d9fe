import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kFold, type SplitRow, split } from '../../src/data/split';

const fractions = { train: 0.7, validation: 0.1, test: 0.2 };
const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** Patients with one stratum and up to 8 slices each. */
const patients = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 8 }), fc.constantFrom('covid', 'normal', 'cancer')), {
    minLength: 40,
    maxLength: 80,
  })
  .map((list): SplitRow[] =>
    list.flatMap(([slices, stratum], p) => range(slices).map(() => ({ group: `patient-${p}`, stratum }))),
  );

const loose = fc
  .array(fc.constantFrom('a', 'b', 'c', 'd', undefined), { minLength: 20, maxLength: 120 })
  .map((strata): SplitRow[] => strata.map((stratum) => ({ stratum })));

function expectPartition(parts: readonly number[][], count: number): void {
  expect(parts.flat().sort((a, b) => a - b)).toEqual(range(count));
  for (const part of parts) expect(part).toEqual([...part].sort((a, b) => a - b));
}

function expectGroupsApart(parts: readonly number[][], rows: readonly SplitRow[]): void {
  const sides = new Map<string, number>();
  parts.forEach((part, p) => {
    for (const index of part) {
      const group = rows[index].group as string;
      if ((sides.get(group) ?? p) !== p) expect.fail(`${group} stands on two sides`);
      sides.set(group, p);
    }
  });
}

describe('split', () => {
  it('uses every row once and never a group on two sides', () => {
    fc.assert(
      fc.property(patients, fc.nat(), (rows, seed) => {
        const parts = Object.values(split(rows, { fractions, seed }));
        expectPartition(parts, rows.length);
        expectGroupsApart(parts, rows);
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  it('keeps the shares of rows and of strata, as far as whole groups allow', () => {
    fc.assert(
      fc.property(patients, fc.nat(), (rows, seed) => {
        for (const [name, part] of Object.entries(split(rows, { fractions, seed }))) {
          const share = fractions[name as keyof typeof fractions];
          expect(Math.abs(part.length - share * rows.length)).toBeLessThanOrEqual(8);
          for (const stratum of ['covid', 'normal', 'cancer']) {
            const all = rows.filter((row) => row.stratum === stratum).length;
            const here = part.filter((index) => rows[index].stratum === stratum).length;
            expect(Math.abs(here - share * all), stratum).toBeLessThanOrEqual(8);
          }
        }
      }),
      { numRuns: 100, seed: 2 },
    );
  });

  it('comes within two rows of the shares, in every stratum, where rows have no groups', () => {
    fc.assert(
      fc.property(loose, fc.nat(), (rows, seed) => {
        const parts = split(rows, { fractions, seed });
        expectPartition(Object.values(parts), rows.length);
        for (const [name, part] of Object.entries(parts)) {
          const share = fractions[name as keyof typeof fractions];
          expect(Math.abs(part.length - share * rows.length)).toBeLessThanOrEqual(2);
          for (const stratum of ['a', 'b', 'c', 'd', undefined]) {
            const all = rows.filter((row) => row.stratum === stratum).length;
            const here = part.filter((index) => rows[index].stratum === stratum).length;
            expect(Math.abs(here - share * all)).toBeLessThanOrEqual(2);
          }
        }
      }),
      { numRuns: 200, seed: 3 },
    );
  });

  it('gives the exact shares of one stratum', () => {
    const parts = split(new Array(100).fill({}), { fractions });
    expect([parts.train.length, parts.validation.length, parts.test.length]).toEqual([70, 10, 20]);
  });

  it('is a function of its seed', () => {
    const rows = range(60).map((i): SplitRow => ({ group: `p${i % 25}`, stratum: i % 2 ? 'odd' : 'even' }));
    expect(split(rows, { fractions, seed: 4 })).toEqual(split(rows, { fractions, seed: 4 }));
    expect(split(rows, { fractions, seed: 5 })).not.toEqual(split(rows, { fractions, seed: 4 }));
  });

  it('says what is wrong', () => {
    const rows: SplitRow[] = range(10).map((i) => ({ group: i < 8 ? 'big' : `small-${i}` }));
    expect(() => split(rows, { fractions: { a: 0.5, b: 0.5 } })).toThrow(
      "split: group 'big' has 8 of the 10 rows, more than the largest part holds (5); give that part more, or name smaller groups.",
    );
    expect(() => split(rows.slice(7), { fractions })).toThrow(
      "split: part 'validation' (share 0.1) stays empty with 3 rows in 3 groups",
    );
    expect(() => split(rows, { fractions: { train: 0.7, test: 0.2 } })).toThrow('split: fractions must add up to 1');
    expect(() => split(rows, { fractions: { train: 1.5, test: -0.5 } })).toThrow(
      'split: fractions.train must lie in [0, 1], got 1.5.',
    );
    expect(() => split([], { fractions })).toThrow("part 'train' (share 0.7) stays empty with 0 rows");
  });

  it('gives a part of share 0 nothing', () => {
    expect(split(new Array(4).fill({}), { fractions: { train: 1, rest: 0 } }).rest).toEqual([]);
  });
});

describe('kFold', () => {
  it('tests every row once and never trains on a group that it tests', () => {
    fc.assert(
      fc.property(patients, fc.integer({ min: 2, max: 6 }), fc.nat(), (rows, k, seed) => {
        const folds = kFold(rows, k, { seed });
        expect(folds.length).toBe(k);
        expectPartition(
          folds.map(({ test }) => test),
          rows.length,
        );
        for (const { train, test } of folds) {
          expectPartition([train, test], rows.length);
          expectGroupsApart([train, test], rows);
          expect(Math.abs(test.length - rows.length / k)).toBeLessThanOrEqual(8);
        }
      }),
      { numRuns: 60, seed: 4 },
    );
  });

  it('says what is wrong', () => {
    expect(() => kFold(new Array(5).fill({}), 1)).toThrow('kFold: k must be an integer of at least 2, got 1.');
    expect(() => kFold(new Array(5).fill({}), 6)).toThrow("kFold: part 'fold 5'");
  });
});

describe('rows', () => {
  it.each([
    [{ group: null }, 'the group of row 1 must be a name, got null; leave it out where there is none.'],
    [{ group: '' }, "the group of row 1 must be a name, got '';"],
    [{ group: Number.NaN }, 'the group of row 1 must be a name, got NaN;'],
    [{ stratum: null }, 'the stratum of row 1 must be a name, got null;'],
    [{ stratum: 1 }, 'the stratum of row 1 must be a name, got 1;'],
  ])('of no name are refused: %j', (row, said) => {
    const rows = [{ group: 'a' }, row, { group: 'b' }] as SplitRow[];
    expect(() => split(rows, { fractions: { train: 0.5, test: 0.5 } })).toThrow(TypeError);
    expect(() => kFold(rows, 2)).toThrow(`kFold: ${said}`);
  });
});
