import { type Rank, randomUniform, ready, round, setBackend, type Tensor, tidy, train } from '@tensorflow/tfjs-core';
import { bce, mse, softDice } from 'tfjs-multitask/losses';
import { amyar2020 } from 'tfjs-multitask/models';
import { createTrainer } from 'tfjs-multitask/train';

/** One size of the work that is timed. */
export interface Size {
  readonly image: number;
  readonly filters: number;
  readonly batch: number;
  /** Batches whose gradients make one step; 1 unless set. */
  readonly accumulate?: number;
}

/** Makes the paper's three-task model of one size and a batch for it; `step` trains on it, `forward` predicts it. */
export async function prepare(backend: string, { image, filters, batch, accumulate = 1 }: Size) {
  await setBackend(backend);
  await ready();
  const model = amyar2020({ inputShape: [image, image, 1], filters, seed: 1 });
  const trainer = createTrainer(model, {
    optimizer: train.adam(1e-4),
    losses: { reconstruction: mse(), segmentation: softDice(), classification: bce() },
    accumulate,
  });
  const x = randomUniform<Rank.R4>([batch, image, image, 1], 0, 1, 'float32', 1);
  const mask = tidy(() => round(randomUniform([batch, image, image, 1], 0, 1, 'float32', 2)));
  const label = tidy(() => round(randomUniform([batch, 1], 0, 1, 'float32', 3)));
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
