import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { type GpuInfo, gpuInfo, useBackend } from 'tfjs-multitask/backends';
import { batches, phantomDataset, selectTasks } from 'tfjs-multitask/data';
import { ConvEncoder, MLPHead } from 'tfjs-multitask/layers';
import { bce } from 'tfjs-multitask/losses';
import { multitask } from 'tfjs-multitask/models';
import { checkpoint, loadCheckpoint } from 'tfjs-multitask/node';
import { type Callback, createTrainer } from 'tfjs-multitask/train';

type Task = 'classification';

const software = { software: true };

async function messageOf(body: () => unknown): Promise<string> {
  try {
    await body();
    return 'nothing was thrown';
  } catch (error) {
    return (error as Error).message;
  }
}

/** What is said of webgpu where it is not to be had, and which backend is taken then. */
export async function choose() {
  const unasked = await messageOf(() => useBackend('webgpu'));
  const notices: string[] = [];
  const automatic = await useBackend(undefined, { onNotice: (message) => notices.push(message) });
  return { unasked, automatic, notices };
}

/** What is said where webgpu cannot do what it is asked. */
export async function listFailures() {
  const choice = await choose();
  const without = gpuInfo() === undefined;
  await useBackend('webgpu', software);
  const info = gpuInfo() as GpuInfo;
  const tooLarge = await messageOf(() => tf.fill([600, 1024, 1024], 1));
  const atOnce = await messageOf(() => tf.square(tf.ones([2000])).dataSync());
  const after = [...(await tf.add(tf.ones([3]), 1).data())];
  return { ...choice, without, info, tooLarge, atOnce, after };
}

/** Losses of every epoch of a small net; goes on from the last checkpoint in `folder`, if any. */
async function fit(folder: string, epochs: number, callbacks: Callback<Task>[] = []): Promise<number[]> {
  const dataset = selectTasks(phantomDataset({ counts: { covid: 4, normal: 4 }, size: 16, seed: 1 }), [
    'classification',
  ]);
  const model = multitask({
    inputShape: [16, 16, 1],
    encoder: ConvEncoder({ filters: [4, 8] }),
    heads: { classification: MLPHead({ units: [4] }) },
    seed: 1,
  });
  const trainer = createTrainer(model, { optimizer: tf.train.adam(1e-2), losses: { classification: bce() } });
  try {
    const resume = (await loadCheckpoint(folder))?.state;
    const history = await trainer.fit(batches(dataset, { batchSize: 4, seed: 1 }), {
      epochs,
      resume,
      callbacks: [...callbacks, checkpoint(folder)],
    });
    return history.epochs.map(({ train }) => train.loss);
  } finally {
    trainer.dispose();
    model.dispose();
  }
}

async function inFolder<R>(body: (folder: string) => Promise<R>): Promise<R> {
  const folder = await mkdtemp(join(tmpdir(), 'webgpu-'));
  try {
    return await body(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const EPOCHS = 6;

/** The losses of the same run on both backends, and twice on webgpu. */
export async function trainOn() {
  const run = () => inFolder((folder) => fit(folder, EPOCHS));
  await useBackend('simd');
  const simd = await run();
  await useBackend('webgpu', software);
  const before = tf.memory().numTensors;
  const webgpu = await run();
  const left = tf.memory().numTensors - before;
  return { simd, webgpu, again: await run(), left };
}

/** Loses the GPU in the midst of a run, and goes on from its last checkpoint. */
export async function resumeAfterLoss() {
  await useBackend('webgpu', software);
  const undisturbed = await inFolder((folder) => fit(folder, EPOCHS));
  const lose: Callback<Task> = {
    onStepEnd: ({ epoch }) => {
      if (epoch === EPOCHS / 2) (tf.backend() as unknown as { device: GPUDevice }).device.destroy();
    },
  };
  return inFolder(async (folder) => {
    const waiting = tf.square(tf.ones([2000]));
    const lost = await messageOf(() => fit(folder, EPOCHS, [lose]));
    const read = await messageOf(() => waiting.data());
    const computed = await messageOf(() => tf.square(tf.ones([2000])));
    await useBackend('webgpu', software);
    return { undisturbed, lost, read, computed, resumed: await fit(folder, EPOCHS) };
  });
}
