import { dispose, type Tensor, type Tensor1D, tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  accuracy,
  auc,
  averagePrecision,
  averageSurfaceDistance,
  balancedAccuracy,
  brierScore,
  calibrationError,
  cohenKappa,
  confusion,
  confusionMatrix,
  dice,
  dicePerImage,
  f1,
  hausdorff,
  iou,
  iouPerImage,
  matthewsCorrelation,
  negativePredictiveValue,
  precision,
  precisionRecallCurve,
  roc,
  score,
  sensitivity,
  specificity,
  surfaceDice,
} from '../../src/metrics';
import type { AnyMetric } from '../../src/types';
import { golden } from '../golden/metrics-classification/golden';
import { name, useNamedBackend } from './backend';

const binary: Record<string, AnyMetric> = {
  accuracy: accuracy(),
  auc: auc(),
  averagePrecision: averagePrecision(),
  balancedAccuracy: balancedAccuracy(),
  brierScore: brierScore(),
  calibrationError: calibrationError(),
  cohenKappa: cohenKappa(),
  confusion: confusion(),
  dice: dice(),
  f1: f1(),
  iou: iou(),
  matthewsCorrelation: matthewsCorrelation(),
  negativePredictiveValue: negativePredictiveValue(),
  precision: precision(),
  precisionRecallCurve: precisionRecallCurve(),
  roc: roc(),
  sensitivity: sensitivity(),
  specificity: specificity(),
};

const classes: Record<string, AnyMetric> = {
  accuracy: accuracy({ classes: 4 }),
  auc: auc({ classes: 4 }),
  confusionMatrix: confusionMatrix({ classes: 4 }),
  dice: dice({ classes: 4, average: 'none' }),
};

const perImage: Record<string, AnyMetric> = {
  averageSurfaceDistance: averageSurfaceDistance(),
  dicePerImage: dicePerImage(),
  hausdorff: hausdorff(),
  iouPerImage: iouPerImage(),
  surfaceDice: surfaceDice({ tolerance: 1 }),
};

/** Scores that single precision holds, so that a tensor holds the same. */
const rounded = (values: readonly number[]) => values.map(Math.fround);

async function expectSame(metric: AnyMetric, ofArrays: unknown, tensors: [Tensor, Tensor, Tensor1D?]): Promise<void> {
  expect(await score(metric, ...tensors)).toEqual(ofArrays);
  dispose(tensors.filter((given) => given !== undefined));
}

beforeAll(useNamedBackend);

describe(`a score of tensors on ${name} is that of arrays`, () => {
  it.each(Object.entries(binary))('%s', async (_, metric) => {
    const { yTrue, yPred, weight } = golden.binary.weighted;
    const [scores, weights] = [rounded(yPred), rounded(weight!)];
    const tensors: [Tensor, Tensor, Tensor1D] = [tensor(yTrue), tensor(scores), tensor(weights) as Tensor1D];
    await expectSame(metric, await score(metric, yTrue, scores, weights), tensors);
  });

  it.each(Object.entries(classes))('%s of four classes', async (_, metric) => {
    const { yTrue, yPred } = golden.classes.plain;
    const scores = yPred.map(rounded);
    await expectSame(metric, await score(metric, yTrue, scores), [tensor(yTrue, undefined, 'int32'), tensor(scores)]);
  });

  it.each(Object.entries(perImage))('%s', async (_, metric) => {
    const [truth, prediction] = [
      [
        [
          [0, 1, 1, 1],
          [0, 1, 1, 0],
        ],
      ],
      [
        [
          [0, 0, 1, 1],
          [1, 1, 1, 0],
        ],
      ],
    ];
    await expectSame(metric, await score(metric, truth, prediction), [tensor(truth), tensor(prediction)]);
  });
});
