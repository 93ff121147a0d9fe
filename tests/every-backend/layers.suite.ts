import { dispose, grads, memory, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../../src/backends';
import { registerLayers, setDropoutStep } from '../../src/layers';
import { loadMultitask } from '../../src/models';
import { LAYER_NETS, PUBLISHED_NETS } from '../contracts/layers';
import { MODEL_NETS } from '../contracts/models';
import { lossOf, type NetCase, run, samples, weightGradients } from '../contracts/nets';
import { saved } from '../models/in-memory';
import { name, numbersOf, useNamedBackend, worstError } from './backend';

/** Of activations and of gradients, which are sums of single precision in another order. */
const ROUNDING = 1e-5;

/** The largest difference, relative to the largest number where that is above 1: near it, smaller ones are sums that cancel. */
function errorOfLargest(found: readonly number[], wanted: readonly number[]): number {
  const scale = wanted.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1);
  return worstError(
    found.map((value) => value / scale),
    wanted.map((value) => value / scale),
  );
}

async function outputsOf({ build }: NetCase): Promise<number[]> {
  const net = build();
  const x = samples(net, 2);
  const outputs = tidy(() => run(net, x));
  const values = await numbersOf(outputs);
  dispose([...x, ...outputs]);
  net.dispose();
  return values;
}

/** The outputs, then the gradients of a loss of them with respect to each input and each weight. */
async function computed({ build, parts = 1 }: NetCase) {
  const net = build();
  const x = samples(net, 2 * parts);
  const outputs = tidy(() => run(net, x));
  setDropoutStep(net, 0);
  const inputGradients = tidy(() => grads((...given: Tensor[]) => lossOf(net, given))(x));
  setDropoutStep(net, 0);
  const gradients = weightGradients(net, x);
  const all = [
    ...outputs.map((y, i) => ({ of: `output ${i}`, tensor: y })),
    ...inputGradients.map((dx, i) => ({ of: `gradient of input ${i}`, tensor: dx })),
    ...[...gradients].map(([weight, dw]) => ({ of: `gradient of ${weight}`, tensor: dw })),
  ];
  const read = await Promise.all(all.map(async ({ of, tensor }) => ({ of, values: await numbersOf([tensor]) })));
  dispose([...x, ...all.map(({ tensor }) => tensor)]);
  net.dispose();
  return read;
}

beforeAll(useNamedBackend);

const { EfficientNetEncoder } = PUBLISHED_NETS;

describe.each(Object.entries({ ...LAYER_NETS, ...MODEL_NETS, EfficientNetEncoder }))(`%s on ${name}`, (kind, net) => {
  it("gives the cpu backend's outputs and gradients, and leaves nothing behind", async () => {
    const before = memory().numTensors;
    const found = await computed(net);
    expect(memory().numTensors).toBe(before);
    await useBackend('cpu');
    const expected = await computed(net);
    await useNamedBackend();
    expect(found).toHaveLength(expected.length);
    for (const [i, { of, values }] of expected.entries()) {
      expect(errorOfLargest(found[i].values, values), of).toBeLessThan(ROUNDING);
    }
  });

  it('gives identical outputs after saving and loading', async () => {
    const built = net.build();
    registerLayers();
    const handler = await saved(built);
    const loaded = kind in MODEL_NETS ? (await loadMultitask(handler)).net : await loadLayersModel(handler);
    const x = samples(built, 2 * (net.parts ?? 1));
    const [first, second] = [built, loaded].map((each) => tidy(() => run(each, x)));
    expect(await numbersOf(second)).toEqual(await numbersOf(first));
    dispose([...x, ...first, ...second]);
    loaded.dispose();
    built.dispose();
  });
});

// Most of their gradients take the cpu backend minutes; others cancel: a factor in front of ReLU and a normalization changes nothing.
it.each(Object.entries(PUBLISHED_NETS))(`%s on ${name} gives the cpu backend's outputs`, async (_, net) => {
  const found = await outputsOf(net);
  await useBackend('cpu');
  const expected = await outputsOf(net);
  await useNamedBackend();
  expect(errorOfLargest(found, expected)).toBeLessThan(ROUNDING);
});
