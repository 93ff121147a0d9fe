import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sensitivity } from '../../../src/metrics/confusion/sensitivity';
import { specificity } from '../../../src/metrics/confusion/specificity';
import {
  sensitivityAtSpecificity,
  specificityAtSensitivity,
  youdenIndex,
} from '../../../src/metrics/ranking/operating-point';
import { score } from '../../../src/metrics/score';
import { expectClose, golden } from '../../golden/metrics-classification/golden';
import { golden as statistics } from '../../golden/statistics/golden';

const { yTrue, yPred, torchmetrics } = golden.binary.plain;

const data = fc
  .array(fc.tuple(fc.constantFrom(0, 1), fc.integer({ min: 0, max: 5 })), { minLength: 2, maxLength: 25 })
  .filter((cases) => cases.some(([y]) => y === 0) && cases.some(([y]) => y === 1))
  .map((cases) => ({ y: cases.map(([y]) => y), p: cases.map(([, p]) => p) }));

describe.each([
  ['sensitivityAtSpecificity', sensitivityAtSpecificity, sensitivity, specificity],
  ['specificityAtSensitivity', specificityAtSensitivity, specificity, sensitivity],
] as const)('%s', (name, metric, value, other) => {
  it.each(Object.entries(torchmetrics[name]))('equals torchmetrics at %s', async (limit, expected) => {
    expectClose((await score(metric(Number(limit)), yTrue, yPred)).value, expected, 1e-7);
  });

  it('is the best of all thresholds, and its threshold gives it', async () => {
    await fc.assert(
      fc.asyncProperty(data, fc.constantFrom(0, 0.2, 0.5, 0.9, 1), async ({ y, p }, limit) => {
        const found = await score(metric(limit), y, p);
        const candidates = await Promise.all(
          [0, 1, 2, 3, 4, 5, 6].map(async (threshold) => ({
            value: await score(value({ threshold }), y, p),
            other: await score(other({ threshold }), y, p),
          })),
        );
        const feasible = candidates.filter((candidate) => candidate.other >= limit);
        const best = Math.max(...feasible.map((candidate) => candidate.value));
        expect(found.value).toBe(best);
        const { threshold } = found;
        expect(await score(value({ threshold }), y, p)).toBe(best);
        const others = feasible.filter((candidate) => candidate.value === best).map((candidate) => candidate.other);
        expect(await score(other({ threshold }), y, p)).toBe(Math.max(...others));
      }),
    );
  });

  it('is NaN where a class is missing', async () => {
    for (const y of [[0, 0], [1, 1], []]) {
      expect(await score(metric(0.5), y, y)).toEqual({ value: Number.NaN, threshold: Number.NaN });
    }
  });

  it('wants a limit in [0, 1]', () => {
    expect(() => metric(1.2)).toThrow(/: (sensitivity|specificity) must lie in \[0, 1\], got 1\.2\./);
  });
});

describe('a threshold from a curve', () => {
  it('is infinite where only refusing everything is specific enough', async () => {
    const found = await score(sensitivityAtSpecificity(1), [0, 1], [0.9, 0.4]);
    expect(found).toEqual({ value: 0, threshold: Number.POSITIVE_INFINITY });
  });
});

describe('youdenIndex', () => {
  it('equals the highest rise of a curve of scikit-learn', async () => {
    const { y, a, youden } = statistics.scores;
    expectClose(await score(youdenIndex(), y, a), youden);
  });

  it('is that of its threshold, and no threshold has a higher one', async () => {
    await fc.assert(
      fc.asyncProperty(data, async ({ y, p }) => {
        const indexAt = async (threshold: number): Promise<number> =>
          (await score(sensitivity({ threshold }), y, p)) + (await score(specificity({ threshold }), y, p)) - 1;
        const found = await score(youdenIndex(), y, p);
        expect(found.value).toBeCloseTo(await indexAt(found.threshold), 12);
        for (const threshold of [0, 1, 2, 3, 4, 5, 6]) {
          expect(found.value).toBeGreaterThanOrEqual((await indexAt(threshold)) - 1e-12);
        }
      }),
    );
  });

  it('of equal points takes that of the highest specificity', async () => {
    expect(await score(youdenIndex(), [0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])).toEqual({ value: 0.5, threshold: 0.8 });
  });

  it('is NaN where a class is missing', async () => {
    expect(await score(youdenIndex(), [1, 1], [1, 2])).toEqual({ value: Number.NaN, threshold: Number.NaN });
  });
});
