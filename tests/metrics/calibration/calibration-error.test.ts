import { describe, expect, it } from 'vitest';
import { brierScore } from '../../../src/metrics/calibration/brier-score';
import { type CalibrationOptions, calibrationError } from '../../../src/metrics/calibration/calibration-error';
import { score } from '../../../src/metrics/score';
import { expectClose, golden } from '../../golden/metrics-classification/golden';

describe('calibrationError', () => {
  it.each(['l1', 'l2', 'max'] as const)('equals torchmetrics, which counts in 32 bits: gapNorm %s', async (gapNorm) => {
    const { yTrue, yPred, torchmetrics } = golden.binary.plain;
    const found = await score(calibrationError({ bins: 7, gapNorm }), yTrue, yPred);
    expectClose(found, torchmetrics.calibrationError[gapNorm], 1e-6);
  });

  it.each(['l1', 'l2', 'max'] as const)('equals torchmetrics over classes: gapNorm %s', async (gapNorm) => {
    const { yTrue, yPred, torchmetrics } = golden.classes.plain;
    const metric = calibrationError({ bins: 7, gapNorm, classes: 4 });
    expectClose(await score(metric, yTrue, yPred), torchmetrics?.calibrationError[gapNorm], 1e-6);
  });

  it('by hand: two bins, of gaps 0.2 and 0.15 and weights 2 and 6', async () => {
    const [yTrue, yPred, weight] = [
      [0, 1, 1, 1],
      [0.2, 0.4, 0.8, 0.9],
      [1, 1, 3, 3],
    ];
    const of = (gapNorm: 'l1' | 'l2' | 'max') => score(calibrationError({ bins: 2, gapNorm }), yTrue, yPred, weight);
    expectClose(await of('l1'), (2 * 0.2 + 6 * 0.15) / 8);
    expectClose(await of('l2'), Math.sqrt((2 * 0.04 + 6 * 0.0225) / 8));
    expectClose(await of('max'), 0.2);
  });

  it.each([
    [0.1, 0.15, 10],
    [0.29, 0.295, 100],
    [0.57, 0.575, 100],
    [0.7, 0.75, 10],
    [0.8999999999999999, 0.85, 10],
    [0.44999999999999996, 0.42, 20],
  ])('puts %d and %d, at and off an edge, into the same of %d bins', async (atEdge, mate, bins) => {
    // In one bin a hit and a miss make half a hit; in two they make two gaps.
    const found = await score(calibrationError({ bins }), [1, 0], [atEdge, mate]);
    expectClose(found, Math.abs((atEdge + mate) / 2 - 0.5));
  });

  it('takes 0 and 1', async () => {
    expect(await score(calibrationError(), [0, 1], [0, 1])).toBe(0);
    expect(await score(calibrationError({ gapNorm: 'max' }), [1, 1], [0, 1])).toBe(1);
  });

  it('of no samples is NaN', () => {
    for (const gapNorm of ['l1', 'l2', 'max'] as const) {
      const metric = calibrationError({ gapNorm });
      expect(metric.compute(metric.init())).toBeNaN();
    }
  });

  it('checks its options and that it is given probabilities', async () => {
    expect(() => calibrationError({ bins: 0 })).toThrow(
      'calibrationError: bins must be an integer of at least 1, got 0.',
    );
    expect(() => calibrationError({ gapNorm: 'l3' } as unknown as CalibrationOptions)).toThrow(
      "calibrationError: gapNorm must be one of 'l1', 'l2', 'max'; got 'l3'.",
    );
    await expect(score(calibrationError(), [1, 0], [0.5, -2])).rejects.toThrow(
      'calibrationError: yPred must be a probability in [0, 1], got -2 in sample 1.',
    );
  });
});

describe('brierScore', () => {
  it.each(Object.entries(golden.binary))('equals scikit-learn, case %s', async (_, given) => {
    const { yTrue, yPred, weight, sklearn } = given;
    expectClose(await score(brierScore(), yTrue, yPred, weight ?? undefined), sklearn.brierScore);
  });

  it.each(Object.entries(golden.classes))('equals scikit-learn over classes, case %s', async (_, given) => {
    const { yTrue, yPred, weight, sklearn } = given;
    expectClose(await score(brierScore({ classes: 4 }), yTrue, yPred, weight ?? undefined), sklearn.brierScore);
  });

  it('of no samples is NaN', () => {
    expect(brierScore().compute(brierScore().init())).toBeNaN();
  });

  it('wants probabilities', async () => {
    await expect(score(brierScore(), [1], [1.5])).rejects.toThrow(
      'brierScore: yPred must be a probability in [0, 1], got 1.5 in sample 0.',
    );
  });
});
