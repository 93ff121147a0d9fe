import { describe, expect, it } from 'vitest';
import { calibrationCurve } from '../../../src/metrics/calibration/calibration-curve';
import { calibrationError } from '../../../src/metrics/calibration/calibration-error';
import { score } from '../../../src/metrics/score';
import { expectClose } from '../../golden/metrics-classification/golden';
import { golden } from '../../golden/statistics/golden';

const { y, a, calibration } = golden.scores;

describe('calibrationCurve', () => {
  it('equals scikit-learn, which leaves empty bins out', async () => {
    const bins = await score(calibrationCurve({ bins: calibration.bins }), y, a);
    const filled = bins.filter(({ weight }) => weight > 0);
    expectClose(
      [filled.map(({ observed }) => observed), filled.map(({ predicted }) => predicted)],
      [calibration.observed, calibration.predicted],
    );
  });

  it('by hand: two bins, and an empty one', async () => {
    const bins = await score(calibrationCurve({ bins: 4 }), [0, 1, 1, 1], [0.25, 0.35, 0.8, 0.9], [1, 3, 1, 1]);
    expectClose(bins, [
      { low: 0, high: 0.25, weight: 0, predicted: Number.NaN, observed: Number.NaN },
      { low: 0.25, high: 0.5, weight: 4, predicted: 0.325, observed: 0.75 },
      { low: 0.5, high: 0.75, weight: 0, predicted: Number.NaN, observed: Number.NaN },
      { low: 0.75, high: 1, weight: 2, predicted: 0.85, observed: 1 },
    ]);
  });

  it('has the gaps of the calibration error', async () => {
    const bins = (await score(calibrationCurve(), y, a)).filter(({ weight }) => weight > 0);
    const gaps = bins.map(({ weight, predicted, observed }) => weight * Math.abs(predicted - observed));
    expectClose(gaps.reduce((sum, gap) => sum + gap, 0) / y.length, await score(calibrationError(), y, a));
  });

  it('looks at the highest of several classes', async () => {
    const probabilities = [
      [0.7, 0.3],
      [0.1, 0.9],
    ];
    const bins = await score(calibrationCurve({ bins: 2, classes: 2 }), [0, 0], probabilities);
    expectClose(bins[1], { low: 0.5, high: 1, weight: 2, predicted: 0.8, observed: 0.5 });
  });

  it('checks its options', () => {
    expect(() => calibrationCurve({ bins: 0 })).toThrow(': bins must be an integer of at least 1, got 0.');
  });
});
