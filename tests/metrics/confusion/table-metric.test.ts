import { describe, expect, it } from 'vitest';
import { accuracy } from '../../../src/metrics/confusion/accuracy';
import { balancedAccuracy } from '../../../src/metrics/confusion/balanced-accuracy';
import { type CohenKappaOptions, cohenKappa } from '../../../src/metrics/confusion/cohen-kappa';
import { matthewsCorrelation } from '../../../src/metrics/confusion/matthews-correlation';
import { score } from '../../../src/metrics/score';
import { expectClose, golden } from '../../golden/metrics-classification/golden';

describe.each(Object.entries(golden.binary))('agreement of two classes, case %s', (_, given) => {
  const { yTrue, yPred, threshold, sklearn } = given;
  const weight = given.weight ?? undefined;

  it('equals scikit-learn', async () => {
    expectClose(await score(accuracy({ threshold }), yTrue, yPred, weight), sklearn.accuracy);
    expectClose(await score(balancedAccuracy({ threshold }), yTrue, yPred, weight), sklearn.balancedAccuracy);
    expectClose(await score(cohenKappa({ threshold }), yTrue, yPred, weight), sklearn.cohenKappa);
    const matthews = matthewsCorrelation({ threshold, zeroDivision: 0 });
    expectClose(await score(matthews, yTrue, yPred, weight), sklearn.matthewsCorrelation);
  });
});

describe.each(Object.entries(golden.classes))('agreement of four classes, case %s', (_, given) => {
  const { yTrue, yPred, sklearn } = given;
  const weight = given.weight ?? undefined;

  it('equals scikit-learn', async () => {
    expectClose(await score(accuracy({ classes: 4 }), yTrue, yPred, weight), sklearn.accuracy);
    expectClose(await score(balancedAccuracy({ classes: 4 }), yTrue, yPred, weight), sklearn.balancedAccuracy);
    expectClose(await score(matthewsCorrelation({ classes: 4 }), yTrue, yPred, weight), sklearn.matthewsCorrelation);
  });

  it.each(['none', 'linear', 'quadratic'] as const)(
    'has the kappa of scikit-learn, disagreement %s',
    async (disagreement) => {
      const metric = cohenKappa({ classes: 4, disagreement });
      expectClose(await score(metric, yTrue, yPred, weight), sklearn.cohenKappa[disagreement]);
    },
  );
});

describe('agreement', () => {
  it('over labels is the mean of the labels', async () => {
    const yTrue = [
      [1, 0],
      [1, 1],
      [0, 0],
      [0, 1],
    ];
    const yPred = [
      [0.9, 0.1],
      [0.8, 0.9],
      [0.1, 0.9],
      [0.2, 0.3],
    ];
    // Label 0 is right in all 4; label 1 in 2 of 4, with 1 of 2 found and 1 of 2 refused.
    expect(await score(accuracy({ labels: 2 }), yTrue, yPred)).toBe((1 + 1 / 2) / 2);
    expect(await score(balancedAccuracy({ labels: 2 }), yTrue, yPred)).toBe((1 + 1 / 2) / 2);
    expect(await score(matthewsCorrelation({ labels: 2 }), yTrue, yPred)).toBe((1 + 0) / 2);
    expect(await score(cohenKappa({ labels: 2 }), yTrue, yPred)).toBe((1 + 0) / 2);
  });

  it('beyond chance is NaN where all is of one class', async () => {
    expect(await score(matthewsCorrelation(), [1, 1], [0.9, 0.2])).toBeNaN();
    expect(await score(cohenKappa(), [1, 1], [0.9, 0.8])).toBeNaN();
    expect(await score(matthewsCorrelation({ zeroDivision: 0 }), [1, 1], [0.9, 0.2], [0.1, 0.7])).toBe(0);
  });

  it('leaves a class that is never true out of the balance, unless it is given a value', async () => {
    expect(await score(balancedAccuracy(), [1, 1], [0.9, 0.2])).toBe(0.5);
    expect(await score(balancedAccuracy({ zeroDivision: 0 }), [1, 1], [0.9, 0.2])).toBe(0.25);
  });

  it('of no samples is NaN', () => {
    for (const metric of [accuracy(), balancedAccuracy(), cohenKappa(), matthewsCorrelation()]) {
      expect(metric.compute(metric.init())).toBeNaN();
    }
  });

  it('knows its weights', () => {
    expect(() => cohenKappa({ disagreement: 'cubic' } as unknown as CohenKappaOptions)).toThrow(
      "cohenKappa: disagreement must be one of 'none', 'linear', 'quadratic'; got 'cubic'.",
    );
  });
});
