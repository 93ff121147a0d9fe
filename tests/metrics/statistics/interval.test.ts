import { describe, expect, it } from 'vitest';
import { random } from '../../../src/internal/random';
import { accuracy } from '../../../src/metrics/confusion/accuracy';
import { dice } from '../../../src/metrics/confusion/dice';
import { sensitivity } from '../../../src/metrics/confusion/sensitivity';
import { auc } from '../../../src/metrics/ranking/auc';
import type { ScoresState } from '../../../src/metrics/ranking/kept-scores';
import { score } from '../../../src/metrics/score';
import { bcaBounds } from '../../../src/metrics/statistics/bootstrap';
import { delongInterval } from '../../../src/metrics/statistics/delong-interval';
import { type IntervalOptions, interval } from '../../../src/metrics/statistics/interval';
import type { Metric } from '../../../src/types';
import { expectClose, golden } from '../../golden/metrics-classification/golden';

const { yTrue, yPred } = golden.binary.plain;
const n = yTrue.length;
const pick = <V>(values: readonly V[], indices: readonly number[]): V[] => indices.map((i) => values[i]);

/** The values of whole resamples scored from the start, with the same draws. */
async function replicatesOf(metric: Metric<ScoresState>, y: number[], p: number[], times: number, seed: number) {
  const { integer } = random(seed, 'interval');
  const values: number[] = [];
  for (let r = 0; r < times; r++) {
    const drawn = y.map(() => integer(y.length));
    values.push(await score(metric, pick(y, drawn), pick(p, drawn)));
  }
  return values;
}

