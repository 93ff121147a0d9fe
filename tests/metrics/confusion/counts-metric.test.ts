import { describe, expect, it } from 'vitest';
import type { CountsOptions } from '../../../src/metrics/confusion/counts-metric';
import { dice } from '../../../src/metrics/confusion/dice';
import { f1, fBeta } from '../../../src/metrics/confusion/f-beta';
import { iou } from '../../../src/metrics/confusion/iou';
import { negativePredictiveValue } from '../../../src/metrics/confusion/negative-predictive-value';
import { precision } from '../../../src/metrics/confusion/precision';
import { sensitivity } from '../../../src/metrics/confusion/sensitivity';
import { specificity } from '../../../src/metrics/confusion/specificity';
import type { Average } from '../../../src/metrics/core/average';
import { score } from '../../../src/metrics/score';
import { expectClose, golden } from '../../golden/metrics-classification/golden';

const averages = ['macro', 'micro', 'weighted', 'none'] as const;
const f2 = (options: CountsOptions) => fBeta(2, options);

describe.each(Object.entries(golden.binary))('the ratios of counts, case %s', (_, given) => {
  const { yTrue, yPred, weight, threshold, sklearn } = given;
  const of = (metric: typeof dice) => score(metric({ threshold }), yTrue, yPred, weight ?? undefined);

  it.each([
    ['sensitivity', sensitivity],
    ['specificity', specificity],
    ['precision', precision],
    ['negativePredictiveValue', negativePredictiveValue],
    ['f1', f1],
  ] as const)('%s equals scikit-learn', async (name, metric) => {
    expectClose(await of(metric), sklearn[name]);
  });

  it('fBeta equals scikit-learn for beta 2 and 0.5', async () => {
    expectClose(await score(fBeta(2, { threshold }), yTrue, yPred, weight ?? undefined), sklearn.f2);
    expectClose(await score(fBeta(0.5, { threshold }), yTrue, yPred, weight ?? undefined), sklearn.fHalf);
  });

  it('dice is f1', async () => {
    expectClose(await of(dice), sklearn.f1);
  });

  it('iou equals scikit-learn, with 0 for 0/0', async () => {
    const metric = iou({ threshold, zeroDivision: 0 });
    expectClose(await score(metric, yTrue, yPred, weight ?? undefined), sklearn.iou);
  });
});

describe.each(Object.entries(golden.classes))('the ratios of counts over classes, case %s', (_, given) => {
  const { yTrue, yPred, weight, sklearn } = given;
  const of = (metric: (options: CountsOptions) => ReturnType<typeof dice<Average>>, options: CountsOptions) =>
    score(metric({ classes: 4, ...options }), yTrue, yPred, weight ?? undefined);

  describe.each(averages)('averaged %s', (average) => {
    it.each([
      ['sensitivity', sensitivity],
      ['precision', precision],
      ['f1', f1],
      ['f2', f2],
    ] as const)('%s equals scikit-learn, with 0 for 0/0 and without', async (key, metric) => {
      expectClose(await of(metric, { average, zeroDivision: 0 }), sklearn.zeroDivision0[key][average]);
      expectClose(await of(metric, { average }), sklearn.zeroDivisionNaN[key][average]);
    });

    it.each([
      ['sensitivity', sensitivity],
      ['precision', precision],
      ['f1', f1],
    ] as const)('%s without the background equals scikit-learn with labels=[1, 2, 3]', async (key, metric) => {
      const options = { average, includeBackground: false, zeroDivision: 0 };
      expectClose(await of(metric, options), sklearn.foreground[key][average]);
    });

    it('iou equals scikit-learn', async () => {
      expectClose(await of(iou, { average, zeroDivision: 0 }), sklearn.iou[average]);
    });
  });
});

describe.each(Object.entries(golden.labels))('the ratios of counts over labels, case %s', (_, given) => {
  const { yTrue, yPred, weight, sklearn } = given;

  it.each(averages)('equal scikit-learn, averaged %s', async (average) => {
    const options = { labels: 3, average, zeroDivision: 0 };
    const of = (metric: (o: CountsOptions) => ReturnType<typeof dice<Average>>) =>
      score(metric(options), yTrue, yPred, weight ?? undefined);
    expectClose(await of(sensitivity), sklearn.zeroDivision0.sensitivity[average]);
    expectClose(await of(precision), sklearn.zeroDivision0.precision[average]);
    expectClose(await of(f1), sklearn.zeroDivision0.f1[average]);
    expectClose(await of(f2), sklearn.zeroDivision0.f2[average]);
    expectClose(await of(iou), sklearn.iou[average]);
  });
});

