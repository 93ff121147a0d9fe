import {
  addN,
  dispose,
  memory,
  mul,
  randomNormal,
  type Scalar,
  sum,
  type Tensor,
  tidy,
  train,
  type Variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../src/backends';
import { registerLayers } from '../../src/layers';
import { MODELS } from '../contracts/models';
import { saved } from '../models/in-memory';
import { name, numbersOf, useNamedBackend, worstError } from './backend';

/** Of activations and of one step's weights, relative to those above 1: sums of single precision in another order. */
const ROUNDING = 1e-5;

const run = (net: LayersModel, x: Tensor[], training: boolean) => [net.apply(x, { training }) as Tensor].flat();

const samples = (net: LayersModel, seed: number) =>
  net.inputs.map(({ shape }, i) => randomNormal([2, ...(shape.slice(1) as number[])], 0, 1, 'float32', seed + i));

const variablesOf = (net: LayersModel) =>
  net.layers.flatMap((layer) => layer.trainableWeights.map((weight) => weight.read() as Variable));

/** One step of training with weights of its own for each output. */
function trainOnce(net: LayersModel): void {
  const variables = variablesOf(net);
  if (variables.length === 0) return;
  const optimizer = train.sgd(0.01);
  tidy(() => {
    const x = samples(net, 11);
    const loss = () =>
      addN(run(net, x, true).map((y, i) => sum(mul(y, randomNormal(y.shape, 0, 1, 'float32', 50 + i))))) as Scalar;
    optimizer.applyGradients(variableGrads(loss, variables).grads);
  });
  optimizer.dispose();
}

async function outputsOf(net: LayersModel): Promise<number[]> {
  const outputs = tidy(() => run(net, samples(net, 11), false));
  const numbers = await numbersOf(outputs);
  dispose(outputs);
  return numbers;
}

/** Its outputs, its weights after a step and its outputs then. */
async function history(build: () => LayersModel) {
  const net = build();
  const before = await outputsOf(net);
  trainOnce(net);
  const history = [before, await numbersOf(variablesOf(net)), await outputsOf(net)];
  net.dispose();
  return history;
}

beforeAll(useNamedBackend);

describe.each(Object.entries(MODELS))(`%s on ${name}`, (_, build) => {
  it("gives the cpu backend's outputs, before and after a step of training, and leaves nothing behind", async () => {
    const before = memory().numTensors;
    const found = await history(build);
    expect(memory().numTensors).toBe(before);
    await useBackend('cpu');
    const expected = await history(build);
    await useNamedBackend();
    expect(found.map((numbers) => numbers.length)).toEqual(expected.map((numbers) => numbers.length));
    expect(worstError(found.flat(), expected.flat())).toBeLessThan(ROUNDING);
  });

  it('gives identical outputs after saving and loading', async () => {
    const net = build();
    registerLayers();
    const loaded = await loadLayersModel(await saved(net));
    expect(await outputsOf(loaded)).toEqual(await outputsOf(net));
    loaded.dispose();
    net.dispose();
  });
});