describe('interval', () => {
  it('takes the quantiles of the resamples, each scored as a whole', async () => {
    const found = await score(interval(auc(), { resamples: 41, confidenceLevel: 0.9, seed: 7 }), yTrue, yPred);
    const sorted = (await replicatesOf(auc(), yTrue, yPred, 41, 7)).sort((a, b) => a - b);
    const mean = sorted.reduce((sum, value) => sum + value, 0) / 41;
    const squares = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    // 5 % and 95 % of the 40 steps between the order statistics: the third and the third last.
    expectClose(found, {
      value: golden.binary.plain.sklearn.auc,
      low: sorted[2],
      high: sorted[38],
      n,
      standardError: Math.sqrt(squares / 40),
      undefinedResamples: 0,
    });
  });

  it('corrects bias and skewness with the values that leave one sample out', async () => {
    const found = await score(interval(auc(), { resamples: 60, method: 'bca', seed: 2 }), yTrue, yPred);
    const replicates = Float64Array.from(await replicatesOf(auc(), yTrue, yPred, 60, 2));
    const without = (i: number) => score(auc(), yTrue.toSpliced(i, 1), yPred.toSpliced(i, 1));
    const jackknife = await Promise.all(yTrue.map((_, i) => without(i)));
    const { low, high } = bcaBounds(replicates, 0.95, found.value, jackknife);
    expectClose([found.low, found.high], [low, high]);
  });

  it('has the standard error of a fraction', async () => {
    const hits = Array.from({ length: 50 }, (_, i) => (i < 35 ? 0.9 : 0.1));
    const ones = hits.map(() => 1);
    const { standardError } = await score(interval(accuracy(), { resamples: 4000 }), ones, hits);
    const exact = Math.sqrt((0.7 * 0.3) / 50);
    expect(Math.abs(standardError / exact - 1)).toBeLessThan(0.05);
  });

  it('is about as wide as DeLong has it', async () => {
    const bootstrap = await score(interval(auc(), { resamples: 2000 }), yTrue, yPred);
    const delong = await score(delongInterval(), yTrue, yPred);
    expect(Math.abs(bootstrap.standardError / delong.standardError - 1)).toBeLessThan(0.1);
    expect(Math.abs(bootstrap.low - delong.low)).toBeLessThan(0.03);
    expect(Math.abs(bootstrap.high - delong.high)).toBeLessThan(0.03);
  });

  it('is a function of its seed', async () => {
    const of = (seed?: number) => score(interval(auc(), { resamples: 50, seed }), yTrue, yPred);
    expect(await of(3)).toEqual(await of(3));
    expect(await of()).toEqual(await of(0));
    expect((await of(3)).low).not.toBe((await of(4)).low);
  });

  it('resamples images, not pixels', async () => {
    // Two images, one found and one missed: Dice of a resample is 1, 2 / 3 or 0.
    const yTrue = [[[1, 1]], [[1, 1]]];
    const yPred = [[[1, 1]], [[0, 0]]];
    const { value, low, high, n } = await score(interval(dice(), { resamples: 200 }), yTrue, yPred);
    expect([value, low, high, n]).toEqual([2 / 3, 0, 1, 2]);
  });

  it('leaves out samples of weight 0, whatever they hold', async () => {
    const metric = interval(auc(), { resamples: 50 });
    const nan = Number.NaN;
    const weight = [0, ...yTrue.map(() => 1), 0];
    const found = await score(metric, [nan, ...yTrue, nan], [0.5, ...yPred, nan], weight);
    expect(found).toEqual(await score(metric, yTrue, yPred));
  });

  it('keeps the weight of each sample', async () => {
    const { weight, threshold, sklearn } = golden.binary.weighted;
    const metric = interval(sensitivity({ threshold }), { resamples: 10 });
    expectClose((await score(metric, yTrue, yPred, weight as number[])).value, sklearn.sensitivity);
  });

  it('counts the resamples that have no value and leaves them out', async () => {
    const found = await score(interval(auc(), { resamples: 400, seed: 1 }), [0, 1, 1], [0.1, 0.6, 0.7]);
    const replicates = await replicatesOf(auc(), [0, 1, 1], [0.1, 0.6, 0.7], 400, 1);
    expect(found.undefinedResamples).toBe(replicates.filter(Number.isNaN).length);
    // (1 / 3)^3 without a positive and (2 / 3)^3 without a negative: a third.
    expect(found.undefinedResamples / 400).toBeCloseTo(1 / 3, 1);
    expect([found.low, found.high]).toEqual([1, 1]);
  });

  it('is NaN with fewer than two samples', async () => {
    for (const [y, n] of [
      [[], 0],
      [[1], 1],
    ] as const) {
      const { low, high, standardError, ...rest } = await score(interval(accuracy()), y, y);
      expect([low, high, standardError]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
      expect(rest).toEqual({ value: n === 0 ? Number.NaN : 1, n, undefinedResamples: 0 });
    }
  });

  it('streams and merges in any batches', async () => {
    const metric = interval(auc(), { resamples: 50 });
    let state = metric.init();
    for (let i = 0; i < 40; i += 7) {
      state = await metric.update(state, yTrue.slice(i, Math.min(i + 7, 40)), yPred.slice(i, Math.min(i + 7, 40)));
    }
    const rest = await metric.update(metric.init(), yTrue.slice(40), yPred.slice(40));
    expect(metric.compute(metric.merge(state, rest))).toEqual(await score(metric, yTrue, yPred));
  });

  it('takes a metric whose result has a value', async () => {
    const found = await score(interval(delongInterval(), { resamples: 50 }), yTrue, yPred);
    expectClose(found, await score(interval(auc(), { resamples: 50 }), yTrue, yPred));
  });
});

describe('groups of an interval', () => {
  const patients = Array.from({ length: 10 }, (_, i) => i);
  const groups = patients.flatMap((patient) => Array(20).fill(`patient ${patient}`));
  const ones = groups.map(() => 1);
  const hits = patients.flatMap((patient) => Array(20).fill(patient < 7 ? 0.9 : 0.1));

  it('are resampled whole', async () => {
    const { standardError, n } = await score(interval(accuracy(), { resamples: 4000, groups }), ones, hits);
    // Samples of one patient are all alike here, so that there are 10 independent cases and not 200.
    expect(Math.abs(standardError / Math.sqrt((0.7 * 0.3) / 10) - 1)).toBeLessThan(0.05);
    expect(n).toBe(200);
  });

  it('of one sample each change nothing', async () => {
    const each = yTrue.map((_, i) => i);
    const of = (options: IntervalOptions) => score(interval(auc(), { resamples: 50, ...options }), yTrue, yPred);
    expect(await of({ groups: each })).toEqual(await of({}));
    expect(await of({ groups: each, method: 'bca' })).toEqual(await of({ method: 'bca' }));
  });

  it('count samples of weight 0', async () => {
    const metric = interval(accuracy(), { resamples: 20, groups: ['a', 'a', 'b', 'c'] });
    const found = await score(metric, [1, 0, 1, 1], [0.9, 0.8, 0.2, 0.9], [1, 0, 1, 1]);
    const without = interval(accuracy(), { resamples: 20, groups: ['a', 'b', 'c'] });
    expect(found).toEqual(await score(without, [1, 1, 1], [0.9, 0.2, 0.9]));
  });

  it('must be as many as the samples', async () => {
    await expect(score(interval(accuracy(), { groups: ['a', 'b'] }), [1, 0, 1], [1, 0, 1])).rejects.toThrow(
      'interval: groups must name the group of each of 3 samples, got 2.',
    );
  });
});

describe('bad input of an interval', () => {
  it.each([
    [{ confidenceLevel: 1 }, 'interval: confidenceLevel must lie between 0 and 1, got 1.'],
    [{ confidenceLevel: 95 }, 'interval: confidenceLevel must lie between 0 and 1, got 95.'],
    [{ resamples: 0 }, 'interval: resamples must be an integer of at least 1, got 0.'],
    [{ seed: 0.5 }, 'interval: seed must be an integer of at least 0, got 0.5.'],
    [{ method: 'basic' as 'bca' }, "interval: method must be one of 'percentile', 'bca'; got 'basic'."],
  ])('is named: %o', (options, message) => {
    expect(() => interval(auc(), options)).toThrow(message);
  });

  it('is named by the inner metric, with the place in the batch', async () => {
    await expect(score(interval(auc()), [0, 1, 2], [0, 1, 1])).rejects.toThrow(
      'auc: yTrue must be 0 or 1, got 2 in sample 2.',
    );
    await expect(score(interval(auc()), [0, 1, 1], [0, 1])).rejects.toThrow(
      'interval: yTrue and yPred must hold the same samples, got shapes [3] and [2].',
    );
  });
});
