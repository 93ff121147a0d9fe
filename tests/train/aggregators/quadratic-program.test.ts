import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eigen } from '../../../src/train/aggregators/eigen';
import { multiply, solveLinear } from '../../../src/train/aggregators/linear-algebra';
import { solveQuadraticProgram } from '../../../src/train/aggregators/quadratic-program';
import { fromEigen } from '../../../src/train/aggregators/significant-eigen';

type Square = number[][];

const value = fc.double({ min: -3, max: 3, noNaN: true });

/** A positive definite matrix and a vector, of 1 to 6 rows. */
const problem = fc.integer({ min: 1, max: 6 }).chain((n) =>
  fc.record({
    q: fc
      .array(fc.array(value, { minLength: n, maxLength: n }), { minLength: n, maxLength: n })
      .map((a) =>
        a.map((row, i) => a.map((other, j) => row.reduce((s, v, k) => s + v * other[k], 0) + (i === j ? 1e-3 : 0))),
      ),
    c: fc.array(value, { minLength: n, maxLength: n }),
  }),
);

/** What each variable would change of the objective; the multiplier of the sum is the smallest one in use. */
function expectOptimal(q: Square, c: number[], x: number[], total?: number): void {
  const slopes = multiply(q, x).map((v, i) => v + c[i]);
  const scale = 1 + Math.max(...x) * Math.max(...q.flat().map(Math.abs)) + Math.max(...c.map(Math.abs));
  const used = slopes.filter((_, i) => x[i] > 0);
  const level = total === undefined ? 0 : used[0];
  expect(Math.min(...x)).toBeGreaterThanOrEqual(0);
  for (const slope of slopes) expect(slope - level).toBeGreaterThan(-1e-8 * scale);
  for (const slope of used) expect(Math.abs(slope - level)).toBeLessThan(1e-8 * scale);
  if (total !== undefined) expect(x.reduce((a, b) => a + b)).toBeCloseTo(total, 10);
}

describe('solveQuadraticProgram', () => {
  it('finds minima that can be seen by eye', () => {
    const identity = [
      [1, 0],
      [0, 1],
    ];
    expect(solveQuadraticProgram(identity, [-1, 2])).toEqual([1, 0]);
    expect(solveQuadraticProgram(identity, [1, 2])).toEqual([0, 0]);
    expect(solveQuadraticProgram(identity, [0, 0], 1)).toEqual([0.5, 0.5]);
    expect(solveQuadraticProgram(identity, [0, 5], 1)).toEqual([1, 0]);
    expect(
      solveQuadraticProgram(
        [
          [4, 0],
          [0, 1],
        ],
        [0, 0],
        1,
      ),
    ).toEqual([0.2, 0.8]);
  });

  it('meets the conditions of a minimum over x >= 0', () => {
    fc.assert(
      fc.property(problem, ({ q, c }) => expectOptimal(q, c, solveQuadraticProgram(q, c))),
      { seed: 1, numRuns: 300 },
    );
  });

  it('meets the conditions of a minimum over a simplex', () => {
    fc.assert(
      fc.property(problem, fc.double({ min: 0.1, max: 5, noNaN: true }), ({ q, c }, total) =>
        expectOptimal(q, c, solveQuadraticProgram(q, c, total), total),
      ),
      { seed: 2, numRuns: 300 },
    );
  });
});

describe('eigen', () => {
  it('takes a symmetric matrix apart and puts it together again', () => {
    fc.assert(
      fc.property(problem, ({ q }) => {
        const parts = eigen(q);
        const scale = Math.max(...q.flat().map(Math.abs));
        for (const [k, vector] of parts.vectors.entries()) {
          const image = multiply(q, vector);
          for (const [i, v] of image.entries()) {
            expect(Math.abs(v - parts.values[k] * vector[i])).toBeLessThan(1e-12 * scale);
          }
        }
        expect([...parts.values].sort((a, b) => b - a)).toEqual(parts.values);
        const again = fromEigen(parts, (v) => v, q.length);
        for (const [i, row] of again.entries()) {
          for (const [j, v] of row.entries()) expect(Math.abs(v - q[i][j])).toBeLessThan(1e-12 * scale);
        }
      }),
      { seed: 3, numRuns: 200 },
    );
  });
});

describe('solveLinear', () => {
  it('solves a system whose first pivot is 0, and refuses a singular one', () => {
    expect(
      solveLinear(
        [
          [0, 2],
          [4, 1],
        ],
        [6, 11],
      ),
    ).toEqual([2, 3]);
    expect(() =>
      solveLinear(
        [
          [1, 1],
          [1, 1],
        ],
        [1, 2],
      ),
    ).toThrow('no unique solution');
  });
});
