import { describe, expect, it } from 'vitest';
import {
  concordanceCorrelation,
  meanAbsoluteError,
  pearsonCorrelation,
  rootMeanSquaredError,
  rSquared,
  score,
  spearmanCorrelation,
} from '../../../src/metrics/index';
import type { AnyMetric } from '../../../src/types';
import { expectClose } from '../../golden/metrics-classification/golden';
import { golden } from '../../golden/metrics-peers/golden';

const METRICS = {
  meanAbsoluteError,
  rootMeanSquaredError,
  rSquared,
  pearsonCorrelation,
  spearmanCorrelation,
  concordanceCorrelation,
} as const;
const names = Object.keys(METRICS) as (keyof typeof METRICS)[];

describe.each(Object.entries(golden.regression.cases))('%s', (name, { yTrue, yPred, weight, ...expected }) => {
  it.each(names)('%s agrees with scikit-learn or SciPy', async (metric) => {
    const value = await score(METRICS[metric]() as AnyMetric, yTrue, yPred, weight ?? undefined);
    // Means near 1e6 leave 1e-10 of a double to differences to them.
    expectClose(value, expected[metric], name === 'farFromZero' ? 1e-8 : 1e-12);
  });
});

it.each(['pearsonCorrelation', 'spearmanCorrelation', 'concordanceCorrelation'] as const)(
  '%s agrees with torchmetrics where the means agree',
  async (metric) => {
    const { yTrue, yPred, [metric]: expected } = golden.regression.torchmetrics;
    // torchmetrics is in 32 bits in parts.
    expectClose(await score(METRICS[metric]() as AnyMetric, yTrue, yPred), expected, 1e-6);
  },
);

describe('several outputs', () => {
  const { yTrue, yPred, ...expected } = golden.regression.columns;

  it.each(['meanAbsoluteError', 'rootMeanSquaredError', 'rSquared'] as const)(
    'of %s are averaged as in scikit-learn, or given each',
    async (metric) => {
      const { macro, none } = expected[metric];
      expectClose(await score(METRICS[metric]({ outputs: 2 }), yTrue, yPred), macro);
      expectClose(await score(METRICS[metric]({ outputs: 2, average: 'none' }), yTrue, yPred), none);
      const bound = METRICS[metric]().fitting?.fill?.({ outputs: 2 });
      expectClose(await score(bound as never, yTrue, yPred), macro);
    },
  );

  it('are asked for', async () => {
    await expect(score(rSquared(), yTrue, yPred)).rejects.toThrow(
      'rSquared: the last axis holds 2 values, got shape [14,2]: say how many quantities they are, outputs: 2.',
    );
    await expect(score(rSquared({ outputs: 3 }), yTrue, yPred)).rejects.toThrow(/got shape \[14,2\]: outputs is 3/);
    expect(() => rSquared({ average: 'micro' as never })).toThrow(RangeError);
  });

  it('may have entries without a label, of weight 0', async () => {
    const metric = meanAbsoluteError({ outputs: 2, average: 'none' });
    const [truth, prediction, weight] = [
      [
        [1, Number.NaN],
        [2, 5],
      ],
      [
        [2, 7],
        [2, 9],
      ],
      [
        [1, 0],
        [1, 1],
      ],
    ];
    expect(await score(metric, truth, prediction, weight)).toEqual([0.5, 4]);
  });
});

it('0/0 is NaN, or what it is told to be', async () => {
  expect(await score(pearsonCorrelation(), [1, 1], [1, 2])).toBeNaN();
  expect(await score(pearsonCorrelation({ zeroDivision: 0 }), [1, 1], [1, 2])).toBe(0);
  expect(await score(rSquared(), [1, 1], [1, 1])).toBeNaN();
  expect(await score(rSquared({ zeroDivision: 1 }), [1, 1], [1, 1])).toBe(1);
  expect(meanAbsoluteError().compute(meanAbsoluteError().init())).toBeNaN();
});

it('a correlation of values that round stays within -1 and 1', async () => {
  for (let seed = 1; seed < 300; seed++) {
    const y = Array.from({ length: 5 }, (_, i) => ((i * i + seed) % 7) / seed + 0.1);
    for (const metric of [
      pearsonCorrelation(),
      spearmanCorrelation(),
      concordanceCorrelation(),
    ] as AnyMetric<number>[]) {
      const [same, opposite] = [
        await score(
          metric,
          y,
          y.map((v) => v * 3),
        ),
        await score(
          metric,
          y,
          y.map((v) => -v / 3),
        ),
      ];
      for (const value of [same, opposite]) expect(Math.abs(value)).toBeLessThanOrEqual(1);
    }
  }
});
