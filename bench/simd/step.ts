import { ready, setBackend, type Tensor, tensor, tidy, train } from '@tensorflow/tfjs-core';
import { bce, mse, softDice } from 'tfjs-multitask/losses';
import { amyar2020 } from 'tfjs-multitask/models';
import { createTrainer } from 'tfjs-multitask/train';
import { random } from '../../src/internal/random';

/** One size of the work that is timed. */
export interface Size {
  readonly image: number;
  readonly maps: number;
  readonly batch: number;
  /** Batches whose gradients make one step; 1 unless set. */
  readonly accumulate?: number;
}

/** Makes the paper's three-task model of one size and a batch for it; `step` trains on it, `forward` predicts it. */
export async function prepare(backend: string, { image, maps, batch, accumulate = 1 }: Size) {
  await setBackend(backend);
  await ready();
  const model = amyar2020({ inputShape: [image, image, 1], filters: maps, seed: 1 });
  const trainer = createTrainer(model, {
    optimizer: train.adam(1e-4),
    losses: { reconstruction: mse(), segmentation: softDice(), classification: bce() },
    accumulate,
  });
  const stream = random(1);
  const uniform = (size: number) => Float32Array.from({ length: size }, () => stream.uniform());
  const x = tensor(uniform(batch * image * image), [batch, image, image, 1]);
  const mask = tensor(uniform(batch * image * image).map(Math.round), [batch, image, image, 1]);
  const label = tensor(uniform(batch).map(Math.round), [batch, 1]);
  const y = { reconstruction: x, segmentation: mask, classification: label };
  return {
    async step() {
      for (let i = 0; i < accumulate; i++) await trainer.step({ x, y });
    },
    async forward() {
      const outputs = tidy(() => model.net.predict(x, { batchSize: batch }) as Tensor[]);
      await Promise.all(outputs.map((output) => output.data()));
      for (const output of outputs) output.dispose();
    },
  };
}
