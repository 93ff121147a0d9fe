import { describe, expect, it } from 'vitest';
import {
  accuracy,
  auc,
  brierScore,
  calibrationCurve,
  confusion,
  confusionMatrix,
  dice,
  dicePerImage,
  hausdorff,
  interval,
  matthewsCorrelation,
  roc,
  score,
  sensitivity,
  surfaceDice,
  youdenIndex,
} from '../../../src/metrics/index';
import type { AnyMetric, Output } from '../../../src/types';

const probability = (width = 1): Output => ({ kind: 'probability', width });
const distribution = (width: number): Output => ({ kind: 'distribution', width });
const value = (width = 1): Output => ({ kind: 'value', width });

/** Every fifth pixel of four is a lesion of class 1, and a model that always says class 0. */
const truth = [0, 0, 1, 0, 0];
const oneHot = truth.map((k) => [1 - k, k]);
const background = truth.map(() => [0.9, 0.1]);

describe('a metric of an output', () => {
  it('takes a distribution for classes', async () => {
    const metric = sensitivity({ ignoreIndex: 255 }).forOutput?.(distribution(2));
    expect(await score(metric as AnyMetric, oneHot, background)).toBe(0.5);
    const bound = accuracy().forOutput?.(distribution(4)) as AnyMetric;
    const four = { data: Float32Array.of(0.4, 0.3, 0.2, 0.1, 0.1, 0.2, 0.3, 0.4), shape: [2, 4] };
    expect(await score(bound, [[0], [1]], four)).toBe(0.5);
  });

  it('takes several probabilities for labels', async () => {
    const bound = accuracy({ average: undefined }).forOutput?.(probability(2)) as AnyMetric;
    // Of the first label 1 of 2 is right, of the second 2 of 2: the mean of 0.5 and 1.
    const [yTrue, yPred] = [
      [
        [1, 0],
        [1, 1],
      ],
      [
        [0.2, 0.1],
        [0.7, 0.9],
      ],
    ];
    expect(await score(bound, yTrue, yPred)).toBe(0.75);
  });

  it('keeps what was said, where it fits', async () => {
    const each = dice({ classes: 2, average: 'none' }).forOutput?.(distribution(2)) as AnyMetric;
    expect(await score(each, oneHot, background)).toEqual([8 / 9, 0]);
    const asLabels = dice({ labels: 2, average: 'none' }).forOutput?.(distribution(2)) as AnyMetric;
    expect(await score(asLabels, oneHot, background)).toEqual([8 / 9, 0]);
    const atMost = sensitivity({ threshold: 0.1 }).forOutput?.(probability()) as AnyMetric;
    expect(await score(atMost, [1, 0], [0.2, 0.3])).toBe(1);
  });

  it('goes through an interval', async () => {
    const bound = interval(dicePerImage(), { resamples: 2 }).forOutput?.(distribution(2)) as AnyMetric;
    const mask = { data: Float32Array.of(1, 0, 0, 1), shape: [1, 1, 2, 2] };
    expect(await score(bound, mask, mask)).toMatchObject({ value: 1, n: 1 });
    expect(() => interval(dice({ classes: 3 })).forOutput?.(distribution(2))).toThrow(/^dice: classes is 3/);
  });

  it.each<[string, AnyMetric, Output, string]>([
    [
      'other classes',
      dice({ classes: 3 }),
      distribution(4),
      'dice: classes is 3, and the last axis of the output holds 4: leave it out, or write classes: 4.',
    ],
    [
      'other labels',
      auc({ labels: 2 }),
      probability(1),
      'auc: labels is 2, and the last axis of the output holds 1: leave it out, or write labels: 1.',
    ],
    [
      'values for decisions',
      accuracy(),
      value(),
      "accuracy is computed from probabilities, and the output holds plain values: give its head the activation 'sigmoid' or 'softmax'",
    ],
    [
      'masks of values',
      hausdorff(),
      value(),
      'hausdorff is computed from probabilities, and the output holds plain values',
    ],
    [
      'logits for decisions',
      dice(),
      { kind: 'logit', width: 1 },
      'dice is computed from probabilities, and the output holds logits',
    ],
    ['what is not known', matthewsCorrelation(), { kind: 'unknown', width: 1 }, 'what its last layer does not tell'],
    [
      'values for probabilities, classes or not',
      brierScore({ classes: 2 }),
      value(2),
      'brierScore is computed from probabilities',
    ],
    [
      'values of several columns',
      auc(),
      value(3),
      'auc: the last axis of the output holds 3 values: say what they are, classes: 3 if just one of them is true (a softmax), labels: 3 if each is true or not (sigmoids).',
    ],
    [
      'a distribution for one score',
      roc(),
      distribution(2),
      'roc: the last axis of the output holds 2 values: it takes one score for each case, so give it those of one class or label alone.',
    ],
    [
      'labels for one matrix',
      confusionMatrix(),
      probability(2),
      'confusionMatrix: the last axis of the output holds 2 values: say what they are, classes: 2 if just one',
    ],
    [
      'counts, which become an array',
      confusion(),
      distribution(3),
      'confusion: the last axis of the output holds 3 values: say what they are, classes: 3',
    ],
    [
      'a softmax of one value',
      youdenIndex(),
      distribution(1),
      "youdenIndex: a softmax over one value is always 1: give the head the activation 'sigmoid'.",
    ],
    [
      'a threshold among classes',
      dice({ threshold: 0.4 }),
      distribution(2),
      'dice: threshold has no meaning with classes',
    ],
    [
      'tolerances of other masks',
      surfaceDice({ tolerance: [1] }),
      distribution(2),
      'surfaceDice: tolerance must be one number, or one for each of 2 masks, got [1].',
    ],
  ])('is refused: %s', (_, metric, output, message) => {
    expect(() => metric.forOutput?.(output)).toThrow(RangeError);
    expect(() => metric.forOutput?.(output)).toThrow(message);
  });

  it('decides about values where it was said how', async () => {
    const bound = accuracy({ threshold: 3 }).forOutput?.(value()) as AnyMetric;
    expect(await score(bound, [1, 0], [3.5, -2])).toBe(1);
    const highest = accuracy({ classes: 3 }).forOutput?.(value(3)) as AnyMetric;
    expect(
      await score(
        highest,
        [2, 0],
        [
          [-4, -3, 7],
          [2, 1, 0],
        ],
      ),
    ).toBe(1);
    expect(await score(auc().forOutput?.(value()) as AnyMetric, [1, 0], [3, -2])).toBe(1);
  });

  it.each([0, 1, -2])('refuses the threshold %s for probabilities, once it is given some', async (threshold) => {
    const bound = accuracy({ threshold }).forOutput?.(probability()) as AnyMetric;
    await expect(score(bound, [1, 0], [0.7, 0.2])).rejects.toThrow(
      `accuracy: threshold must lie between 0 and 1 for an output of probabilities, got ${threshold}; a trainer gives ` +
        'metrics the sigmoid of logits, so that a logit of 0 is 0.5.',
    );
  });
});