describe('a ratio of counts', () => {
  it.each(['macro', 'micro', 'none'] as const)(
    'has the specificity of torchmetrics, which counts in 32 bits, averaged %s',
    async (average) => {
      const { yTrue, yPred, torchmetrics } = golden.classes.plain;
      const found = await score(specificity({ classes: 4, average }), yTrue, yPred);
      expectClose(found, torchmetrics?.specificity[average], 1e-7);
    },
  );

  it('pools the pixels of all images', async () => {
    // Image 1: 2 true, 1 found. Image 2: 1 true, found, beside 1 false alarm.
    const yTrue = [[[1, 1]], [[1, 0]]];
    const yPred = [[[0.9, 0.1]], [[0.6, 0.7]]];
    expect(await score(dice(), yTrue, yPred)).toBe(4 / 6);
    expect(await score(iou(), yTrue, yPred)).toBe(2 / 4);
  });

  it('calls a score at the threshold positive', async () => {
    expect(await score(sensitivity(), [1, 1], [0.5, 0.49999])).toBe(0.5);
    expect(await score(sensitivity({ threshold: 0.2 }), [1, 1], [0.2, 0.1])).toBe(0.5);
  });

  it('rounds the threshold to 32 bits beside scores of 32 bits', async () => {
    expect(Math.fround(0.7)).toBeLessThan(0.7);
    expect(await score(sensitivity({ threshold: 0.7 }), [1, 1], Float32Array.of(0.7, 0.6))).toBe(0.5);
  });

  it('takes the first of equally high classes', async () => {
    const metric = sensitivity({ classes: 3, average: 'none' });
    const [a, b, c] = await score(
      metric,
      [0, 1],
      [
        [0.4, 0.4, 0.2],
        [0.2, 0.4, 0.4],
      ],
    );
    expect([a, b, c]).toEqual([1, 1, Number.NaN]);
  });

  it('is zeroDivision where there is nothing to divide, NaN unless told otherwise', async () => {
    expect(await score(sensitivity(), [0, 0], [0.1, 0.9])).toBeNaN();
    expect(await score(sensitivity({ zeroDivision: 0 }), [0, 0], [0.1, 0.9])).toBe(0);
    expect(await score(dice({ zeroDivision: 1 }), [0, 0], [0.1, 0.2])).toBe(1);
    expect(sensitivity().compute(sensitivity().init())).toBeNaN();
    expect(await score(sensitivity({ labels: 2, zeroDivision: 0, average: 'weighted' }), [[0, 0]], [[1, 0]])).toBe(0);
  });

  it('has no rounding left where nothing should be', async () => {
    // 0.1 + 0.2 + 0.3 - 0.3 - 0.2 - 0.1 is not 0 in floating point.
    const metric = specificity({ classes: 3, average: 'none' });
    const rows = [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ];
    const [first] = await score(metric, [0, 0, 0], rows, [0.1, 0.2, 0.3]);
    expect(first).toBeNaN();
  });
});

describe('the options of a ratio of counts', () => {
  it.each([
    [{ classes: 3, labels: 3 }, 'dice: classes or labels must be left out, got both.'],
    [{ classes: 1 }, 'dice: classes must be an integer of at least 2, got 1.'],
    [{ labels: 0 }, 'dice: labels must be an integer of at least 1, got 0.'],
    [{ threshold: Number.NaN }, 'dice: threshold must be a number, got NaN.'],
    [{ classes: 3, threshold: 0.5 }, 'dice: threshold has no meaning with classes, where the highest score wins.'],
    [{ average: 'micro' }, "dice: classes or labels must be given for average 'micro', got none."],
    [{ classes: 3, average: 'mean' as 'macro' }, "dice: average must be one of 'macro', 'micro', 'weighted', 'none'"],
    [{ includeBackground: false }, 'dice: includeBackground: false needs the option classes.'],
  ] as const)('are checked: %o', (options, message) => {
    expect(() => dice(options)).toThrow(message);
  });

  it('do not let beta be 0, negative or infinite', () => {
    for (const beta of [0, -1, Number.POSITIVE_INFINITY, Number.NaN]) {
      expect(() => fBeta(beta)).toThrow(`fBeta: beta must be positive and finite, got ${beta}.`);
    }
  });
});
