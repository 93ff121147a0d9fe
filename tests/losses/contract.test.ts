import { cast, grad, ones, sum, type Tensor, tensor1d, tensor2d, tidy, zeros } from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as exported from '../../src/losses/index';
import type { Loss } from '../../src/types';
import { exportsIn } from '../contracts/exports';
import { useCpu } from '../support/cpu';
import { expectNoLeak } from '../support/leaks';
import {
  type Case,
  cases,
  expected,
  expectedGradient,
  extremeInputs,
  type Inputs,
  randomInputs,
  toTensor,
} from './cases';
import { ignoredInputs, weightedInputs } from './known';

useCpu();

function valuesOf(loss: Loss, { shape, yTrue, yPred }: Inputs, weight?: Tensor): number[] {
  return tidy(() => Array.from(loss(toTensor(yTrue, shape), toTensor(yPred, shape), weight).dataSync()));
}

function gradientOf(loss: Loss, { shape, yTrue, yPred }: Inputs, weight?: Tensor): number[] {
  return tidy(() => {
    const total = grad((p) => sum(loss(toTensor(yTrue, shape), p, weight)));
    return Array.from(total(toTensor(yPred, shape)).dataSync());
  });
}

function expectClose(got: readonly number[], wanted: readonly number[], tolerance: number): void {
  expect(got).toHaveLength(wanted.length);
  wanted.forEach((value, i) => {
    expect(Math.abs(got[i] - value), `${i}: ${got[i]}, wanted ${value}`).toBeLessThan(
      tolerance * (1 + Math.abs(value)),
    );
  });
}

it('has a case for every loss that is exported', () => {
  const names = cases.map(({ name }) => name);
  // Each with a file of tests: labels that are numbers of classes, what looks at a pixel's neighbours, what takes any loss.
  const others = ['sparseCrossEntropy', 'boundary', 'hausdorff', 'ssim', 'lossMetric', 'perClass'];
  expect(exportsIn([...names, ...others])).toEqual(Object.keys(exported).sort());
});

const needsClasses = ({ exclusive, severalClasses }: Case) => exclusive === true || severalClasses === true;
const shapes: readonly number[][] = [[3], [2, 3], [2, 4, 3], [2, 3, 2, 3], [2, 2, 2, 3, 3]];

