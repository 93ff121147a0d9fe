import { describe, expect, it } from 'vitest';
import * as metrics from '../../src/metrics/index';

const { accuracy, auc, bootstrapInterval, dice, hausdorff, interval, quantiles, rocBand, score } = metrics;

/** Arguments in front of the options. */
const FIRST: Readonly<Record<string, readonly unknown[]>> = {
  bootstrapInterval: [3, () => 1],
  delongTest: [
    [0, 1],
    [0, 1],
    [0, 1],
  ],
  distanceTransform: [{ data: Uint8Array.of(1), shape: [1] }],
  fBeta: [1],
  interval: [accuracy()],
  rocBand: [[0, 1], [[0, 1]]],
  sensitivityAtSpecificity: [0.5],
  specificityAtSensitivity: [0.5],
  topKAccuracy: [1],
  wilcoxonSignedRank: [[1], [2]],
};

const WITHOUT_OPTIONS = ['holm', 'quantiles', 'readValues', 'score'];

describe('an option that is not known', () => {
  const makers = Object.entries(metrics).filter(([name]) => !WITHOUT_OPTIONS.includes(name));
  it.each(makers)('is refused by %s', async (name, make) => {
    const call = async () => (make as (...given: unknown[]) => unknown)(...(FIRST[name] ?? []), { tresholds: 1 });
    await expect(call()).rejects.toThrow(new RegExp(`^${name}: unknown option 'tresholds'\\.`));
  });

  it('is answered with the nearest name', () => {
    expect(() => dice({ treshold: 0.4 } as never)).toThrow(
      "dice: unknown option 'treshold'. Did you mean 'threshold'?",
    );
    expect(() => auc({ maxFPR: 0.1 } as never)).toThrow("Did you mean 'maxFpr'?");
    expect(() => hausdorff({ percentiles: 95 } as never)).toThrow("Did you mean 'percentile'?");
  });
});

describe('null and NaN', () => {
  it('are no groups', async () => {
    const groups = ['a', null as never, 'b'];
    expect(() => interval(accuracy(), { groups })).toThrow(
      new TypeError('interval: groups must be strings or numbers, got null at place 1.'),
    );
    await expect(bootstrapInterval(3, () => 1, { groups: [1, 2, Number.NaN] })).rejects.toThrow(
      'bootstrapInterval: groups must be strings or numbers, got NaN at place 2.',
    );
    await expect(rocBand([0, 1, 1], [[0, 1, 1]], { groups })).rejects.toThrow(/^rocBand: groups must be strings/);
  });

  it('are no statistic', async () => {
    await expect(bootstrapInterval(3, () => null as never)).rejects.toThrow(
      new TypeError('bootstrapInterval: statistic must return a number, got null.'),
    );
  });

  it('are no labels, scores or weights', async () => {
    await expect(score(auc(), [0, null as never], [0, 1])).rejects.toThrow(TypeError);
    await expect(score(auc(), [0, 1], [0, 1], [1, null as never])).rejects.toThrow(TypeError);
    await expect(score(auc(), [0, 1], [0, 1], [1, Number.NaN])).rejects.toThrow(RangeError);
  });

  it('are no value of 0/0, no share and no threshold', () => {
    expect(() => auc({ zeroDivision: null as never })).toThrow('auc: zeroDivision must be a number, got null.');
    expect(() => quantiles([1], [Number.NaN])).toThrow(RangeError);
    expect(() => dice({ threshold: null as never })).toThrow('dice: threshold must be a number, got null.');
    expect(() => dice({ classes: null as never })).toThrow(TypeError);
  });
});
