import { describe, expect, it } from 'vitest';
import {
  accuracy,
  auc,
  averagePrecision,
  brierScore,
  calibrationError,
  confusion,
  dice,
  dicePerImage,
  hausdorff,
  interval,
  iouPerImage,
  matthewsCorrelation,
  score,
  surfaceDice,
} from '../../../src/metrics/index';
import type { AnyMetric, Values } from '../../../src/types';
import { expectClose } from '../../golden/metrics-classification/golden';

// A plane of six pixels, of which the last two are unknown, and the same plane without them.
const truth = [[[1, 0, 1, 0, 1, 0]]];
const prediction = [[[0.9, 0.6, 0.3, 0.1, 0.2, 0.8]]];
const known = [[[1, 1, 1, 1, 0, 0]]];
const marked = [[[1, 0, 1, 0, 255, 255]]];
const cropped: [Values, Values] = [[[[1, 0, 1, 0]]], [[[0.9, 0.6, 0.3, 0.1]]]];

const METRICS: Record<string, (options: { ignoreIndex?: number }) => AnyMetric> = {
  accuracy,
  auc,
  averagePrecision,
  brierScore,
  calibrationError,
  confusion,
  dice,
  dicePerImage,
  iouPerImage,
  matthewsCorrelation,
};

describe.each(Object.entries(METRICS))('%s', (_, make) => {
  it('leaves out pixels of weight 0, and those of a label to ignore', async () => {
    const expected = await score(make({}), ...cropped);
    expectClose(await score(make({}), truth, prediction, known), expected);
    expectClose(await score(make({}), marked, prediction, known), expected);
    expectClose(await score(make({ ignoreIndex: 255 }), marked, prediction), expected);
    await expect(score(make({}), marked, prediction)).rejects.toThrow(/yTrue must be 0 or 1, got 255/);
  });
});

it('a weight of an element is how often it counts', async () => {
  const weights = [[[2, 3, 1, 4, 0, 0]]];
  expect(await score(confusion(), truth, prediction, weights)).toEqual({ tp: 2, fp: 3, fn: 1, tn: 4 });
  // 2 * 4 pairs are ordered right, 2 * 3 too, 1 * 4 too, 1 * 3 wrong.
  expect(await score(auc(), truth, prediction, weights)).toBeCloseTo(18 / 21, 12);
  expect((await score(dicePerImage(), truth, prediction, weights)).value).toBeCloseTo(4 / 8, 12);
});

describe('classes', () => {
  const scores = [
    [
      [0.8, 0.1, 0.1],
      [0.2, 0.7, 0.1],
      [0.1, 0.2, 0.7],
    ],
  ];
  const numbers = [[0, 2, 2]];
  const oneHot = [
    [
      [1, 0, 0],
      [0, 0, 1],
      [0, 0, 1],
    ],
  ];
  const metric = confusion({ classes: 3 });
  const tp = async (...given: [Values, Values, Values?]) => (await score(metric, ...given)).map((each) => each.tp);

  it('take weights of pixels, with or without an axis of length 1', async () => {
    expect(await tp(numbers, scores, [[2, 1, 0.5]])).toEqual([2, 0, 0.5]);
    expect(await tp(numbers, scores, [[[2], [1], [0.5]]])).toEqual([2, 0, 0.5]);
    expect(await tp(oneHot, scores, [[[2], [1], [0.5]]])).toEqual([2, 0, 0.5]);
  });

  it('take of a weight for each element that of the true class', async () => {
    const each = [
      [
        [2, 9, 9],
        [9, 9, 1],
        [9, 9, 0.5],
      ],
    ];
    expect(await tp(oneHot, scores, each)).toEqual([2, 0, 0.5]);
  });

  it('leave out pixels that bear a label to ignore, as a number or in all places', async () => {
    const ignoring = confusion({ classes: 3, ignoreIndex: -1 });
    const expected = [1, 0, 0];
    const of = async (yTrue: Values) => (await score(ignoring, yTrue, scores)).map((each) => each.tp);
    expect(await of([[0, 2, -1]])).toEqual(expected);
    expect(await of([[[0], [2], [-1]]])).toEqual(expected);
    expect(await of([[oneHot[0][0], oneHot[0][1], [-1, -1, -1]]])).toEqual(expected);
    await expect(of([[0, 2, -2]])).rejects.toThrow(/be a class, 0 to 2, got -2 in sample 0/);
  });

  it('may be predicted as numbers', async () => {
    const matrix = accuracy({ classes: 3 });
    expect(await score(matrix, [0, 1, 2, 2], [0, 2, 2, 2])).toBe(0.75);
    expect(await score(matrix, [[0], [1], [2], [2]], [0, 2, 2, 2], [1, 2, 1, 0])).toBe(0.5);
    expect(await score(matrix, [0, 2], [[0], [2]])).toBe(1);
    expect(await score(matrix, [[1, 0, 0]], [0])).toBe(1);
    await expect(score(matrix, [0, 1], [0, 3])).rejects.toThrow(
      'accuracy: yPred must be a class, 0 to 2, got 3 in sample 1.',
    );
    await expect(score(auc({ classes: 3 }), [0, 1], [0, 1])).rejects.toThrow(
      'auc: the last axis of yPred must have length 3, got shape [2].',
    );
  });
});

