import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  alignedMtl,
  caGrad,
  conflictFreeGradient,
  dualProj,
  fairGrad,
  gradNorm,
  gradVac,
  imtlG,
  meanGradient,
  mgda,
  nashMtl,
  pcGrad,
  upGrad,
} from '../../../src/train/index';
import type { Aggregator } from '../../../src/types';

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, v, i) => sum + v * b[i], 0);
const gramianOf = (jacobian: number[][]) => jacobian.map((a) => jacobian.map((b) => dot(a, b)));
const names = (k: number) => Array.from({ length: k }, (_, i) => `t${i}`);
const combine = (jacobian: number[][], weights: readonly number[]) =>
  jacobian[0].map((_, i) => weights.reduce((sum, w, k) => sum + w * jacobian[k][i], 0));

function weigh(aggregator: Aggregator<string>, jacobian: number[][], step = 0): readonly number[] {
  const tasks = names(jacobian.length);
  const losses = Object.fromEntries(tasks.map((task) => [task, 1]));
  return aggregator.weights(gramianOf(jacobian), tasks, { step, losses });
}

const entry = fc.double({ min: -2, max: 2, noNaN: true });

/** Gradients of 1 to 5 tasks over `columns` parameters, none of them tiny. */
const jacobians = (columns: number, least = 1) =>
  fc
    .integer({ min: least, max: 5 })
    .chain((k) => fc.array(fc.array(entry, { minLength: columns, maxLength: columns }), { minLength: k, maxLength: k }))
    .filter((j) => j.every((row) => dot(row, row) > 1e-2));

const check = <V>(arbitrary: fc.Arbitrary<V>, body: (value: V) => void, numRuns = 60): void =>
  fc.assert(fc.property(arbitrary, body), { seed: 5, numRuns });