describe.each(cases)('$name', (c) => {
  const { loss, oracle } = c;
  const exclusive = c.exclusive === true || c.pixels === true;
  const fitting = shapes.filter((shape) => shape.length > 1 || !needsClasses(c));

  it.each(fitting.map((shape) => [shape]))('returns one loss per sample, as the oracle does, for shape %j', (shape) => {
    const inputs = randomInputs(c, shape);
    tidy(() => {
      const result = loss(toTensor(inputs.yTrue, shape), toTensor(inputs.yPred, shape));
      expect(result.shape).toEqual([shape[0]]);
      expect(result.dtype).toBe('float32');
    });
    expectClose(valuesOf(loss, inputs), expected(oracle, inputs), 3e-6);
  });

  it('has the gradient of the oracle', () => {
    const inputs = randomInputs(c, [2, 3, 2, 3], 2);
    expectClose(gradientOf(loss, inputs), expectedGradient(oracle, inputs), 2e-5);
  });

  it('has finite losses and gradients for predictions that are exactly right and wrong, empty masks included', () => {
    for (const inputs of [
      extremeInputs(c, [3, 2, 2, 3]),
      { ...extremeInputs(c, [3, 2, 2, 3]), yPred: Array(36).fill(0) },
    ]) {
      for (const value of [...valuesOf(loss, inputs), ...gradientOf(loss, inputs)]) {
        expect(Number.isFinite(value), `${value}`).toBe(true);
      }
    }
  });

  it('is never negative, and does not let one sample touch another', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 4 }), (seed, batch) => {
        const inputs = randomInputs(c, [batch, 5, 3], seed);
        const together = valuesOf(loss, inputs);
        const apart = together.flatMap((_, i) => {
          const part = (values: number[]) => values.slice(i * 15, (i + 1) * 15);
          return valuesOf(loss, { shape: [1, 5, 3], yTrue: part(inputs.yTrue), yPred: part(inputs.yPred) });
        });
        expect(together).toEqual(apart);
        for (const value of together) expect(value).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 10, seed: 1 },
    );
  });

  it('is smaller for the target itself than for its opposite', () => {
    const { shape, yTrue } = randomInputs(c, [2, 6, 3], 3);
    const [low, high] = c.logits ? [-100, 100] : [0, 1];
    const right = valuesOf(loss, { shape, yTrue, yPred: yTrue.map((y) => (y === 1 ? high : low)) });
    const wrong = valuesOf(loss, { shape, yTrue, yPred: yTrue.map((y) => (y === 1 ? low : high)) });
    right.forEach((value, i) => {
      expect(value).toBeLessThan(wrong[i]);
    });
  });

  it('reads integer and boolean labels as it reads floats', () => {
    const { shape, yTrue, yPred } = randomInputs(c, [2, 4, 3]);
    const wanted = valuesOf(loss, { shape, yTrue, yPred });
    for (const dtype of ['int32', 'bool'] as const) {
      const got = tidy(() => Array.from(loss(cast(toTensor(yTrue, shape), dtype), toTensor(yPred, shape)).dataSync()));
      expect(got).toEqual(wanted);
    }
  });

  it('counts a pixel as often as it weighs', () => {
    const inputs = weightedInputs(c);
    const weight = toTensor(inputs.weight, [2, 5, 1]);
    expect(loss).toHaveLength(3);
    expectClose(valuesOf(loss, inputs, weight), inputs.wanted, 3e-6);
    if (exclusive) return;
    // A weight for each element says the same, where those of a pixel are equal.
    const each = toTensor(
      inputs.weight.flatMap((w) => [w, w, w]),
      inputs.shape,
    );
    expectClose(valuesOf(loss, inputs, each), inputs.wanted, 3e-6);
  });

  it('lets nothing of what weighs 0 through, NaN included, and takes a sample where nothing weighs for an empty one', () => {
    const inputs = weightedInputs(c);
    const spoiled = inputs.weight.flatMap((w) => [w, w, w]).map((w, i) => (w === 0 ? Number.NaN : inputs.yTrue[i]));
    const weight = toTensor(inputs.weight, [2, 5, 1]);
    expectClose(valuesOf(loss, { ...inputs, yTrue: spoiled }, weight), inputs.wanted, 3e-6);
    const slopes = gradientOf(loss, { ...inputs, yTrue: spoiled }, weight);
    slopes.forEach((slope, i) => {
      if (inputs.weight[Math.floor(i / 3)] === 0) expect(slope).toBe(0);
      expect(Number.isFinite(slope)).toBe(true);
    });
    const nothing = zeros([2, 5, 1]);
    expect(gradientOf(loss, inputs, nothing).every((slope) => slope === 0)).toBe(true);
    // The mean of no elements is 0 / 0 in the oracle.
    const wanted = oracle([], [], 3) || 0;
    expectClose(valuesOf(loss, inputs, nothing), [wanted, wanted], 3e-6);
  });

  it('leaves out the elements that it is told to ignore', () => {
    const inputs = ignoredInputs(c, 255);
    const ignoring = c.make({ ignoreIndex: 255 });
    expect(ignoring.ignoreIndex).toBe(255);
    expect(loss).not.toHaveProperty('ignoreIndex');
    expectClose(valuesOf(ignoring, inputs), inputs.wanted, 3e-6);
    gradientOf(ignoring, inputs).forEach((slope, i) => {
      if (inputs.weight[Math.floor(i / 3)] === 0) expect(slope).toBe(0);
    });
    const twice = toTensor(
      inputs.weight.map((w) => w * 2),
      [2, 5, 1],
    );
    expectClose(valuesOf(ignoring, inputs, twice), valuesOf(loss, weightedInputs(c, inputs.weight), twice), 3e-6);
    for (const [wrong, kind] of [
      ['255', TypeError],
      [Number.NaN, RangeError],
    ] as const) {
      expect(() => c.make({ ignoreIndex: wrong as number })).toThrow(kind);
    }
  });

  it('says which weights it takes, and which options it has', () => {
    const inputs = randomInputs(c, [2, 4, 3]);
    expect(() => valuesOf(loss, inputs, ones([2]))).toThrow('weight must hold a weight for each element, shape [');
    expect(() => valuesOf(loss, inputs, ones([2, 4]))).toThrow('got [2,4]. Weights of samples');
    expect(() => valuesOf(loss, inputs, 1 as unknown as Tensor)).toThrow('weight must be a Tensor, got number.');
    if (exclusive) {
      expect(() => valuesOf(loss, inputs, ones([2, 4, 3]))).toThrow('as its classes are known or unknown together');
    }
    const misspelt = { ignoreIndx: 255 } as { ignoreIndex?: number };
    expect(() => c.make(misspelt)).toThrow("unknown option 'ignoreIndx'. Did you mean 'ignoreIndex'?");
  });

  it('leaves no tensor behind', async () => {
    const { shape, yTrue, yPred } = randomInputs(c, [2, 4, 3]);
    const [y, p] = [toTensor(yTrue, shape), toTensor(yPred, shape)];
    await expectNoLeak(() => loss(y, p), 1);
    await expectNoLeak(() => grad((x) => sum(loss(y, x)))(p), 1);
  });

  it('says which shapes it got where they differ, or hold nothing', () => {
    expect(() => loss(zeros([2, 3]), zeros([2, 4]))).toThrow(
      'yTrue and yPred must have one shape, got [2,3] and [2,4].',
    );
    expect(() => loss(zeros([2, 3]), zeros([2, 3, 1]))).toThrow(RangeError);
    expect(() => loss(zeros([0, 3]), zeros([0, 3]))).toThrow('must be [batch, ...] and hold values, got shape [0,3].');
    expect(() => loss(zeros([]), zeros([]))).toThrow('must be [batch, ...] and hold values, got shape [].');
  });

  it('says what it got where that is no tensor', () => {
    const array = [1, 0] as unknown as ReturnType<typeof tensor1d>;
    expect(() => loss(array, tensor1d([1, 0]))).toThrow(TypeError);
    expect(() => loss(tensor2d([[1, 0]]), array)).toThrow('yPred must be a Tensor, got object.');
  });
});
