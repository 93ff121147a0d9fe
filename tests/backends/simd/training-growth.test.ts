import {
  backend,
  memory,
  relu,
  setBackend,
  square,
  sub,
  sum,
  type Tensor,
  tensor2d,
  tensor4d,
  tidy,
  train,
  type Variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { registerSimdBackend } from 'tfjs-backend-simd';
import { InstanceNorm, UNetDecoder, UNetEncoder } from 'tfjs-multitask/layers';
import { mse } from 'tfjs-multitask/losses';
import { multitask } from 'tfjs-multitask/models';
import { createTrainer } from 'tfjs-multitask/train';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Address } from '../../../packages/backend-simd/src/abi/kernel';
import type { SimdBackend } from '../../../packages/backend-simd/src/backend';
import { numbers } from '../../../packages/backend-simd/tests/compare';
import { stepFusedAdam } from '../../../src/train/step/fused-adam';

interface Memory {
  readonly numTensors: number;
  readonly numDataBuffers: number;
  readonly numBytesInHeap: number;
  readonly numBytesReserved: number;
}

const held = (): Memory => {
  const { numTensors, numDataBuffers, numBytesInHeap, numBytesReserved } = memory() as unknown as Memory;
  return { numTensors, numDataBuffers, numBytesInHeap, numBytesReserved };
};

beforeAll(async () => {
  await registerSimdBackend({ threads: 2 });
  await setBackend('simd');
});

describe('memory of training on simd', () => {
  it('does not grow over 10,000 steps of a model that convolves, normalizes, pools, upsamples and ends dense', async () => {
    const net = sequential({
      layers: [
        layers.conv2d({ inputShape: [8, 8, 1], filters: 2, kernelSize: 3, padding: 'same', useBias: false }),
        new InstanceNorm(),
        layers.maxPooling2d({ poolSize: 2 }),
        layers.upSampling2d({ size: [2, 2] }),
        layers.flatten(),
        layers.dense({ units: 1 }),
      ],
    });
    const optimizer = train.adam(1e-3);
    const x = tensor4d(numbers(128), [2, 8, 8, 1]);
    const y = tensor2d([1, -1], [2, 1]);
    const loss = () => sum(square(sub(net.apply(x, { training: true }) as Tensor, y)));
    const variables = net.trainableWeights.map((weight) => weight.read() as Variable);
    const step = () =>
      tidy(() => {
        const { value, grads } = variableGrads(loss as never, variables);
        stepFusedAdam(
          optimizer,
          variables.map((variable) => ({ variable, gradient: grads[variable.name] })),
        );
        return value;
      });
    const lossAfter = async (steps: number) => {
      for (let i = 1; i < steps; i++) step().dispose();
      const value = step();
      const [last] = await value.data();
      value.dispose();
      return last;
    };
    const first = await lossAfter(20);
    const before = held();
    const last = await lossAfter(10_000);
    expect(held()).toEqual(before);
    expect(last).toBeLessThan(first / 10);
    net.dispose();
    optimizer.dispose();
    x.dispose();
    y.dispose();
  }, 300_000); // about 8 s of one core, which a busy machine may be long in giving

  it('that does not suffice is said in an error, nothing is left behind, and a smaller batch trains', async () => {
    const model = multitask({
      inputShape: [64, 64, 1],
      encoder: UNetEncoder({ filters: [4, 8] }),
      heads: { mask: UNetDecoder() },
    });
    const trainer = createTrainer(model, { optimizer: train.adam(1e-3), losses: { mask: mse() } });
    const batch = (size: number) => {
      const x = tidy(() => relu(tensor4d(numbers(size * 4096), [size, 64, 64, 1])));
      return { x, y: { mask: x } };
    };
    const one = batch(1);
    const many = batch(32);
    await trainer.step(one); // makes the optimizer's weights
    // all of the address space but 12 MiB is taken; none of it is touched, so the machine need not have it
    const { heap } = (backend() as unknown as SimdBackend).runtime;
    const taken: Address[] = [];
    const room = heap.allocate(12 * 2 ** 20);
    for (let size = 2 ** 31; size >= 2 ** 16; size /= 2) {
      try {
        for (;;) taken.push(heap.allocate(size));
      } catch {}
    }
    heap.release(room);
    const before = held();
    await expect(trainer.step(many)).rejects.toThrow(
      /^simd backend: out of memory: a block needs \d+\.\d MiB, has \d+\.\d MiB left of \d+ MiB; try a smaller batch or gradient accumulation\.$/,
    );
    expect(held()).toEqual(before);
    const { loss } = await trainer.step(one);
    expect(loss).toBeGreaterThan(0);
    for (const address of taken) heap.release(address);
    one.x.dispose();
    many.x.dispose();
    trainer.dispose();
    model.dispose();
    expect(heap.used()).toBe(0);
  });
});
