import {
  grads,
  memory,
  mul,
  profile,
  setBackend,
  sum,
  type Tensor,
  tensor,
  tidy,
  type Variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import fc from 'fast-check';
import { registerSimdBackend } from 'tfjs-backend-simd';
import { GroupNorm, InstanceNorm } from 'tfjs-multitask/layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectSame, numbers } from '../../../packages/backend-simd/tests/compare';
import { computeOn } from '../../../packages/backend-simd/tests/on-threads';
import { expectSlope } from '../../../packages/backend-simd/tests/slope';
import { fuseBatchNorm } from '../../../src/layers/fused/fuse-batch-norm';

beforeAll(() => registerSimdBackend({ threads: 2 }));

const filled = (shape: number[], seed = 1) =>
  tensor(
    numbers(
      shape.reduce((a, b) => a * b, 1),
      seed,
    ),
    shape,
  );

const makers = {
  instance: (_channels: number) => new InstanceNorm(),
  group: (channels: number) =>
    new GroupNorm({ groups: channels % 3 === 0 ? channels / 3 : channels % 2 === 0 ? 2 : 1 }),
  batch: (_channels: number) =>
    fuseBatchNorm(layers.batchNormalization({ name: 'norm', momentum: 0.9, epsilon: 1e-5 })),
} satisfies Record<string, (channels: number) => layers.Layer>;

/** What a layer gives in training, its gradients by x and by its weights, and its weights after it. */
function train(make: (channels: number) => layers.Layer, x: Tensor, seed = 3): Tensor[] {
  const layer = make(x.shape[x.rank - 1]!);
  layer.build([null, ...x.shape.slice(1)]);
  layer.setWeights(layer.weights.map((weight, i) => filled(weight.shape as number[], seed + i)));
  const f = (v: Tensor) => {
    const y = layer.apply(v, { training: true }) as Tensor;
    return sum(mul(y, filled(y.shape, 9)));
  };
  const y = layer.apply(x, { training: true }) as Tensor;
  const after = layer.getWeights().map((weight) => weight.clone());
  const dx = grads(f)([x])[0]!;
  const variables = layer.trainableWeights.map((weight) => weight.read() as Variable);
  const named = variableGrads(() => f(x) as never, variables).grads;
  const dWeights = variables.map((variable) => named[variable.name]!);
  for (const weight of layer.weights) weight.dispose();
  return [y, dx, ...dWeights, ...after];
}

describe('normalization in training', () => {
  it('gives what the ops give on the cpu backend, gradients and moving means too, for any shape', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.values(makers)),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 2, max: 9 }),
        fc.integer({ min: 2, max: 9 }),
        fc.integer({ min: 1, max: 22 }),
        async (make, batch, height, width, channels) => {
          await expectSame(() => train(make, filled([batch, height, width, channels])), 1e-4);
        },
      ),
      { numRuns: 60, seed: 2 },
    );
  });

  it('is saved, over the batch, as the standard layer', () => {
    const ours = makers.batch(3);
    const standard = layers.batchNormalization({ name: 'norm', momentum: 0.9, epsilon: 1e-5 });
    expect(ours.getClassName()).toBe(standard.getClassName());
    expect(ours.getConfig()).toEqual(standard.getConfig());
  });

  it('takes a batch of none, and rows of features', async () => {
    await expectSame(() => train(makers.instance, filled([0, 3, 3, 4])));
    await expectSame(() => train(makers.group, filled([0, 3, 3, 4])));
    await expectSame(() => train(makers.batch, filled([6, 5])), 1e-4);
  });

  it('keeps NaN to the sample and the channels that hold it', async () => {
    for (const make of [makers.instance, makers.group]) {
      await expectSame(() => {
        const values = numbers(2 * 4 * 4 * 6);
        values[6 * 5 + 4] = Number.NaN;
        return train(make, tensor(values, [2, 4, 4, 6])).slice(0, 1);
      }, 1e-4);
    }
  });

  it('runs in two passes of its own kernels on simd, and by ops elsewhere', async () => {
    for (const [backend, own] of [
      ['simd', true],
      ['cpu', false],
    ] as const) {
      await setBackend(backend);
      for (const make of Object.values(makers)) {
        const x = filled([2, 4, 4, 6]);
        const before = memory().numTensors;
        const { kernelNames } = await profile(() => {
          for (const t of tidy(() => train(make, x))) t.dispose();
          return x;
        });
        expect(kernelNames.includes('GroupNormalize')).toBe(own);
        expect(kernelNames.includes('GroupNormalizeGrad')).toBe(own);
        expect(memory().numTensors).toBe(before);
        x.dispose();
      }
    }
  });

  it('has the mean and variance of numbers far from zero', async () => {
    await setBackend('simd');
    const size = 64 * 64;
    const values = numbers(size * 2).map((v) => 1000 + v);
    const y = tidy(() => new InstanceNorm().apply(tensor(values, [1, 64, 64, 2])) as Tensor);
    const actual = await y.data();
    y.dispose();
    for (const c of [0, 1]) {
      let mean = 0;
      let variance = 0;
      for (let i = c; i < 2 * size; i += 2) mean += values[i]! / size;
      for (let i = c; i < 2 * size; i += 2) variance += (values[i]! - mean) ** 2 / size;
      let worst = 0;
      for (let i = c; i < 2 * size; i += 2) {
        worst = Math.max(worst, Math.abs(actual[i]! - (values[i]! - mean) / Math.sqrt(variance + 1e-5)));
      }
      expect(worst).toBeLessThan(2e-4); // half a unit in the last place of 1000 is 3e-5, over a deviation of 0.5
    }
  });

  it('gives gradients that are slopes', async () => {
    await setBackend('simd');
    for (const make of Object.values(makers)) {
      const layer = make(6);
      layer.build([null, 5, 4, 6]);
      const x = filled([2, 5, 4, 6]);
      const f = (v: Tensor) =>
        tidy(() => sum(mul(layer.apply(v, { training: true }) as Tensor, filled([2, 5, 4, 6], 9))));
      await expectSlope(f, x, () => grads(f)([x])[0]!, 5e-3);
      for (const weight of layer.weights) weight.dispose();
      x.dispose();
    }
  });

  it('gives the same bits however many threads share it', async () => {
    const body = () => Object.values(makers).flatMap((make) => train(make, filled([3, 40, 40, 12])));
    const one = await computeOn(1, body);
    expect(await computeOn(2, body)).toEqual(one);
    expect(await computeOn(3, body)).toEqual(one);
  });
});
