import { describe, expect, it } from 'vitest';
import {
  accuracy,
  balancedAccuracy,
  binnedAuc,
  exactMatch,
  fowlkesMallows,
  markedness,
  matthewsCorrelation,
  oneVsOneAuc,
  prevalenceThreshold,
  score,
  topKAccuracy,
} from '../../src/metrics/index';
import { expectClose } from '../golden/metrics-classification/golden';
import { golden } from '../golden/metrics-peers/golden';

const { binary, classes, labels, binned } = golden.decisions;

describe.each([
  ['markedness', markedness()],
  ['fowlkesMallows', fowlkesMallows()],
  ['prevalenceThreshold', prevalenceThreshold()],
] as const)('%s', (name, metric) => {
  it('agrees with MONAI', async () => {
    expectClose(await score(metric, binary.yTrue, binary.yPred), binary.monai[name], 1e-6);
    const opposite = binary.yTrue.map((y) => 1 - y);
    expectClose(await score(metric, binary.yTrue, binary.yTrue), binary['all right'][name], 1e-6);
    expectClose(await score(metric, binary.yTrue, opposite), binary['all wrong'][name], 1e-6);
  });
});

it('prevalenceThreshold is its limit where a test tells nothing', async () => {
  expect(await score(prevalenceThreshold(), [1, 1, 0, 0], [1, 0, 1, 0])).toBe(0.5);
  expect(await score(prevalenceThreshold(), [1, 0], [0, 0])).toBeNaN();
});

it.each([1, 2, 3])('topKAccuracy(%s) agrees with scikit-learn, ties too', async (k) => {
  const metric = topKAccuracy(k, { classes: 4 });
  expectClose(await score(metric, classes.yTrue, classes.yPred), classes.topK[k - 1]);
  if (k === 1) expectClose(await score(accuracy({ classes: 4 }), classes.yTrue, classes.yPred), classes.topK[0]);
});

it('topKAccuracy asks for classes, and for fewer places than classes', async () => {
  expect(() => topKAccuracy(3, { classes: 3 })).toThrow('topKAccuracy: k must be below the 3 classes, got 3.');
  expect(() => topKAccuracy(0)).toThrow(RangeError);
  await expect(score(topKAccuracy(1), [[1, 0]], [[0.5, 0.5]])).rejects.toThrow(/say what they are, classes: 2/);
  await expect(score(topKAccuracy(1), [1, 0], [0.5, 0.5])).rejects.toThrow('topKAccuracy: give the option classes.');
});

it.each([
  ['accuracy', accuracy],
  ['balancedAccuracy', balancedAccuracy],
  ['matthewsCorrelation', matthewsCorrelation],
] as const)('%s of each class is that of the class against the others', async (name, make) => {
  expectClose(await score(make({ classes: 4, average: 'none' }), classes.yTrue, classes.yPred), classes[name]);
  expect(() => make({ average: 'none' })).toThrow(
    `${name}: classes or labels must be given for average 'none', got none.`,
  );
  expect(() => make({ classes: 4, average: 'macro' as never })).toThrow(RangeError);
});

it.each(['macro', 'weighted'] as const)('oneVsOneAuc agrees with scikit-learn: %s', async (average) => {
  const metric = oneVsOneAuc({ classes: 4, average });
  expectClose(await score(metric, classes.yTrue, classes.probabilities), classes.oneVsOne[average]);
  await expect(score(oneVsOneAuc(), [1, 0], [0.5, 0.5])).rejects.toThrow('oneVsOneAuc: give the option classes.');
});

it('oneVsOneAuc leaves out pairs of a class that is never true', async () => {
  const scores = [
    [0.8, 0.1, 0.1],
    [0.3, 0.4, 0.3],
    [0.5, 0.4, 0.1],
  ];
  expect(await score(oneVsOneAuc({ classes: 3 }), [0, 1, 0], scores)).toBe(
    // By the first score 2 of 2 pairs are ordered; by the second one is, and one is tied.
    (1 + 0.75) / 2,
  );
  expect(await score(oneVsOneAuc({ classes: 3 }), [0, 0, 0], scores)).toBeNaN();
});

describe('exactMatch', () => {
  it('agrees with scikit-learn and torchmetrics on labels', async () => {
    const value = await score(exactMatch({ labels: 3 }), labels.yTrue, labels.yPred);
    expectClose(value, labels.exactMatch);
    expectClose(value, labels.torchmetrics, 1e-6);
  });

  it('asks all pixels of a sample, those of weight 0 left out', async () => {
    const [truth, prediction] = [
      [[[0, 1]], [[2, 2]]],
      [[[0, 2]], [[2, 2]]],
    ];
    expect(await score(exactMatch({ classes: 4 }), truth, prediction)).toBe(0.5);
    expect(await score(exactMatch({ classes: 4 }), truth, prediction, [[[1, 0]], [[1, 1]]])).toBe(1);
    expect(await score(exactMatch(), [[[1, 0]], [[1, 1]]], [[[0.7, 0.1]], [[0.9, 0.2]]], [3, 1])).toBe(0.75);
  });
});

describe('binnedAuc', () => {
  it.each(Object.entries(binned.auc))('agrees with torchmetrics at %s thresholds', async (thresholds, expected) => {
    const metric = binnedAuc({ thresholds: Number(thresholds) });
    expectClose(await score(metric, binned.yTrue, binned.yPred), expected, 1e-6);
  });

  it('agrees with torchmetrics on labels', async () => {
    const { yTrue, yPred, none, macro } = binned.labels;
    const options = { labels: 3, thresholds: 9 };
    expectClose(await score(binnedAuc(options), yTrue, yPred), macro, 1e-6);
    expectClose(await score(binnedAuc({ ...options, average: 'none' }), yTrue, yPred), none, 1e-6);
  });

  it('counts scores of 1, and a score on a threshold as one that reaches it', async () => {
    expect(await score(binnedAuc({ thresholds: 2 }), [0, 1, 1], [0.9, 1, 1])).toBe(1);
    expect(await score(binnedAuc({ thresholds: 11 }), [0, 1], [0.69, 0.7])).toBe(1);
    expect(await score(binnedAuc({ thresholds: 11 }), [0, 1], [0.71, 0.7])).toBe(0.5);
  });

  it('holds as much after many scores as after few, and takes probabilities alone', async () => {
    const metric = binnedAuc({ thresholds: 7 });
    const state = await metric.update(metric.init(), binned.yTrue, binned.yPred);
    expect(state).toHaveLength(14);
    await expect(score(metric, [0, 1], [0, 2])).rejects.toThrow('binnedAuc: yPred must be a probability in [0, 1]');
    expect(() => binnedAuc({ thresholds: 1 })).toThrow(RangeError);
    expect(await score(metric, [1, 1], [0, 1])).toBeNaN();
  });
});
