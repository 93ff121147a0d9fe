import '@tensorflow/tfjs-layers';
import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { memory, train } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { type BackendName, useBackend } from '../../src/backends/index';
import { batches, phantomDataset } from '../../src/data/index';
import { bce, mse, softDice } from '../../src/losses/index';
import { auc, dice } from '../../src/metrics/index';
import { amyar2020 } from '../../src/models/index';
import { createTrainer } from '../../src/train/index';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const STEPS = 40;
/** A leak of twice as much, the objects of a few tensors, is seen whatever V8 does meanwhile. */
const MOST_BYTES_A_STEP = 5 * 1024;

/** Bytes that this process holds in JavaScript and in array buffers, WebAssembly's memory among them. */
async function bytesHeld(): Promise<number> {
  // Array buffers are freed a while after their owners are collected: measured at once they add half a megabyte of noise.
  for (let round = 0; round < 3; round++) {
    collectGarbage();
    await setTimeout(20);
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

describe.each<BackendName>(['simd', 'wasm'])('memory on %s', (backend) => {
  it('stays flat over 280 steps of the three-task model, and no tensor is left by training or scoring', async () => {
    await useBackend(backend);
    const dataset = phantomDataset({ counts: { covid: 16, normal: 16 }, masks: 8, size: 16, seed: 1 });
    const source = batches(dataset, { seed: 1, balance: { segmentation: 1 } });
    const model = amyar2020({ inputShape: [16, 16, 1], filters: [2, 4, 4], norm: 'batch', dropout: 0.1, seed: 1 });
    const trainer = createTrainer(model, {
      optimizer: train.adam(1e-3),
      losses: { reconstruction: mse(), segmentation: softDice(), classification: bce() },
      metrics: { segmentation: { dice: dice() }, classification: { auc: auc() } },
    });
    const epochs = async (n: number): Promise<void> => {
      for (let epoch = 0; epoch < n; epoch++) for await (const batch of source(epoch)) await trainer.step(batch);
      await trainer.evaluate(source);
      for await (const { x } of source(0)) {
        for (const output of Object.values(await trainer.predict(x))) output.dispose();
      }
    };
    await epochs(12); // until the engine has compiled what runs often
    const tensors = memory().numTensors;
    // V8 compiles, and drops what it compiled, some 0.7 MB at a time and when it likes: that makes one or two differences large,
    // a leak makes all of them large, so the median tells them apart.
    const growth: number[] = [];
    for (let round = 0, before = await bytesHeld(); round < 7; round++) {
      await epochs(STEPS / source.steps);
      const now = await bytesHeld();
      growth.push(now - before);
      before = now;
    }
    expect(source.steps).toBe(8);
    expect(memory().numTensors).toBe(tensors);
    const median = growth.toSorted((a, b) => a - b)[3]!;
    expect(median / STEPS, `bytes that came with ${STEPS} steps each: ${growth}`).toBeLessThan(MOST_BYTES_A_STEP);
    trainer.dispose();
    model.dispose();
  }, 120_000);
});
