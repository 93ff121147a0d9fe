import '@tensorflow/tfjs-backend-cpu';
import { setBackend, tensor, tidy } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import * as metrics from '../../src/metrics/index';
import type { AnyMetric } from '../../src/types';
import { expectClose } from '../golden/metrics-classification/golden';
import { expectNoLeak } from '../support/leaks';

const {
  accuracy,
  auc,
  averagePrecision,
  balancedAccuracy,
  brierScore,
  calibrationError,
  cohenKappa,
  confusion,
  confusionMatrix,
  delongInterval,
  dice,
  f1,
  fBeta,
  interval,
  iou,
  matthewsCorrelation,
  negativePredictiveValue,
  precision,
  precisionRecallCurve,
  roc,
  score,
  sensitivity,
  sensitivityAtSpecificity,
  specificity,
  specificityAtSensitivity,
} = metrics;

const binary: readonly (readonly [string, AnyMetric])[] = [
  ['confusion', confusion()],
  ['confusionMatrix', confusionMatrix()],
  ['accuracy', accuracy()],
  ['balancedAccuracy', balancedAccuracy()],
  ['sensitivity', sensitivity()],
  ['specificity', specificity()],
  ['precision', precision()],
  ['negativePredictiveValue', negativePredictiveValue()],
  ['fBeta', fBeta(2)],
  ['f1', f1()],
  ['dice', dice()],
  ['iou', iou()],
  ['matthewsCorrelation', matthewsCorrelation()],
  ['cohenKappa', cohenKappa()],
  ['roc', roc()],
  ['auc', auc()],
  ['partial auc', auc({ maxFpr: 0.3 })],
  ['precisionRecallCurve', precisionRecallCurve()],
  ['averagePrecision', averagePrecision()],
  ['sensitivityAtSpecificity', sensitivityAtSpecificity(0.7)],
  ['specificityAtSensitivity', specificityAtSensitivity(0.7)],
  ['calibrationError', calibrationError({ bins: 4 })],
  ['brierScore', brierScore()],
  ['delongInterval', delongInterval()],
];

const classes: readonly (readonly [string, AnyMetric])[] = [
  ['confusion', confusion({ classes: 3 })],
  ['accuracy', accuracy({ classes: 3 })],
  ['dice', dice({ classes: 3, average: 'weighted' })],
  ['cohenKappa', cohenKappa({ classes: 3, weights: 'linear' })],
  ['auc', auc({ classes: 3, average: 'none' })],
  ['auc of all', auc({ classes: 3, average: 'micro' })],
  ['calibrationError', calibrationError({ classes: 3 })],
  ['brierScore', brierScore({ classes: 3 })],
];

const labels: readonly (readonly [string, AnyMetric])[] = [
  ['confusion', confusion({ labels: 3 })],
  ['accuracy', accuracy({ labels: 3 })],
  ['iou', iou({ labels: 3, average: 'none' })],
  ['averagePrecision', averagePrecision({ labels: 3 })],
];

// Scores are eighths, which floating point adds without rounding.
const eighths = fc.integer({ min: 0, max: 8 }).map((k) => k / 8);
const weight = fc.integer({ min: 0, max: 3 });
const bit = fc.constantFrom(0, 1);
interface Given {
  readonly y: unknown;
  readonly p: unknown;
  readonly w: number;
}
const kinds: readonly (readonly [string, typeof binary, fc.Arbitrary<Given>])[] = [
  ['two classes', binary, fc.record({ y: bit, p: eighths, w: weight })],
  ['pixels', binary, fc.record({ y: fc.tuple(bit, bit), p: fc.tuple(eighths, eighths), w: weight })],
  ['classes', classes, fc.record({ y: fc.constantFrom(0, 1, 2), p: fc.tuple(eighths, eighths, eighths), w: weight })],
  ['labels', labels, fc.record({ y: fc.tuple(bit, bit, bit), p: fc.tuple(eighths, eighths, eighths), w: weight })],
];

const valuesOf = (given: readonly Given[]) =>
  [given.map((g) => g.y), given.map((g) => g.p), given.map((g) => g.w)] as [number[], number[], number[]];