describe('without an output', () => {
  const volume = { data: new Float32Array(2 * 2 * 2 * 3), shape: [1, 2, 2, 2, 3] };

  it.each([accuracy(), dice(), auc(), dicePerImage(), calibrationCurve(), brierScore()] as AnyMetric[])(
    'more than one value on an axis of channels is refused',
    async (metric) => {
      await expect(score(metric, oneHot, background)).rejects.toThrow(
        /the last axis of yPred holds 2 values, got shape \[5,2\]: say what they are, classes: 2 .*, labels: 2 /,
      );
      await expect(score(metric, volume, volume)).rejects.toThrow(/holds 3 values, got shape \[1,2,2,2,3\]/);
    },
  );

  it('one score for each case is asked for where nothing else can be said', async () => {
    await expect(score(roc(), oneHot, background)).rejects.toThrow(
      'roc: the last axis of yPred holds 2 values, got shape [5,2]: it takes one score for each case',
    );
  });

  it('three axes are a batch of planes', async () => {
    expect(await score(accuracy(), [[[1, 0, 1]]], [[[0.9, 0.8, 0.7]]])).toBeCloseTo(2 / 3, 12);
  });

  it('the default threshold meets no logits', async () => {
    await expect(score(accuracy(), [1, 0], [0.3, -1.5])).rejects.toThrow(
      'accuracy: yPred must lie in [0, 1] for the default threshold of 0.5 (of logits, give their sigmoid or ' +
        'threshold: 0), got -1.5 in sample 1.',
    );
    await expect(score(dicePerImage(), [[[1, 0]]], [[[4, 0.2]]])).rejects.toThrow(/^dicePerImage: .* threshold: 0\)/);
    expect(await score(accuracy({ threshold: 0 }), [1, 0], [0.3, -1.5])).toBe(1);
    expect(await score(accuracy({ threshold: 0.5 }), [1, 0], [1.5, -1.5])).toBe(1);
    expect(await score(accuracy({ classes: 2 }), [0], [[12, -3]])).toBe(1);
    // What has no weight is not read.
    expect(await score(accuracy(), [1, 0], [0.9, 33], [1, 0])).toBe(1);
  });
});
