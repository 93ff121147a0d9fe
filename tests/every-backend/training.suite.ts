import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backend, dispose, memory, train } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../src/backends';
import { batches, phantomDataset } from '../../src/data';
import { bce, mse, softDice } from '../../src/losses';
import { dice } from '../../src/metrics';
import { amyar2020, loadMultitask } from '../../src/models';
import { fileSystem } from '../../src/node';
import { createTrainer } from '../../src/train';
import { name, numbersOf, useNamedBackend, worstError } from './backend';

const SIZE = 16;
const STEPS = 20;

/**
 * By how much a loss may differ from the cpu backend's, which sums in double precision. Steps add up what rounding does
 * to each, and Adam divides by gradients however small: so more after 20 steps than after one.
 */
const ROUNDING = 1e-4;
const ROUNDING_AT_FIRST = 1e-5;

/** Drawn slices in batches of four, of which only some have a mask, or a class that they are labelled with. */
const source = () => {
  const dataset = phantomDataset({ counts: { covid: 8, normal: 8 }, masks: 4, size: SIZE, seed: 1 });
  return batches(dataset, { batchSize: 4, seed: 1 });
};

const build = () => amyar2020({ inputShape: [SIZE, SIZE, 1], filters: [2, 4, 4], seed: 1 });
type Model = ReturnType<typeof build>;

const trainerOf = (model: Model) =>
  createTrainer(model, {
    optimizer: train.adam(1e-3, 0.9, 0.999, 1e-7), // Adam's epsilon is the backend's unless it is given
    losses: { reconstruction: mse(), segmentation: softDice(), classification: bce() },
    metrics: { segmentation: { dice: dice() } },
  });

/** Each step's losses: of all tasks together, and of each that the batch has labels for. */
async function curve(steps: number): Promise<number[][]> {
  const model = build();
  const trainer = trainerOf(model);
  const losses: number[][] = [];
  for (let epoch = 0; losses.length < steps; epoch++) {
    for await (const batch of source()(epoch)) {
      const { loss, losses: each } = await trainer.step(batch);
      losses.push([loss, ...Object.values(each)]);
    }
  }
  trainer.dispose();
  model.dispose();
  return losses;
}

async function predictionsOf(model: Model): Promise<number[]> {
  for await (const { x } of source()(0)) {
    const outputs = model.predict(x);
    const numbers = await numbersOf(Object.values(outputs));
    dispose(outputs);
    return numbers;
  }
  return [];
}

const weightsOf = (model: Model, task: string) =>
  numbersOf(model.net.layers.filter((layer) => layer.name.startsWith(task)).flatMap((layer) => layer.getWeights()));

beforeAll(useNamedBackend);

describe(`training on ${name}`, () => {
  it(`follows the cpu backend's loss curve for ${STEPS} steps, with labels missing, within ${ROUNDING}`, async () => {
    const found = await curve(STEPS);
    await useBackend('cpu');
    const expected = await curve(STEPS);
    await useNamedBackend();
    expect(found.map((losses) => losses.length)).toEqual(expected.map((losses) => losses.length));
    expect(worstError(found[0], expected[0])).toBeLessThan(ROUNDING_AT_FIRST);
    expect(worstError(found.flat(), expected.flat())).toBeLessThan(ROUNDING);
  });

  it('leaves a head alone for ten steps without its labels, and trains the others', async () => {
    const model = build();
    const trainer = trainerOf(model);
    const before = await Promise.all(model.tasks.map((task) => weightsOf(model, task)));
    const losses: number[] = [];
    for (let step = 0; step < 10; step++) {
      for await (const { x, y, weight } of source()(0)) {
        const { segmentation: _unknown, ...labels } = y;
        losses.push((await trainer.step({ x, y: labels, weight })).loss);
        break;
      }
    }
    const after = await Promise.all(model.tasks.map((task) => weightsOf(model, task)));
    const same = model.tasks.filter((_, i) => worstError(after[i], before[i]) === 0);
    expect(same).toEqual(['segmentation']);
    expect(losses.every(Number.isFinite)).toBe(true);
    expect(losses[9]).toBeLessThan(losses[0]);
    trainer.dispose();
    model.dispose();
  });

  it('gives the same numbers twice', async () => {
    expect(await curve(3)).toEqual(await curve(3));
  });

  it('predicts and evaluates the same after saving and loading', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tfjs-multitask-backend-'));
    const model = build();
    const trainer = trainerOf(model);
    await trainer.fit(source(), { epochs: 1 });
    // tfjs-node brings a handler of file addresses.
    const handlers = [
      fileSystem(join(folder, 'ours')),
      ...(name.startsWith('node') ? [`file://${folder}/theirs`] : []),
    ];
    for (const handler of handlers) {
      await model.net.save(handler as string);
      const address = typeof handler === 'string' ? `${handler}/model.json` : handler;
      const copy = await loadMultitask(address, model.tasks);
      expect(await predictionsOf(copy as Model)).toEqual(await predictionsOf(model));
      const another = trainerOf(copy as Model);
      expect(await another.evaluate(source())).toEqual(await trainer.evaluate(source()));
      another.dispose();
      copy.dispose();
    }
    trainer.dispose();
    model.dispose();
    await rm(folder, { recursive: true });
  });

  it('holds no more memory after ten steps than after two', async () => {
    const model = build();
    const trainer = trainerOf(model);
    const held = async (steps: number) => {
      for (let step = 0; step < steps; step++) {
        for await (const batch of source()(0)) {
          await trainer.step(batch);
          break;
        }
      }
      return { ...memory(), data: backend().numDataIds() };
    };
    const { numTensors, numBytes, data } = await held(2);
    expect(await held(8)).toMatchObject({ numTensors, numBytes, data });
    trainer.dispose();
    model.dispose();
  });
});
