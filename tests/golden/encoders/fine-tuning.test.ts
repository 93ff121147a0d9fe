import { readFileSync } from 'node:fs';
import '@tensorflow/tfjs-layers';
import { concat, setBackend, sub, tensor2d, tidy, train } from '@tensorflow/tfjs-core';
import { registerSimdBackend } from 'tfjs-backend-simd';
import { expect, it } from 'vitest';
import { MLPHead, ResNetEncoder } from '../../../src/layers/index';
import { mse } from '../../../src/losses/index';
import { multitask } from '../../../src/models/index';
import { createTrainer } from '../../../src/train/index';
import { image, setWeights } from './formula';

interface Change {
  readonly largest: number;
  readonly values: readonly number[];
}
const { fineTuning }: { fineTuning: { losses: readonly number[]; changes: Readonly<Record<string, Change>> } } =
  JSON.parse(readFileSync(new URL('./torch-encoders.json', import.meta.url), 'utf8'));

it('makes the steps of PyTorch: frozen stages, a tenth of the rate for the others, momentum', async () => {
  await registerSimdBackend({ threads: 1 });
  await setBackend('simd');
  const model = multitask({
    inputShape: [64, 64, 3],
    encoder: ResNetEncoder({ depth: 18, frozen: 3 }),
    heads: { grade: MLPHead({ filters: 0, units: [], activation: 'linear' }) },
  });
  setWeights(model.net, 'encoder/');
  setWeights(model.net, '', 'grade');
  const named = (name: string) =>
    model.net.weights.find(({ originalName }) => originalName === name || originalName === `encoder/${name}`)!.read();
  const before = Object.fromEntries(Object.keys(fineTuning.changes).map((name) => [name, named(name).clone()]));
  const trainer = createTrainer(model, {
    optimizer: train.momentum(0.05, 0.9),
    losses: { grade: mse() },
    learningRates: { encoder: 0.1 },
  });
  const x = tidy(() => concat([image(64, 64), sub(1, image(64, 64))], 0));
  const y = { grade: tensor2d([[1], [-1]]) };
  for (const loss of fineTuning.losses) {
    const step = await trainer.step({ x, y });
    expect(Math.abs(step.loss / loss - 1)).toBeLessThan(1e-4);
  }
  for (const [name, { largest, values }] of Object.entries(fineTuning.changes)) {
    const change = tidy(() => sub(named(name), before[name])).dataSync();
    for (const [i, value] of values.entries()) {
      const found = change[Math.floor((i * change.length) / values.length)];
      expect(Math.abs(found - value) / largest, `${name} ${i}`).toBeLessThan(1e-3);
    }
  }
}, 300_000);
