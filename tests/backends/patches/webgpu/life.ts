import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { type GpuInfo, gpuInfo, useBackend } from 'tfjs-multitask/backends';
import { checkpoint, loadCheckpoint } from 'tfjs-multitask/node';
import { type Callback, createTrainer } from 'tfjs-multitask/train';
import { disposeBatch, squares, type TinyTask, tinyBatch, tinyModel } from '../../../support/tiny-model';

const EPOCHS = 4;

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
async function fit(folder: string, callbacks: Callback<TinyTask>[] = []): Promise<number[]> {
  const model = tinyModel();
  const trainer = createTrainer(model, { optimizer: tf.train.adam(1e-2), losses: { a: squares, b: squares } });
  const batch = tinyBatch([[1, 2]], { a: [1], b: [2] });
  try {
    const resume = (await loadCheckpoint(folder))?.state;
    const { epochs } = await trainer.fit(() => [batch], {
      epochs: EPOCHS,
      resume,
      callbacks: [...callbacks, checkpoint(folder)],
    });
    return epochs.map(({ train }) => train.loss);
  } finally {
    disposeBatch(batch);
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

/** Loses the GPU in the midst of a run, and goes on from its last checkpoint. */
export async function resumeAfterLoss() {
  await useBackend('webgpu', software);
  const undisturbed = await inFolder((folder) => fit(folder));
  const lose: Callback<TinyTask> = {
    onStepEnd: ({ epoch }) => {
      if (epoch === EPOCHS / 2) (tf.backend() as unknown as { device: GPUDevice }).device.destroy();
    },
  };
  return inFolder(async (folder) => {
    const waiting = tf.square(tf.ones([2000]));
    const lost = await messageOf(() => fit(folder, [lose]));
    const read = await messageOf(() => waiting.data());
    const computed = await messageOf(() => tf.square(tf.ones([2000])));
    await useBackend('webgpu', software);
    return { undisturbed, lost, read, computed, resumed: await fit(folder) };
  });
}
