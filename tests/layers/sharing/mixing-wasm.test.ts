import '@tensorflow/tfjs-backend-wasm';
import { add, grads, randomNormal, setBackend, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import { afterAll, expect, it } from 'vitest';
import { CrossStitch, ExpertMixture, Film, RepeatBatch, SliceBatch, SubspaceMix } from '../../../src/layers/index';
import { traceNorm } from '../../../src/layers/sharing/trace-norm';
import { useCpu } from '../../support/cpu';

// The official wasm backend lacks kernels; these layers must not need them, forward or backward.

useCpu();
afterAll(() => setBackend('cpu'));

type Computation = (inputs: Tensor[]) => Tensor | Tensor[];

const layer = (make: () => layers.Layer): Computation => {
  return (inputs) => make().apply(inputs.length === 1 ? inputs[0] : inputs) as Tensor | Tensor[];
};

const COMPUTATIONS: [string, Computation, number][] = [
  ['CrossStitch', layer(() => new CrossStitch()), 3],
  ['SubspaceMix', layer(() => new SubspaceMix()), 3],
  ['ExpertMixture', layer(() => new ExpertMixture()), 3],
  ['Film', layer(() => new Film({ conditions: 2 })), 1],
  ['RepeatBatch', layer(() => new RepeatBatch({ times: 3 })), 1],
  ['SliceBatch', layer(() => new SliceBatch({ index: 1, parts: 2 })), 1],
  ['the trace norm', (inputs) => traceNorm([inputs]), 3],
];

async function run(backend: string, compute: Computation, count: number): Promise<number[][]> {
  await setBackend(backend);
  return tidy(() => {
    const inputs = Array.from({ length: count }, (_, i) => randomNormal([2, 3, 4, 2], 0, 1, 'float32', 10 + i));
    // All outputs in one, the first counted twice so that they do not play the same part.
    const last = (x: Tensor[]) => {
      const outputs = [compute(x)].flat();
      return outputs.reduce((sum, y) => add(sum, y), outputs[0]);
    };
    const y = last(inputs);
    const dy = randomNormal(y.shape, 0, 1, 'float32', 20);
    return [y, ...grads((...x: Tensor[]) => last(x))(inputs, dy)].map((tensor) => Array.from(tensor.dataSync()));
  });
}

it.each(COMPUTATIONS)('%s gives the values and gradients of the cpu backend', async (_, compute, count) => {
  const expected = await run('cpu', compute, count);
  const found = await run('wasm', compute, count);
  expect(found.map((values) => values.length)).toEqual(expected.map((values) => values.length));
  for (const [i, values] of expected.entries()) {
    for (const [j, value] of values.entries()) expect(found[i][j]).toBeCloseTo(value, 4);
  }
});
