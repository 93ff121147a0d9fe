import { tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { useCpu } from '../../support/cpu';
import { golden, settings, weightOf } from './settings';

useCpu();

describe('losses beside other libraries', () => {
  it('has a setting for every loss that was run, and the other way around', () => {
    expect(Object.keys(settings).sort()).toEqual([...new Set(golden.cases.map((c) => c.loss))].sort());
  });

  it.each(golden.cases)('gives the numbers of $loss on $input', ({ loss, input, values }) => {
    const { shape, yTrue, yPred } = golden.inputs[input];
    const weight = weightOf(golden.inputs[input]);
    const tensors = [
      tensor(yTrue, shape),
      tensor(yPred, shape),
      weight && tensor(weight.values, weight.shape),
    ] as const;
    const got = settings[loss](...tensors).dataSync();
    expect(got).toHaveLength(values.length);
    values.forEach((value, i) => {
      expect(Math.abs(got[i] - value), `sample ${i}: ${got[i]} beside ${value}`).toBeLessThan(2e-6 + 2e-6 * value);
    });
  });
});
