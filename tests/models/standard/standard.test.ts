import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { random } from '../../../src/data/index';
import { ConvEncoder, MLPHead, type Norm, setDropoutStep, UNetDecoder, UNetEncoder } from '../../../src/layers/index';
import { crossStitch, film, loadMultitask, multitask, ple, type SavedModel, sluice } from '../../../src/models/index';
import { fileSystem } from '../../../src/node/index';
import type { MultitaskModel } from '../../../src/types';
import { MODELS } from '../../contracts/models';
import { run, samples } from '../../contracts/nets';
import { useCpu } from '../../support/cpu';

// A saved model of every builder opens with tfjs-layers alone, in another process, and predicts the same.

useCpu();

const skips = ['concat', 'attention', 'none'] as const;
const upsamples = ['nearest', 'bilinear', 'transpose'] as const;
const norms: readonly Norm[] = ['none', 'batch', 'instance', 'group'];

/** Not square, since axes could change places. */
const build = (options: Partial<Parameters<typeof multitask>[0]>, norm: Norm = 'none', i = 0): MultitaskModel<string> =>
  multitask({
    inputShape: [8, 12, 2],
    encoder: UNetEncoder({ filters: [4, 6], norm, dropout: 0.2 }),
    heads: {
      mask: UNetDecoder({ channels: 2, skips: skips[i % 3], upsample: upsamples[i % 3], norm, activation: 'softmax' }),
      grade: MLPHead({ filters: 3, units: [4] }),
    },
    seed: 5,
    ...options,
  });

const CASES: Record<string, () => MultitaskModel<string>> = {
  ...MODELS,
  ...Object.fromEntries(
    norms.map((norm, i) => [`norm ${norm}, upsampling ${upsamples[i % 3]}`, () => build({}, norm, i)]),
  ),
  'bilinear upsampling, attention': () =>
    build({ heads: { mask: UNetDecoder({ skips: 'attention', upsample: 'bilinear', norm: 'group' }) } }),
  'plain encoder': () =>
    build({ encoder: ConvEncoder({ filters: [3, 4], norm: 'instance' }), heads: { grade: MLPHead({ units: [3] }) } }),
  'cross-stitch, whole maps': () => build({ sharing: crossStitch({ per: 'tensor', self: 0.7 }) }, 'group'),
  'sluice, norms': () => build({ sharing: sluice() }, 'instance', 1),
  'ple, norms': () => build({ sharing: ple() }, 'group', 1),
  'film, norms': () => build({ sharing: film() }, 'group', 1),
  'film, batch norm': () => build({ sharing: film() }, 'batch', 1),
};

/** Weights that no initializer makes, so that a gamma of 1 or a beta of 0 hides nothing. */
function disturb(net: LayersModel): void {
  for (const [i, weight] of net.weights.entries()) {
    const stream = random(i, 'disturb');
    tidy(() => {
      const before = weight.read();
      const values = Float32Array.from(
        before.dataSync(),
        (value) => value * (1 + stream.uniform()) + stream.uniform() / 8,
      );
      weight.write(tensor(values, before.shape));
    });
  }
}

const numbers = (outputs: readonly Tensor[]) => outputs.map((y) => Array.from(y.dataSync()));
const predict = (net: LayersModel, training = false) => tidy(() => numbers(run(net, samples(net, 3), training)));
const weights = (net: LayersModel) =>
  net.weights.map((weight) => [weight.originalName, weight.shape, Array.from(weight.read().dataSync())]);

interface Opened {
  readonly names: readonly string[];
  readonly outputs: readonly (readonly number[])[];
  readonly error?: string;
}

let root: string;
const models = new Map<string, { model: MultitaskModel<string>; folder: string; notice?: string; opened?: Opened }>();

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tfjs-multitask-standard-'));
  for (const [name, make] of Object.entries(CASES)) {
    const model = make();
    disturb(model.net);
    const folder = join(root, String(models.size));
    const { notice } = (await model.net.save(fileSystem(folder))) as SavedModel;
    const [x] = samples(model.net, 3);
    await writeFile(join(folder, 'x.json'), JSON.stringify({ shape: x.shape, values: Array.from(x.dataSync()) }));
    x.dispose();
    models.set(name, { model, folder, notice });
  }
  const script = fileURLToPath(new URL('open.mjs', import.meta.url));
  const folders = [...models.values()].map(({ folder }) => folder);
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...folders], { maxBuffer: 2 ** 28 });
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
  for (const [i, entry] of [...models.values()].entries()) entry.opened = JSON.parse(lines[i]);
});

afterAll(async () => {
  for (const { model } of models.values()) model.dispose();
  await rm(root, { recursive: true });
});

describe.each(Object.keys(CASES))('%s', (name) => {
  it('opens with tfjs-layers alone and predicts the same', () => {
    const { model, opened, notice } = models.get(name)!;
    expect(opened?.error).toBeUndefined();
    expect(notice).toBeUndefined();
    expect(opened?.names).toEqual(model.tasks);
    for (const [i, y] of predict(model.net).entries()) {
      expect(opened?.outputs[i]).toHaveLength(y.length);
      const scale = Math.max(1, ...y.map(Math.abs));
      for (const [k, value] of y.entries()) {
        expect(Math.abs(value - (opened?.outputs[i][k] ?? Number.NaN)) / scale, `output ${i}, ${k}`).toBeLessThan(1e-5);
      }
    }
  });

  it('is loaded by this library as it was: weights, predictions, losses and dropout masks, to the bit', async () => {
    const { model, folder } = models.get(name)!;
    const loaded = await loadMultitask(fileSystem(folder));
    expect(weights(loaded.net)).toEqual(weights(model.net));
    expect(loaded.net.layers.map((layer) => layer.getClassName())).toEqual(
      model.net.layers.map((layer) => layer.getClassName()),
    );
    expect(predict(loaded.net)).toEqual(predict(model.net));
    for (const { net } of [loaded, model]) setDropoutStep(net, 7);
    expect(predict(loaded.net, true)).toEqual(predict(model.net, true));
    const losses = (net: LayersModel) => tidy(() => numbers(net.calculateLosses()));
    expect(losses(loaded.net)).toEqual(losses(model.net));
    loaded.dispose();
  });
});
