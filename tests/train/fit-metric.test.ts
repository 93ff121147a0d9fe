import { describe, expect, it } from 'vitest';
import { bce, crossEntropy, lossMetric, mse } from '../../src/losses/index';
import {
  accuracy,
  auc,
  brierScore,
  confusion,
  confusionMatrix,
  dice,
  dicePerImage,
  hausdorff,
  interval,
  matthewsCorrelation,
  meanAbsoluteError,
  roc,
  rSquared,
  score,
  sensitivity,
  structuralSimilarity,
  surfaceDice,
  topKAccuracy,
  youdenIndex,
} from '../../src/metrics/index';
import { fitMetric } from '../../src/train/fit-metric';
import type { AnyMetric, Output } from '../../src/types';

const probability = (width = 1): Output => ({ kind: 'probability', width });
const distribution = (width: number): Output => ({ kind: 'distribution', width });
const value = (width = 1): Output => ({ kind: 'value', width });

/** Every fifth pixel of four is a lesion of class 1, and a model that always says class 0. */
const truth = [0, 0, 1, 0, 0];
const oneHot = truth.map((k) => [1 - k, k]);
const background = truth.map(() => [0.9, 0.1]);

describe('a metric of a task', () => {
  it('takes a distribution for classes', async () => {
    const metric = fitMetric(sensitivity({ ignoreIndex: 255 }), distribution(2), 'a');
    expect(await score(metric, oneHot, background)).toBe(0.5);
    const bound = fitMetric(accuracy(), distribution(4), 'a');
    const four = { data: Float32Array.of(0.4, 0.3, 0.2, 0.1, 0.1, 0.2, 0.3, 0.4), shape: [2, 4] };
    expect(await score(bound, [[0], [1]], four)).toBe(0.5);
  });

  it('takes several probabilities for labels', async () => {
    const bound = fitMetric(accuracy({ average: undefined }), probability(2), 'a');
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
    const each = fitMetric(dice({ classes: 2, average: 'none' }), distribution(2), 'a');
    expect(await score(each, oneHot, background)).toEqual([8 / 9, 0]);
    const asLabels = fitMetric(dice({ labels: 2, average: 'none' }), distribution(2), 'a');
    expect(await score(asLabels, oneHot, background)).toEqual([8 / 9, 0]);
    const atMost = fitMetric(sensitivity({ threshold: 0.1 }), probability(), 'a');
    expect(await score(atMost, [1, 0], [0.2, 0.3])).toBe(1);
  });

  it('goes through an interval', async () => {
    const bound = fitMetric(interval(dicePerImage(), { resamples: 2 }), distribution(2), 'a');
    const mask = { data: Float32Array.of(1, 0, 0, 1), shape: [1, 1, 2, 2] };
    expect(await score(bound, mask, mask)).toMatchObject({ value: 1, n: 1 });
    expect(() => fitMetric(interval(dice({ classes: 3 })), distribution(2), 'a')).toThrow(/^classes is 3/);
  });

  it.each<[string, AnyMetric, Output, string]>([
    [
      'other classes',
      dice({ classes: 3 }),
      distribution(4),
      'classes is 3, and the last axis of the output holds 4: leave it out, or write classes: 4.',
    ],
    [
      'other labels',
      auc({ labels: 2 }),
      probability(1),
      'labels is 2, and the last axis of the output holds 1: leave it out, or write labels: 1.',
    ],
    [
      'values for decisions',
      accuracy(),
      value(),
      "it is computed from probabilities or a distribution over its classes, and the head gives plain values: give the head the activation 'sigmoid' or 'softmax', or say what decides: threshold or classes.",
    ],
    ['masks of values', hausdorff(), value(), 'and the head gives plain values'],
    ['logits for decisions', dice(), { kind: 'logit', width: 1 }, 'and the head gives logits'],
    [
      'what is not known',
      matthewsCorrelation(),
      { kind: 'unknown', width: 1 },
      "and the head gives nothing that its last layer would tell: say what it is: fromLayersModel(net, tasks, { outputs: { 'a': 'probability' } })",
    ],
    [
      'values for probabilities, classes or not',
      brierScore({ classes: 2 }),
      value(2),
      "the head gives plain values: give the head the activation 'sigmoid' or 'softmax'.",
    ],
    [
      'values of several columns',
      auc(),
      value(3),
      'the last axis of the output holds 3 values: say what they are, classes: 3 if one is true (a softmax), labels: 3 if several may be (sigmoids).',
    ],
    [
      'a distribution for one score',
      roc(),
      distribution(2),
      'the last axis of the output holds 2 values: give the scores of one class or label.',
    ],
    [
      'labels for one matrix',
      confusionMatrix(),
      probability(2),
      'the last axis of the output holds 2 values: say what they are, classes: 2 if one is true (a softmax).',
    ],
    [
      'counts, which become an array',
      confusion(),
      distribution(3),
      'the last axis of the output holds 3 values: say what they are, classes: 3',
    ],
    [
      'a softmax of one value',
      youdenIndex(),
      distribution(1),
      "a softmax over one value is always 1: give the head the activation 'sigmoid'.",
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
    expect(() => fitMetric(metric, output, 'a')).toThrow(RangeError);
    expect(() => fitMetric(metric, output, 'a')).toThrow(message);
  });

  it('decides about values where it was said how', async () => {
    const bound = fitMetric(accuracy({ threshold: 3 }), value(), 'a');
    expect(await score(bound, [1, 0], [3.5, -2])).toBe(1);
    const highest = fitMetric(accuracy({ classes: 3 }), value(3), 'a');
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
    expect(await score(fitMetric(auc(), value(), 'a'), [1, 0], [3, -2])).toBe(1);
  });

  it.each([0, 1, -2])('refuses the threshold %s for probabilities', (threshold) => {
    expect(() => fitMetric(accuracy({ threshold }), probability(), 'a')).toThrow(
      `threshold must lie between 0 and 1 for an output of probabilities, got ${threshold}; a trainer gives metrics the ` +
        'sigmoid of logits, so that a logit of 0 is 0.5.',
    );
  });

  it('takes what looks at no axis as it is', () => {
    const images = structuralSimilarity();
    expect(fitMetric(images, value(3), 'a')).toBe(images);
    const loss = lossMetric(mse());
    expect(fitMetric(loss, value(3), 'a')).toBe(loss);
  });

  it('lets a loss as a metric take what the loss takes', () => {
    expect(fitMetric(lossMetric(bce()), probability(), 'a').direction).toBe('min');
    expect(() => fitMetric(lossMetric(crossEntropy()), probability(2), 'a')).toThrow(
      "it is computed from a distribution over its classes, and the head gives probabilities: give the head the activation 'softmax'.",
    );
    expect(() => fitMetric(lossMetric(bce({ fromLogits: true })), probability(), 'a')).toThrow(
      'and the head gives probabilities: leave out fromLogits, since a trainer gives metrics no logits.',
    );
  });

  it('takes values for so many quantities', async () => {
    const [yTrue, yPred] = [
      [
        [1, 0],
        [2, 5],
      ],
      [
        [2, 0],
        [2, 9],
      ],
    ];
    const metric = fitMetric(meanAbsoluteError(), value(2), 'a');
    expect(await score(metric, yTrue, yPred)).toBe((0.5 + 2) / 2);
    expect(() => fitMetric(rSquared({ outputs: 3 }), value(2), 'a')).toThrow(
      'outputs is 3, and the last axis of the output holds 2: leave it out, or write outputs: 2.',
    );
  });

  it('is checked again with what was filled in', () => {
    expect(() => fitMetric(topKAccuracy(3), distribution(3), 'a')).toThrow(/k must be below the 3 classes/);
  });
});
