import { dispose, grad, sum, tensor, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { LossPerClass } from '../../src/losses';
import type { Loss } from '../../src/types';
import { golden, settings, weightOf } from '../golden/losses/settings';
import { cases, expected, expectedGradient, extremeInputs, type Inputs, randomInputs } from '../losses/cases';
import { ignoredInputs, weightedInputs } from '../losses/known';
import { name, numbersOf, useNamedBackend, worstError } from './backend';

/** Relative to values above 1; of other libraries' numbers, which are of single precision too, and of float64 oracles. */
const ROUNDING = 5e-6;
const GRADIENT_ROUNDING = 2e-5;

/** The losses of the samples, and the gradient of their sum. */
async function evaluate(
  loss: Loss | LossPerClass,
  { shape, yTrue, yPred }: Inputs,
  weight: ReturnType<typeof weightOf> = undefined,
) {
  const results = tidy(() => {
    const [y, p] = [tensor(yTrue, [...shape]), tensor(yPred, [...shape])];
    const w = weight && tensor(weight.values, weight.shape);
    return [loss(y, p, w), grad((x) => sum(loss(y, x, w)))(p)];
  });
  const [values, gradient] = await Promise.all(results.map((result) => numbersOf([result])));
  dispose(results);
  return { values, gradient };
}

beforeAll(useNamedBackend);

describe(`losses on ${name}`, () => {
  it.each(golden.cases)('gives the numbers of $loss on $input', async ({ loss, input, values }) => {
    const found = await evaluate(settings[loss], golden.inputs[input], weightOf(golden.inputs[input]));
    expect(worstError(found.values, values)).toBeLessThan(ROUNDING);
  });

  it.each(cases)('gives the value and the gradient of the oracle: $name', async (c) => {
    const inputs = randomInputs(c, [2, 3, 2, 3], 2);
    const { values, gradient } = await evaluate(c.loss, inputs);
    expect(worstError(values, expected(c.oracle, inputs))).toBeLessThan(ROUNDING);
    expect(worstError(gradient, expectedGradient(c.oracle, inputs))).toBeLessThan(GRADIENT_ROUNDING);
  });

  it.each(cases)('counts a pixel as often as it weighs, and leaves out what it is told to ignore: $name', async (c) => {
    const weighted = weightedInputs(c);
    const weight = { values: weighted.weight, shape: [2, 5, 1] };
    expect(worstError((await evaluate(c.loss, weighted, weight)).values, weighted.wanted)).toBeLessThan(ROUNDING);
    const ignored = ignoredInputs(c, 255);
    const { values } = await evaluate(c.make({ ignoreIndex: 255 }), ignored);
    expect(worstError(values, ignored.wanted)).toBeLessThan(ROUNDING);
  });

  it.each(cases)('is finite for predictions that are exactly right and wrong: $name', async (c) => {
    const inputs = extremeInputs(c, [3, 2, 2, 3]);
    for (const given of [inputs, { ...inputs, yPred: inputs.yPred.map(() => 0) }]) {
      const { values, gradient } = await evaluate(c.loss, given);
      expect([...values, ...gradient].every(Number.isFinite)).toBe(true);
    }
  });
});
