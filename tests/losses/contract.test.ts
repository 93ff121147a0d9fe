import { cast, grad, sum, tensor1d, tensor2d, tidy, zeros } from '@tensorflow/tfjs-core';
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

useCpu();

function valuesOf(loss: Loss, { shape, yTrue, yPred }: Inputs): number[] {
  return tidy(() => Array.from(loss(toTensor(yTrue, shape), toTensor(yPred, shape)).dataSync()));
}

function gradientOf(loss: Loss, { shape, yTrue, yPred }: Inputs): number[] {
  return tidy(() => {
    const total = grad((p) => sum(loss(toTensor(yTrue, shape), p)));
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
  expect(exportsIn(cases.map(({ name }) => name))).toEqual(Object.keys(exported).sort());
});

const needsClasses = ({ exclusive, severalClasses }: Case) => exclusive === true || severalClasses === true;
const shapes: readonly number[][] = [[3], [2, 3], [2, 4, 3], [2, 3, 2, 3], [2, 2, 2, 3, 3]];

describe.each(cases)('$name', (c) => {
  const { loss, oracle } = c;
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
