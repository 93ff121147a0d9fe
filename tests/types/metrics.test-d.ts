import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import { describe, expectTypeOf, it } from 'vitest';
import {
  type Average,
  accuracy,
  auc,
  type BootstrapInterval,
  type Counts,
  confusion,
  delongInterval,
  dice,
  type Interval,
  interval,
  type RocCurve,
  roc,
  type ScoresState,
  score,
  sensitivity,
  sensitivityAtSpecificity,
} from '../../src/metrics/index';
import type { AnyMetric, Metric } from '../../src/types';

describe('the result of a metric', () => {
  it('is a number by default, so that it can be monitored', () => {
    expectTypeOf(dice()).toExtend<Metric<Float64Array, number>>();
    expectTypeOf(score(sensitivity(), [1], [1])).resolves.toEqualTypeOf<number>();
    expectTypeOf(score(accuracy({ classes: 3 }), [1], [[0, 1, 0]])).resolves.toEqualTypeOf<number>();
    expectTypeOf(score(auc({ classes: 3, average: 'weighted' }), [1], [[0, 1, 0]])).resolves.toEqualTypeOf<number>();
  });

  it("is an array of numbers for average 'none'", () => {
    expectTypeOf(score(dice({ classes: 3, average: 'none' }), [1], [[0, 1, 0]])).resolves.toEqualTypeOf<number[]>();
    expectTypeOf(auc({ labels: 3, average: 'none' })).toEqualTypeOf<Metric<ScoresState, number[]>>();
  });

  it('is either for an average that is not known', () => {
    const average = 'macro' as Average;
    expectTypeOf(score(dice({ classes: 3, average }), [1], [[0, 1, 0]])).resolves.toEqualTypeOf<number | number[]>();
  });

  it('is one set of counts, or one for each class or label', () => {
    expectTypeOf(confusion().compute).returns.toEqualTypeOf<Counts>();
    expectTypeOf(confusion({ threshold: 0.3 }).compute).returns.toEqualTypeOf<Counts>();
    expectTypeOf(confusion({ classes: 3 }).compute).returns.toEqualTypeOf<Counts[]>();
    expectTypeOf(confusion({ labels: 3 }).compute).returns.toEqualTypeOf<Counts[]>();
  });

  it('of a curve or a point is named', () => {
    expectTypeOf(roc().compute).returns.toEqualTypeOf<RocCurve>();
    expectTypeOf(sensitivityAtSpecificity(0.9).compute).returns.toExtend<{ value: number; threshold: number }>();
    expectTypeOf(delongInterval().compute).returns.toEqualTypeOf<Interval>();
  });
});

describe('interval', () => {
  it('takes a metric that gives a number or a value, and no other', () => {
    expectTypeOf(interval(auc()).compute).returns.toEqualTypeOf<BootstrapInterval>();
    expectTypeOf(interval(sensitivityAtSpecificity(0.9)).compute).returns.toEqualTypeOf<BootstrapInterval>();
    // @ts-expect-error a curve is not a number
    interval(roc());
    // @ts-expect-error an array is not a number
    interval(dice({ classes: 3, average: 'none' }));
  });
});

describe('a metric', () => {
  it('reads tensors and arrays', () => {
    expectTypeOf(score).toBeCallableWith(auc(), {} as Tensor, {} as Tensor, {} as Tensor1D);
    expectTypeOf(score).toBeCallableWith(auc(), [0, 1], new Float32Array(2));
    // @ts-expect-error words are not numbers
    score(auc(), ['cat', 'dog'], [0, 1]);
  });

  it('can be passed on without its state', () => {
    expectTypeOf(interval(dice())).toExtend<AnyMetric>();
  });

  it('knows its options', () => {
    // @ts-expect-error not an average
    dice({ classes: 3, average: 'mean' });
    // @ts-expect-error not an option
    dice({ smooth: 1 });
  });
});
