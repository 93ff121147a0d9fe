import '@tensorflow/tfjs-backend-wasm';
import { grads, randomNormal, setBackend, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import { afterAll, expect, it } from 'vitest';
import { AttentionGate, BilinearUpsampling, GroupNorm, InstanceNorm, SeededDropout } from '../../src/layers/index';
import { useCpu } from '../support/cpu';

// The official wasm backend lacks kernels; these layers must not need them, forward or backward.

useCpu();
afterAll(() => setBackend('cpu'));

const LAYERS: [string, () => layers.Layer, number[][]][] = [
  ['InstanceNorm', () => new InstanceNorm(), [[2, 3, 4, 6]]],
  ['GroupNorm', () => new GroupNorm({ groups: 3 }), [[2, 3, 4, 6]]],
  ['BilinearUpsampling', () => new BilinearUpsampling(), [[2, 3, 4, 2]]],
  ['SeededDropout', () => new SeededDropout({ rate: 0.5, seed: 1 }), [[2, 3, 4, 2]]],
  [
    'AttentionGate',
    () => new AttentionGate({ filters: 3, seed: 1 }),
    [
      [2, 3, 4, 6],
      [2, 3, 4, 2],
    ],
  ],
];

async function run(backend: string, make: () => layers.Layer, shapes: number[][]): Promise<number[][]> {
  await setBackend(backend);
  return tidy(() => {
    const layer = make();
    const one = (x: Tensor[]) => layer.apply(x.length === 1 ? x[0] : x, { training: true }) as Tensor;
    const inputs = shapes.map((shape, i) => randomNormal(shape, 0, 1, 'float32', 10 + i));
    const y = one(inputs);
    if (layer instanceof SeededDropout) layer.setStep(0);
    const dy = randomNormal(y.shape, 0, 1, 'float32', 20);
    return [y, ...grads((...x: Tensor[]) => one(x))(inputs, dy)].map((tensor) => Array.from(tensor.dataSync()));
  });
}

it.each(LAYERS)('%s gives the values and gradients of the cpu backend', async (_, make, shapes) => {
  const expected = await run('cpu', make, shapes);
  const found = await run('wasm', make, shapes);
  expect(found.map((values) => values.length)).toEqual(expected.map((values) => values.length));
  for (const [i, values] of expected.entries()) {
    for (const [j, value] of values.entries()) expect(found[i][j]).toBeCloseTo(value, 4);
  }
});
