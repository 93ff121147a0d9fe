// What a step with an aggregator costs, as ratios to the fixed-weight step, on the paper's three-task U-Net.
//
//   npx tsx bench/aggregators.ts [--backend wasm] [--image 32] [--filters 4] [--rounds 15] [--clock wall|cpu]
//
// The ways take turns within every round, so that whatever else the machine does meets all of them. `bound` is what the
// backward passes themselves cost: the fixed step with its one joint backward pass replaced by one for each task. The
// clock `cpu` counts the time of this process alone: for a machine that is busy, with a backend of one thread (wasm, cpu).
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { addN, dispose, mean, type Tensor, train } from '@tensorflow/tfjs-core';
import { type BackendName, useBackend } from 'tfjs-multitask/backends';
import { batches, phantomDataset } from 'tfjs-multitask/data';
import { bce, mse, softDice } from 'tfjs-multitask/losses';
import { amyar2020 } from 'tfjs-multitask/models';
import { createTrainer, pcGrad, type TrainerOptions } from 'tfjs-multitask/train';
import { weightVariables } from '../src/internal/layer-weights';
import { record } from '../src/internal/tape';

const { values } = parseArgs({
  options: {
    backend: { type: 'string' },
    image: { type: 'string', default: '32' },
    filters: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '15' },
    clock: { type: 'string', default: 'wall' },
  },
});
/** Rounds before the first that counts: by then the engine has compiled what runs often. */
const WARM_UP = 10;
const [size, filters, rounds] = [values.image, values.filters, values.rounds].map(Number);

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

const now = (): number => (values.clock === 'cpu' ? process.cpuUsage().user / 1000 : performance.now());

async function timed(body: () => unknown): Promise<number> {
  const start = now();
  await body();
  return now() - start;
}

const backend = await useBackend(values.backend as BackendName | undefined);
const losses = { reconstruction: mse(), segmentation: softDice(), classification: bce() };
const dataset = phantomDataset({ counts: { covid: 4 }, size, seed: 1 });
for await (const batch of batches(dataset, { shuffle: false })(0)) {
  const make = (options: Partial<TrainerOptions<'reconstruction' | 'segmentation' | 'classification', never>>) => {
    const model = amyar2020({ inputShape: [size, size, 1], filters, norm: 'instance', seed: 1 });
    return createTrainer(model, { optimizer: train.adam(1e-4), losses, ...options });
  };
  const trainers = {
    fixed: make({}),
    parameters: make({ aggregator: pcGrad() }),
    representation: make({ aggregator: pcGrad(), gradientsAt: 'representation' }),
  };
  const { net, tasks } = trainers.fixed.model;
  const variables = weightVariables(net);

  /** Milliseconds of the joint backward pass, and of one for each task after the other. */
  const backwardPasses = async (): Promise<{ joint: number; each: number }> => {
    const { value, tape } = record(() => {
      const outputs = net.apply(batch.x, { training: true }) as Tensor[];
      const byTask = tasks.map((task, i) => mean(losses[task](batch.y[task]!, outputs[i])));
      return { byTask, total: addN(byTask) };
    });
    const pass = (loss: Tensor) =>
      timed(async () => {
        const gradients = tape.gradients([[loss]], variables).filter((gradient) => gradient !== undefined);
        await gradients[gradients.length - 1].data();
        dispose(gradients);
      });
    const joint = await pass(value.total);
    let each = 0;
    for (const loss of value.byTask) each += await pass(loss);
    tape.dispose();
    dispose([value.total, ...value.byTask]);
    return { joint, each };
  };

  for (let i = 0; i < WARM_UP; i++) {
    for (const trainer of Object.values(trainers)) await trainer.step(batch);
    await backwardPasses();
  }
  const times = {
    fixed: [] as number[],
    parameters: [] as number[],
    representation: [] as number[],
    bound: [] as number[],
  };
  for (let round = 0; round < rounds; round++) {
    for (const way of ['fixed', 'parameters', 'representation'] as const) {
      times[way].push(await timed(() => trainers[way].step(batch)));
    }
    const { joint, each } = await backwardPasses();
    times.bound.push(times.fixed[round] + each - joint);
  }

  console.log(
    `${cpus()[0]?.model}, Node ${process.versions.node}, ${backend}; three tasks, ${size} x ${size}, ${filters} filters, ` +
      `batch 4, ${rounds} rounds in turns, ${values.clock} time`,
  );
  const ratio = (of: readonly number[], to: readonly number[]): string =>
    median(of.map((time, round) => time / to[round])).toFixed(2);
  console.log('| step | ms | ratio to fixed | ratio to bound |\n| --- | --- | --- | --- |');
  for (const [way, of] of Object.entries(times)) {
    console.log(`| ${way} | ${median(of).toFixed(1)} | ${ratio(of, times.fixed)} | ${ratio(of, times.bound)} |`);
  }
  for (const trainer of Object.values(trainers)) {
    trainer.dispose();
    trainer.model.dispose();
  }
}
