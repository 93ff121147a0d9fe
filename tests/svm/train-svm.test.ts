import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fitSigmoid } from '../../src/svm/fit-sigmoid';
import { drawFolds } from '../../src/svm/folds';
import { loadSvm, type SvmOptions, trainSvm } from '../../src/svm/index';

interface Golden {
  readonly features: number[];
  readonly labels: number[];
  readonly test: number[];
  readonly columns: number;
  readonly machines: readonly { name: string; options: SvmOptions; decision: number[] }[];
  readonly sigmoids: readonly { decisions: number[]; labels: number[]; a: number; b: number }[];
}
/** Made by make_svm.py. */
const golden: Golden = JSON.parse(readFileSync(new URL('../golden/svm/svm.json', import.meta.url), 'utf8'));
const matrix = (values: readonly number[]) => ({
  data: Float32Array.from(values),
  shape: [values.length / golden.columns, golden.columns],
});
const features = matrix(golden.features);
const test = matrix(golden.test);
const { labels } = golden;

describe('trainSvm', () => {
  it.each(golden.machines)('decides as scikit-learn: $name', async ({ options, decision }) => {
    const svm = await trainSvm({ features, labels }, { ...options, folds: 0, tolerance: 1e-8 });
    const found = svm.decision(test);
    for (const [i, value] of decision.entries()) expect(found[i]).toBeCloseTo(value, 5);
    expect([...svm.predict(test)]).toEqual(decision.map((value) => Number(value > 0)));
    expect(() => svm.probabilities(test)).toThrow('probabilities: the machine was trained without probabilities');
  });

  it('takes 1 / features that vary as gamma', async () => {
    const options = { folds: 0, tolerance: 1e-8 };
    const svm = await trainSvm({ features, labels }, options);
    const given = await trainSvm({ features, labels }, { ...options, gamma: 0.25 });
    expect(svm.decision(test)).toEqual(given.decision(test));
  });

  it('calibrates by machines that did not see the fold', async () => {
    const options = { kernel: 'linear', tolerance: 1e-8 } as const;
    const svm = await trainSvm({ features, labels }, { ...options, folds: 3, seed: 4 });
    const folds = drawFolds(
      labels,
      labels.map((_, i) => String(i)),
      3,
      4,
    );
    const decisions = labels.map(() => 0);
    for (const fold of [0, 1, 2]) {
      const rows = [...labels.keys()].filter((i) => folds[i] !== fold);
      const own = await trainSvm(
        {
          features: matrix(rows.flatMap((i) => golden.features.slice(i * golden.columns, (i + 1) * golden.columns))),
          labels: rows.map((i) => labels[i]),
        },
        { ...options, folds: 0 },
      );
      const all = own.decision(features);
      for (const i of labels.keys()) if (folds[i] === fold) decisions[i] = all[i];
    }
    const { a, b } = fitSigmoid(decisions, labels);
    const expected = [...svm.decision(test)].map((value) => 1 / (1 + Math.exp(a * value + b)));
    const found = svm.probabilities(test);
    for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 10);
    expect(a).toBeLessThan(0);
  });

  it('is the same again, of another seed another calibration', async () => {
    const probabilities = async (seed: number) => (await trainSvm({ features, labels }, { seed })).probabilities(test);
    expect(await probabilities(1)).toEqual(await probabilities(1));
    expect(await probabilities(1)).not.toEqual(await probabilities(2));
  });

  it('is saved as JSON', async () => {
    for (const kernel of ['linear', 'rbf'] as const) {
      const svm = await trainSvm({ features, labels }, { kernel, folds: 2 });
      const loaded = loadSvm(JSON.parse(JSON.stringify(svm)));
      expect(loaded.decision(test)).toEqual(svm.decision(test));
      expect(loaded.probabilities(test)).toEqual(svm.probabilities(test));
    }
  });

  it('leaves the handlers of a program as they were', async () => {
    const before = process.listeners('unhandledRejection');
    await trainSvm({ features, labels }, { folds: 0 });
    expect(process.listeners('unhandledRejection')).toEqual(before);
  });

  it('says what does not fit', async () => {
    const train = (samples: object, options: object = {}) => trainSvm({ features, labels, ...samples }, options);
    await expect(train({ labels: labels.map((label) => label + 1) })).rejects.toThrow(
      'labels must be 0 or 1; for more',
    );
    await expect(train({ labels: labels.map(() => 0) })).rejects.toThrow('labels must hold both classes, got no 1');
    await expect(train({ labels: [0, 1] })).rejects.toThrow('labels must be one for each of the 60 samples, got 2');
    await expect(train({ features: labels })).rejects.toThrow('{ data, shape } with a typed array');
    const broken = { data: features.data.with(7, Number.NaN), shape: features.shape };
    await expect(train({ features: broken })).rejects.toThrow('features must be finite, got NaN in row 1, column 2');
    await expect(train({}, { folds: 1 })).rejects.toThrow('folds must be 0, or at least 2, got 1');
    await expect(train({}, { cost: 1 })).rejects.toThrow("unknown option 'cost'");
    await expect(train({ groups: labels.map(String) }, { folds: 2 })).rejects.toThrow(
      'trainSvm: without fold 0 no sample of class',
    );
    const svm = await train({}, { folds: 0 });
    expect(() => svm.predict({ data: new Float32Array(4), shape: [1, 4] })).toThrow(
      'predict: features must have the 5 features that the machine was trained on, got 4',
    );
    const data = svm.toJSON();
    expect(() => loadSvm({ ...data, bias: Number.NaN })).toThrow('loadSvm: data.bias: expected a finite number');
    expect(() => loadSvm({ ...data, coefficients: [1] })).toThrow('as many coefficients as vectors');
    expect(() => loadSvm({ ...data, format: 'other' as never })).toThrow(
      "expected 'tfjs-multitask svm 1', found 'other'",
    );
  });
});

describe('fitSigmoid', () => {
  it.each(golden.sigmoids)('fits as scikit-learn does, $a', ({ decisions, labels: classes, a, b }) => {
    const found = fitSigmoid(decisions, classes);
    expect(found.a).toBeCloseTo(a, 4);
    expect(found.b).toBeCloseTo(b, 4);
  });

  it('is finite where the classes lie apart', () => {
    const { a, b } = fitSigmoid([-2000, -1000, 1000, 2000], [0, 0, 1, 1]);
    expect(Number.isFinite(a) && a < 0 && Number.isFinite(b)).toBe(true);
  });
});

describe('drawFolds', () => {
  it('keeps groups together and spreads the classes', () => {
    const classes = Array.from({ length: 40 }, (_, i) => Number(i % 4 === 0));
    const folds = drawFolds(
      classes,
      classes.map((_, i) => String(i)),
      5,
      1,
    );
    for (const fold of [0, 1, 2, 3, 4]) {
      const own = classes.filter((_, i) => folds[i] === fold);
      expect([own.length, own.filter((label) => label === 1).length]).toEqual([8, 2]);
    }
    const groups = classes.map((_, i) => String(i >> 1));
    const together = drawFolds(classes, groups, 5, 1);
    for (let i = 0; i < 40; i += 2) expect(together[i]).toBe(together[i + 1]);
  });
});
