import { dispose, tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { score } from '../../src/metrics';
import { fixedSamples, labelTensor, METRICS, valuesOf } from '../contracts/metrics';
import { name, useNamedBackend } from './backend';

beforeAll(useNamedBackend);

describe.each(Object.entries(METRICS))(`a score of tensors on ${name}, with %s, is that of arrays`, (_, kind) => {
  const [yTrue, yPred, weight] = valuesOf(fixedSamples(kind.one, 20));

  it.each(Object.entries(kind.cases))('%s', async (_, { metric }) => {
    const tensors = [labelTensor(yTrue), tensor(yPred), tensor(weight)] as const;
    expect(await score(metric, ...tensors)).toEqual(await score(metric, yTrue, yPred, weight));
    dispose([...tensors]);
  });
});
