import '@tensorflow/tfjs-backend-cpu';
import { setBackend, tensor, tidy } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import * as exported from '../../src/metrics/index';
import { fitMetric } from '../../src/train/fit-metric';
import type { AnyMetric } from '../../src/types';
import { expectClose } from '../golden/metrics-classification/golden';
import { expectNoLeak } from '../support/leaks';
import { exportsIn } from './exports';
import { fixedSamples, type Given, labelTensor, METRICS, valuesOf } from './metrics';

// What every metric must do, whatever it computes.

const { auc, delongTest, score } = exported;

/** Exports that are no metrics. */
const OTHERS = [
  'bootstrapInterval',
  'delongTest',
  'distanceTransform',
  'holm',
  'quantiles',
  'readValues',
  'rocBand',
  'score',
  'wilcoxonSignedRank',
];

it('has a case for every metric that is exported', () => {
  const names = Object.values(METRICS).flatMap(({ cases }) => Object.keys(cases));
  expect([...exportsIn(names), ...OTHERS].sort()).toEqual(Object.keys(exported).sort());
});

beforeAll(async () => {
  await setBackend('cpu');
});

const scoreOf = (metric: AnyMetric, given: readonly Given[]) => score(metric, ...valuesOf(given));

describe.each(Object.entries(METRICS))('with %s', (_, { cases, one, output, runs: numRuns = 15 }) => {
  const lists = fc.array(one, { minLength: 1, maxLength: numRuns < 15 ? 3 : 12 });
  const fixed = fixedSamples(one, numRuns < 15 ? 3 : 6);

  describe.each(Object.entries(cases))('%s', (_, { metric, invariant = (result) => result }) => {
    const invariantOf = async (given: readonly Given[]) =>
      invariant((given.length === 0 ? metric.compute(metric.init()) : await scoreOf(metric, given)) as never);

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
          expectClose(metric.compute(metric.merge(first, metric.init())), before);
          expectClose(metric.compute(structuredClone(first)), before);
        }),
        { numRuns, seed: 2 },
      );
    });

    it('leaves the states that it is given as they were', async () => {
      const [first, second] = [fixed.slice(0, 2), fixed.slice(2)];
      const state = await metric.update(metric.init(), ...valuesOf(first));
      const other = await metric.update(metric.init(), ...valuesOf(second));
      const before = structuredClone([state, other]);
      metric.compute(state);
      metric.merge(state, other);
      metric.merge(other, state);
      await metric.update(state, ...valuesOf(second));
      expect([state, other]).toEqual(before);
    });

    it('does not depend on the order of the samples', async () => {
      await fc.assert(
        fc.asyncProperty(lists, async (given) => {
          expectClose(await invariantOf(given.toReversed()), await invariantOf(given));
        }),
        { numRuns, seed: 3 },
      );
    });

    it('takes a weight for a number of samples, and reads none of weight 0', async () => {
      await fc.assert(
        fc.asyncProperty(lists, async (given) => {
          const repeated = given.flatMap((each) => Array.from({ length: each.w }, () => ({ ...each, w: 1 })));
          expectClose(await invariantOf(given), await invariantOf(repeated));
          const unread = given.map((each) =>
            each.w === 0 ? { ...each, p: unknown(each.p), y: unknown(each.y) } : each,
          );
          expectClose(await invariantOf(unread), await invariantOf(repeated));
        }),
        { numRuns, seed: 4 },
      );
    });

    it('takes a weight for each element, which is that of the sample where it is the same for all', async () => {
      const [yTrue, yPred, weight] = valuesOf(fixed);
      const spread = (value: unknown, w: number): unknown =>
        Array.isArray(value) ? value.map((each) => spread(each, w)) : w;
      const weights = yTrue.map((value, i) => spread(value, weight[i])) as number[];
      expectClose(await score(metric, yTrue, yPred, weights), await score(metric, yTrue, yPred, weight));
    });

    it('says which values are better and where they lie, if it gives one to compare', async () => {
      const result = (await scoreOf(metric, fixed)) as number | { value: number } | number[];
      const values = typeof result === 'number' ? [result] : 'value' in result ? [result.value] : result;
      const { direction, range } = metric;
      if (!Array.isArray(values) || values.some((value) => typeof value !== 'number')) {
        expect([direction, range]).toEqual([undefined, undefined]);
        return;
      }
      expect(['min', 'max']).toContain(direction);
      const [low, high] = range as readonly [number, number];
      for (const value of values.filter((each) => !Number.isNaN(each))) {
        expect(value).toBeGreaterThanOrEqual(low);
        expect(value).toBeLessThanOrEqual(high);
      }
      expect(low).toBeLessThan(high);
    });

    it('is made for the output of a task, which then need not be said', async () => {
      const bound = fitMetric(metric, output, 'a');
      expectClose(await scoreOf(bound, fixed), await scoreOf(metric, fixed));
      expect([bound.direction, bound.range]).toEqual([metric.direction, metric.range]);
    });

    it("is the same of tensors, which stay the caller's, and leaves none", async () => {
      const given = valuesOf(fixed);
      const onArrays = await score(metric, ...given);
      await expectNoLeak(async () => {
        const [y, p, w] = [labelTensor(given[0]), tensor(given[1]), tensor(given[2])];
        expectClose(await score(metric, y, p, w), onArrays);
        for (const each of [y, p, w]) {
          expect(each.isDisposed).toBe(false);
          each.dispose();
        }
      });
    });
  });
});

/** NaN in the place of each number. */
function unknown(value: unknown): unknown {
  return Array.isArray(value) ? value.map(unknown) : Number.NaN;
}

it('delongTest is what it is on arrays, and no tensor is left', async () => {
  const [labels, a, b] = [
    [0, 1, 1, 0, 1, 0],
    [0.25, 0.5, 0.75, 0.5, 0.625, 1],
    [0.125, 0.25, 0.25, 0.875, 0.5, 0],
  ];
  const onArrays = await delongTest(labels, a, b);
  await expectNoLeak(async () => {
    const tensors = tidy(() => [tensor(labels), tensor(a), tensor(b)] as const);
    expectClose(await delongTest(...tensors), onArrays);
    for (const each of tensors) each.dispose();
  });
});

it('a state does not change when the tensor that it came from does', async () => {
  const [y, p] = [tensor([0, 1]), tensor([0.2, 0.7])];
  const state = await auc().update(auc().init(), y, p);
  (await p.data()).fill(0);
  expect(auc().compute(state)).toBe(1);
  y.dispose();
  p.dispose();
});