describe('the result', () => {
  it.each([
    ['upGrad', upGrad],
    ['dualProj', dualProj],
    ['mgda', mgda],
  ])('of %s conflicts with no task', (_, make) => {
    check(jacobians(4), (j) => {
      // The ridge is 1e-4 of the squared size of all gradients together.
      const size = j.reduce((sum, row) => sum + dot(row, row), 0);
      const weights = weigh(make(), j);
      const result = combine(j, weights);
      const slack = 1e-4 * size * Math.max(...weights) + 1e-9;
      for (const row of j) expect(dot(row, result)).toBeGreaterThanOrEqual(-slack);
    });
  });

  it('of upGrad, dualProj and pcGrad is that of the mean or the sum where nothing conflicts', () => {
    const positive = fc.array(fc.array(fc.double({ min: 0.1, max: 2, noNaN: true }), { minLength: 4, maxLength: 4 }), {
      minLength: 1,
      maxLength: 5,
    });
    check(positive, (j) => {
      expect(weigh(pcGrad(), j)).toEqual(j.map(() => 1));
      for (const aggregator of [upGrad(), dualProj()]) {
        for (const w of weigh(aggregator, j)) expect(w).toBeCloseTo(1 / j.length, 12);
      }
    });
  });

  it('of pcGrad leaves orthogonal gradients alone', () => {
    expect(
      weigh(pcGrad(), [
        [2, 0, 0],
        [0, 0.1, 0],
        [0, 0, 7],
      ]),
    ).toEqual([1, 1, 1]);
  });

  it('of pcGrad with two tasks is worked out by hand', () => {
    // g1 = (1, 0), g2 = (-1, 1): both lose their part along the other: (1/2, 1/2) and (0, 1).
    const j = [
      [1, 0],
      [-1, 1],
    ];
    expect(combine(j, weigh(pcGrad(), j))).toEqual([0.5, 1.5]);
  });

  it('of imtlG has the same projection onto every gradient', () => {
    check(
      jacobians(6, 2).filter((j) => determinant(cosines(j)) > 1e-2),
      (j) => {
        const result = combine(j, weigh(imtlG(), j));
        const projections = j.map((row) => dot(row, result) / Math.hypot(...row));
        for (const p of projections)
          expect(Math.abs(p - projections[0])).toBeLessThan(1e-7 * (1 + Math.hypot(...result)));
      },
    );
  });

  it('of conflictFreeGradient has the same cosine with every gradient, and a positive one', () => {
    check(
      jacobians(6, 2).filter((j) => determinant(cosines(j)) > 1e-2),
      (j) => {
        const result = combine(j, weigh(conflictFreeGradient(), j));
        const angles = j.map((row) => dot(row, result) / Math.hypot(...row) / Math.hypot(...result));
        for (const angle of angles) expect(angle).toBeCloseTo(angles[0], 7);
        expect(angles[0]).toBeGreaterThan(0);
      },
    );
  });

  it('of alignedMtl does not depend on the common scale of the gradients, as weights', () => {
    check(
      jacobians(6, 2).filter((j) => determinant(cosines(j)) > 1e-2),
      (j) => {
        const weights = weigh(alignedMtl(), j);
        const scaled = weigh(
          alignedMtl(),
          j.map((row) => row.map((v) => 64 * v)),
        );
        for (const [k, w] of scaled.entries()) expect(w).toBeCloseTo(weights[k], 9);
      },
    );
  });

  it('of alignedMtl comes from gradients that are orthogonal and of one length', () => {
    check(
      jacobians(6, 2).filter((j) => determinant(cosines(j)) > 1e-2),
      (j) => {
        // A preference for one task alone gives that task's aligned gradient, divided by the number of tasks.
        const tasks = names(j.length);
        const aligned = tasks.map((task) => {
          const preference = Object.fromEntries(tasks.map((other) => [other, other === task ? 1 : 0]));
          return combine(j, weigh(alignedMtl({ preference }), j));
        });
        const gramian = gramianOf(aligned);
        for (const [a, row] of gramian.entries()) {
          for (const [b, v] of row.entries()) expect(v / gramian[0][0]).toBeCloseTo(a === b ? 1 : 0, 6);
        }
      },
    );
  });

  it('of nashMtl does not change where one loss is scaled', () => {
    check(
      jacobians(6, 2).filter((j) => determinant(cosines(j)) > 1e-2),
      (j) => {
        const unclipped = (rows: number[][]) => {
          const result = combine(rows, weigh(nashMtl({ maxNorm: Number.POSITIVE_INFINITY }), rows));
          return result.map((v) => v / Math.hypot(...result));
        };
        const one = unclipped(j);
        const other = unclipped(j.map((row, k) => (k === 0 ? row.map((v) => 5 * v) : row)));
        for (const [i, v] of other.entries()) expect(v).toBeCloseTo(one[i], 7);
      },
    );
  });

  it('of caGrad stays in its ball around the mean gradient and helps the worst task no less than the mean', () => {
    check(jacobians(5), (j) => {
      const mean = combine(j, weigh(meanGradient(), j));
      const weights = weigh(caGrad({ c: 0.5 }), j);
      if (weights.every((w) => w === 0)) return;
      const result = combine(j, weights);
      const distance = Math.hypot(...result.map((v, i) => v - mean[i]));
      expect(distance).toBeLessThanOrEqual(0.5 * Math.hypot(...mean) + 1e-6);
      const worst = (d: number[]) => Math.min(...j.map((row) => dot(row, d)));
      expect(worst(result)).toBeGreaterThanOrEqual(worst(mean) - 1e-6);
    });
    expect(weigh(caGrad({ c: 0 }), [[1], [2]])).toEqual([0.5, 0.5]);
  });

  it('of fairGrad gives each task the share that its fairness asks for', () => {
    check(
      jacobians(6, 2).filter((j) => determinant(cosines(j)) > 1e-2),
      (j) => {
        for (const alpha of [0.5, 1, 2, 5]) {
          const weights = weigh(fairGrad({ alpha }), j);
          const result = combine(j, weights);
          for (const [k, row] of j.entries()) {
            expect(dot(row, result) * weights[k] ** (1 / alpha)).toBeCloseTo(1, 6);
          }
        }
      },
      60,
    );
    expect(weigh(fairGrad({ alpha: 0 }), [[1], [2]])).toEqual([0.5, 0.5]);
  });
});

function cosines(j: number[][]): number[][] {
  return gramianOf(j.map((row) => row.map((v) => v / Math.hypot(...row))));
}

/** By expansion: as small as the matrices here. */
function determinant(matrix: number[][]): number {
  if (matrix.length === 0) return 1;
  return matrix[0].reduce(
    (sum, v, j) =>
      sum + (j % 2 ? -v : v) * determinant(matrix.slice(1).map((row) => row.filter((_, column) => column !== j))),
    0,
  );
}

