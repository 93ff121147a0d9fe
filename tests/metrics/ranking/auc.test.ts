import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { auc } from '../../../src/metrics/ranking/auc';
import { averagePrecision } from '../../../src/metrics/ranking/average-precision';
import { score } from '../../../src/metrics/score';
import { expectClose, golden } from '../../golden/metrics-classification/golden';

const averages = ['macro', 'micro', 'weighted', 'none'] as const;

const cases = fc.array(
  fc.record({
    label: fc.constantFrom(0, 1),
    score: fc.integer({ min: -4, max: 4 }),
    weight: fc.integer({ min: 1, max: 4 }),
  }),
  { maxLength: 30 },
);

/** The weighted share of the pairs of a positive and a negative in which the positive is higher, a tie counting half. */
function shareOfPairs(y: readonly number[], p: readonly number[], w: readonly number[]): number {
  let wins = 0;
  let pairs = 0;
  for (const i of y.keys()) {
    for (const j of y.keys()) {
      if (y[i] !== 1 || y[j] !== 0) continue;
      wins += w[i] * w[j] * (p[i] > p[j] ? 1 : p[i] === p[j] ? 0.5 : 0);
      pairs += w[i] * w[j];
    }
  }
  return wins / pairs;
}

describe('auc', () => {
  it.each(Object.entries(golden.binary))('equals scikit-learn, case %s', async (_, given) => {
    const { yTrue, yPred, weight, sklearn } = given;
    expectClose(await score(auc(), yTrue, yPred, weight ?? undefined), sklearn.auc);
  });

  it.each(['plain', 'weighted', 'allTied'] as const)(
    'equals scikit-learn on a part of the curve, case %s',
    async (name) => {
      const { yTrue, yPred, weight, sklearn } = golden.binary[name];
      for (const [maxFpr, expected] of Object.entries(sklearn.partialAuc)) {
        expectClose(await score(auc({ maxFpr: Number(maxFpr) }), yTrue, yPred, weight ?? undefined), expected);
      }
    },
  );

  it.each(averages)('equals scikit-learn over classes, each against the others, averaged %s', async (average) => {
    for (const { yTrue, yPred, weight, sklearn } of [golden.classes.plain, golden.classes.weighted]) {
      expectClose(await score(auc({ classes: 4, average }), yTrue, yPred, weight ?? undefined), sklearn.auc?.[average]);
    }
  });

  it.each(averages)('equals scikit-learn over labels, averaged %s', async (average) => {
    for (const { yTrue, yPred, weight, sklearn } of Object.values(golden.labels)) {
      expectClose(await score(auc({ labels: 3, average }), yTrue, yPred, weight ?? undefined), sklearn.auc[average]);
    }
  });

  it('is the share of the pairs that are in order', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (given) => {
        const [y, p, w] = [given.map((c) => c.label), given.map((c) => c.score), given.map((c) => c.weight)];
        expectClose(await score(auc(), y, p, w), shareOfPairs(y, p, w));
      }),
    );
  });

  it('turns into 1 - auc when the labels or the scores turn round', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (given) => {
        const [y, p] = [given.map((c) => c.label), given.map((c) => c.score)];
        const value = await score(auc(), y, p);
        expectClose(
          await score(
            auc(),
            y.map((label) => 1 - label),
            p,
          ),
          1 - value,
        );
        expectClose(
          await score(
            auc(),
            y,
            p.map((each) => -each),
          ),
          1 - value,
        );
      }),
    );
  });

  it('leaves a class that is never true out of the mean', async () => {
    const { yTrue, yPred } = golden.classes.oneNeverTrue;
    const each = await score(auc({ classes: 4, average: 'none' }), yTrue, yPred);
    expect(each[3]).toBeNaN();
    expectClose(await score(auc({ classes: 4 }), yTrue, yPred), (each[0] + each[1] + each[2]) / 3);
  });

  it('of one class alone is zeroDivision, on a part of the curve too', async () => {
    expect(await score(auc(), [1, 1], [0.2, 0.4])).toBeNaN();
    expect(await score(auc({ zeroDivision: 0 }), [0, 0], [0.2, 0.4])).toBe(0);
    expect(await score(auc({ maxFpr: 0.1, zeroDivision: 0.5 }), [0, 0], [0.2, 0.4])).toBe(0.5);
    expect(auc().compute(auc().init())).toBeNaN();
  });

  it('standardises a part of the curve: 0.5 is chance, 1 is perfect', async () => {
    expectClose(await score(auc({ maxFpr: 0.2 }), [0, 0, 1, 1], [1, 1, 1, 1]), 0.5);
    expectClose(await score(auc({ maxFpr: 0.2 }), [0, 0, 1, 1], [1, 2, 3, 4]), 1);
  });

  it('wants a part of the curve in (0, 1]', () => {
    for (const maxFpr of [0, -0.1, 1.1, Number.NaN]) {
      expect(() => auc({ maxFpr })).toThrow(`auc: maxFpr must lie in (0, 1], got ${maxFpr}.`);
    }
  });

  it('needs classes or labels for an average', () => {
    expect(() => auc({ average: 'weighted' })).toThrow(
      "auc: classes or labels must be given for average 'weighted', got none.",
    );
  });
});

describe('averagePrecision', () => {
  it.each(Object.entries(golden.binary))('equals scikit-learn, with 0 for 0/0, case %s', async (_, given) => {
    const { yTrue, yPred, weight, sklearn } = given;
    const metric = averagePrecision({ zeroDivision: 0 });
    expectClose(await score(metric, yTrue, yPred, weight ?? undefined), sklearn.averagePrecision);
  });

  it.each(averages)('equals scikit-learn over classes and over labels, averaged %s', async (average) => {
    for (const { yTrue, yPred, weight, sklearn } of [golden.classes.plain, golden.classes.weighted]) {
      const metric = averagePrecision({ classes: 4, average });
      expectClose(await score(metric, yTrue, yPred, weight ?? undefined), sklearn.averagePrecision?.[average]);
    }
    for (const { yTrue, yPred, weight, sklearn } of Object.values(golden.labels)) {
      const metric = averagePrecision({ labels: 3, average });
      expectClose(await score(metric, yTrue, yPred, weight ?? undefined), sklearn.averagePrecision[average]);
    }
  });

  it('without positives is NaN', async () => {
    expect(await score(averagePrecision(), [0, 0], [0.2, 0.4])).toBeNaN();
  });
});