const scoreOf = (metric: AnyMetric, given: readonly Given[]) => score(metric, ...valuesOf(given));

describe.each(kinds)('with %s', (_, all, one) => {
  const lists = fc.array(one, { minLength: 1, maxLength: 12 });

  describe.each(all)('%s', (_, metric) => {
    it('of two batches, one after the other or merged, is that of one', async () => {
      await fc.assert(
        fc.asyncProperty(lists, lists, async (a, b) => {
          const whole = await scoreOf(metric, [...a, ...b]);
          const first = await metric.update(metric.init(), ...valuesOf(a));
          const before = metric.compute(first);
          expectClose(metric.compute(await metric.update(first, ...valuesOf(b))), whole);
          const second = await metric.update(metric.init(), ...valuesOf(b));
          expectClose(metric.compute(metric.merge(first, second)), whole);
          expectClose(metric.compute(metric.merge(metric.init(), first)), before);
          expectClose(metric.compute(structuredClone(first)), before);
        }),
        { numRuns: 30 },
      );
    });

    it('does not depend on the order of the samples', async () => {
      await fc.assert(
        fc.asyncProperty(lists, async (given) => {
          expectClose(await scoreOf(metric, given.toReversed()), await scoreOf(metric, given));
        }),
        { numRuns: 30 },
      );
    });

    it('takes a weight for a number of samples', async () => {
      await fc.assert(
        fc.asyncProperty(lists, async (given) => {
          const repeated = given.flatMap((g) => Array.from({ length: g.w }, () => ({ ...g, w: 1 })));
          const empty = metric.compute(metric.init());
          expectClose(await scoreOf(metric, given), repeated.length === 0 ? empty : await scoreOf(metric, repeated));
        }),
        { numRuns: 30 },
      );
    });
  });
});

describe('on tensors', () => {
  beforeAll(async () => {
    await setBackend('cpu');
  });

  const y = [
    [0, 1, 1],
    [1, 0, 1],
    [0, 0, 1],
    [1, 1, 0],
  ];
  const p = [
    [0.25, 0.5, 0.75],
    [0.5, 0.625, 1],
    [0.125, 0.25, 0.25],
    [0.875, 0.5, 0],
  ];
  const w = [1, 2, 0, 1];

  it.each([...binary, ...labels, ['interval', interval(auc(), { resamples: 20 })] as const])(
    '%s is what it is on arrays, and no tensor is left',
    async (_, metric) => {
      const onArrays = await score(metric, y, p, w);
      await expectNoLeak(async () => {
        const [yTensor, pTensor, wTensor] = [tensor(y), tensor(p), tensor(w)];
        expectClose(await score(metric, yTensor, pTensor, wTensor), onArrays);
        for (const each of [yTensor, pTensor, wTensor]) each.dispose();
      });
    },
  );

  it.each(classes)('%s of classes too', async (_, metric) => {
    const onArrays = await score(metric, [0, 2, 1, 0], p, w);
    await expectNoLeak(async () => {
      const [yTensor, pTensor] = [tensor([0, 2, 1, 0], [4], 'int32'), tensor(p)];
      expectClose(await score(metric, yTensor, pTensor, w), onArrays);
      for (const each of [yTensor, pTensor]) each.dispose();
    });
  });

  it('delongTest is what it is on arrays, and no tensor is left', async () => {
    const [labels, a, b] = [y.flat(), p.flat(), p.flat().toReversed()];
    const onArrays = await metrics.delongTest(labels, a, b);
    await expectNoLeak(async () => {
      const tensors = tidy(() => [tensor(labels), tensor(a), tensor(b)] as const);
      expectClose(await metrics.delongTest(...tensors), onArrays);
      for (const each of tensors) each.dispose();
    });
  });

  it('a state does not change when the tensor that it came from does', async () => {
    const [yTensor, pTensor] = [tensor([0, 1]), tensor([0.2, 0.7])];
    const state = await auc().update(auc().init(), yTensor, pTensor);
    (await pTensor.data()).fill(0);
    expect(auc().compute(state)).toBe(1);
    yTensor.dispose();
    pTensor.dispose();
  });
});
