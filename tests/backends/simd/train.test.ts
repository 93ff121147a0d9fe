import { setBackend, tensor2d, tensor4d, train } from '@tensorflow/tfjs-core';
import { registerSimdBackend } from 'tfjs-backend-simd';
import { bce, softDice } from 'tfjs-multitask/losses';
import { amyar2020 } from 'tfjs-multitask/models';
import { createTrainer } from 'tfjs-multitask/train';
import { beforeAll, describe, expect, it } from 'vitest';
import { numbers } from '../../../packages/backend-simd/tests/compare';

beforeAll(() => registerSimdBackend({ threads: 2 }));

async function losses(backend: string): Promise<number[]> {
  await setBackend(backend);
  const model = amyar2020({
    inputShape: [16, 16, 1],
    filters: [1, 2, 2, 3, 4],
    tasks: ['segmentation', 'classification'],
    seed: 1,
  });
  const trainer = createTrainer(model, {
    optimizer: train.adam(1e-3),
    losses: { segmentation: softDice(), classification: bce() },
  });
  const x = tensor4d(numbers(512), [2, 16, 16, 1]);
  const mask = tensor4d(
    numbers(512, 2).map((v) => (v > 0 ? 1 : 0)),
    [2, 16, 16, 1],
  );
  const label = tensor2d([1, 0], [2, 1]);
  const seen: number[] = [];
  for (let i = 0; i < 20; i++)
    seen.push((await trainer.step({ x, y: { segmentation: mask, classification: label } })).loss);
  trainer.dispose();
  model.dispose();
  return seen;
}

describe('training on simd', () => {
  it('follows the losses of the cpu backend for 20 steps', async () => {
    const expected = await losses('cpu');
    const actual = await losses('simd');
    expect(expected.at(-1)).toBeLessThan(expected[0]);
    const worst = Math.max(...actual.map((loss, i) => Math.abs(loss / expected[i] - 1)));
    expect(worst).toBeLessThan(1e-5);
  });
});