describe('gradients that cancel each other', () => {
  const context = { step: 0, losses: {} };
  const fair = [nashMtl(), ...[0.3, 1, 2, 6].map((alpha) => fairGrad({ alpha }))];

  it('are weighed by their lengths, so that they do: where a training run on two opposed losses once ended in an error', () => {
    const gramian = [
      [0.6174381971359253, -0.5324751138687134],
      [-0.5324751138687134, 0.45920369029045105],
    ];
    for (const { weights } of fair) {
      const [a, b] = weights!(gramian, ['a', 'b'], context);
      expect((a * Math.sqrt(gramian[0][0])) / (b * Math.sqrt(gramian[1][1]))).toBeCloseTo(1, 4);
    }
  });

  it('get finite weights above 0, whatever their lengths and however close to opposite', () => {
    const length = fc.double({ min: -2, max: 2, noNaN: true }).map((exponent) => 10 ** exponent);
    const gap = fc.double({ min: -8, max: 0, noNaN: true }).map((exponent) => 10 ** exponent);
    fc.assert(
      fc.property(length, length, gap, (a, b, share) => {
        const product = Math.fround(a * b * Math.cos(Math.PI * (1 - share)));
        const gramian = [
          [Math.fround(a * a), product],
          [product, Math.fround(b * b)],
        ];
        for (const { weights } of fair) {
          const found = weights!(gramian, ['a', 'b'], context);
          expect(found.every((weight) => weight > 0 && Number.isFinite(weight))).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('the order in which pcGrad and gradVac look at tasks', () => {
  const j = [
    [1, 0.2, -0.4],
    [-1, 0.6, 0.1],
    [0.3, -1, 0.2],
    [0.1, 0.2, -1],
  ];

  it('is a function of the seed and the step', () => {
    for (const make of [pcGrad, gradVac]) {
      const at = (seed: number, step: number) => weigh(make({ seed }), j, step);
      expect(at(1, 4)).toEqual(at(1, 4));
      const several = new Set([0, 1, 2, 3, 4, 5, 6, 7].map((step) => at(1, step).join()));
      expect(several.size).toBeGreaterThan(1);
      const seeds = new Set([0, 1, 2, 3, 4, 5, 6, 7].map((seed) => at(seed, 0).join()));
      expect(seeds.size).toBeGreaterThan(1);
    }
  });
});

describe('what an aggregator remembers', () => {
  const step = (aggregator: Aggregator<string>, tasks: string[], n: number) => {
    const rows: Record<string, number[]> = { a: [1, 0.2 + n], b: [-0.5, 1], c: [0.3, -1 - n] };
    const jacobian = tasks.map((task) => rows[task]);
    const losses = { a: 2 / (n + 1), b: 1 / (n + 2), c: 3 };
    return aggregator.weights(gramianOf(jacobian), tasks, { step: n, losses });
  };
  const makers: [string, () => Aggregator<string>][] = [
    ['gradVac', gradVac],
    ['gradNorm', gradNorm],
  ];

  it.each(makers)('of a task is not touched by a batch without it: %s', (_, make) => {
    const aggregator = make();
    step(aggregator, ['a', 'b', 'c'], 0);
    const before = aggregator.save?.() as Record<string, unknown>;
    step(aggregator, ['a', 'c'], 1);
    const after = aggregator.save?.() as Record<string, unknown>;
    expect(after.b).toEqual(before.b);
    expect(after.a).not.toEqual(before.a);
  });
});

describe('an option out of range', () => {
  it('is refused with what came and what was expected', () => {
    expect(() => caGrad({ c: -1 })).toThrow('caGrad: c must lie in [0, ');
    expect(() => fairGrad({ alpha: -1 })).toThrow('fairGrad: alpha must be at least 0 and finite, got -1.');
    expect(() => nashMtl({ maxNorm: 0 })).toThrow('nashMtl: maxNorm must be positive, got 0.');
    expect(() => upGrad({ ridge: 0 })).toThrow('upGrad: ridge must lie in');
    expect(() => dualProj({ preference: { a: -1 } })).toThrow("dualProj: preference of 'a' must lie in [0, ");
    expect(() => alignedMtl({ scaleMode: 'max' as never })).toThrow(
      "alignedMtl: scaleMode must be one of 'min', 'median', 'rms'",
    );
    expect(() => pcGrad({ seed: 0.5 })).toThrow('pcGrad: seed must be an integer of at least 0, got 0.5.');
    expect(() => gradVac({ beta: 2 })).toThrow('gradVac: beta must lie in [0, 1], got 2.');
    expect(() => gradNorm({ alpha: -1 })).toThrow('gradNorm: alpha must lie in [0, ');
  });
});