it('entries of several labels may be missing', async () => {
  const yTrue = [
    [1, -1],
    [0, 1],
    [-1, 0],
  ];
  const yPred = [
    [0.9, 0.9],
    [0.2, 0.8],
    [0.9, 0.1],
  ];
  const options = { labels: 2, ignoreIndex: -1 };
  expect(await score(confusion(options), yTrue, yPred)).toEqual([
    { tp: 1, fp: 0, fn: 0, tn: 1 },
    { tp: 1, fp: 0, fn: 0, tn: 1 },
  ]);
  expect(await score(auc({ ...options, average: 'none' }), yTrue, yPred)).toEqual([1, 1]);
  expect(await score(auc({ ...options, average: 'micro' }), yTrue, yPred)).toBe(1);
});

it('a label to ignore that is a label of its own is refused', () => {
  expect(() => dice({ ignoreIndex: 0 })).toThrow('dice: ignoreIndex must not be a label, 0 or 1, got 0.');
  expect(() => dice({ ignoreIndex: 0.5 })).toThrow(/^dice: ignoreIndex must be an integer/);
});

describe('images', () => {
  const two = [truth[0], [[1, 1, 1, 1, 1, 1]]];
  const half = [prediction[0], [[0.9, 0.9, 0.9, 0.1, 0.1, 0.1]]];

  it('weigh the mean of what counts in them, so that what is left out takes nothing', async () => {
    const all = [...known, [[3, 3, 3, 3, 3, 3]]];
    // 0.5 of the four pixels that are known, 2/3 of the other image, which weighs 3.
    expect((await score(dicePerImage(), two, half, all)).value).toBeCloseTo((0.5 + 3 * (2 / 3)) / 4, 12);
  });

  it('of which nothing is known do not count', async () => {
    const none = [...known, [[0, 0, 0, 0, 0, 0]]];
    const result = await score(dicePerImage(), two, half, none);
    expect(result).toMatchObject({ value: 0.5, n: 1, skipped: 0 });
  });

  it('have no surface where they are not known', async () => {
    const line = [[[1, 1, 1, 0, 0, 0, 0, 1]]];
    const short = [[[1, 1, 0, 0, 0, 0, 0, 0]]];
    const knownPart = [[[1, 1, 1, 1, 1, 1, 0, 0]]];
    expect((await score(hausdorff(), line, short, knownPart)).value).toBe(1);
    expect((await score(hausdorff(), line, short)).value).toBe(6);
    expect((await score(surfaceDice({ tolerance: 0 }), line, short, knownPart)).value).toBeCloseTo(4 / 5, 12);
  });
});

it('an interval leaves out the same', async () => {
  const metric = interval(accuracy(), { resamples: 3 });
  const [yTrue, yPred] = [
    [[[1, 0]], [[1, 1]]],
    [[[0.9, 0.9]], [[0.1, 0.8]]],
  ];
  const result = await score(metric, yTrue, yPred, [[[1, 0]], [[0, 0]]]);
  expect(result).toMatchObject({ value: 1, n: 1 });
});
