import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { io, setBackend } from '@tensorflow/tfjs-core';
import { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { readExamples } from '../../scripts/docs/doc-examples.mjs';
import * as data from '../../src/data/index';
import * as exporting from '../../src/export/index';
import * as layers from '../../src/layers/index';
import * as losses from '../../src/losses/index';
import * as metrics from '../../src/metrics/index';
import * as models from '../../src/models/index';
import * as node from '../../src/node/index';
import * as paper from '../../src/paper/index';
import * as svm from '../../src/svm/index';
import * as train from '../../src/train/index';
import * as weights from '../../src/weights/index';
import { saved } from '../models/in-memory';
import { useCpu } from '../support/cpu';
import { golden } from '../weights/nets';
import { writeSafetensors } from '../weights/write-safetensors';
import { type Modules, runExample } from './run-example';

useCpu();

const MODULES: Modules = {
  '@tensorflow/tfjs-core': () => import('@tensorflow/tfjs-core'),
  '@tensorflow/tfjs-layers': () => import('@tensorflow/tfjs-layers'),
  '@tensorflow/tfjs-backend-cpu': () => import('@tensorflow/tfjs-backend-cpu'),
  '@tensorflow/tfjs-backend-wasm': () => import('@tensorflow/tfjs-backend-wasm'),
  'tfjs-backend-simd': () => import('../../packages/backend-simd/src/index'),
  'tfjs-multitask/backends': () => import('../../src/backends/index'),
  'tfjs-multitask/data': async () => data,
  'tfjs-multitask/export': async () => exporting,
  'tfjs-multitask/layers': async () => layers,
  'tfjs-multitask/losses': async () => losses,
  'tfjs-multitask/metrics': async () => metrics,
  'tfjs-multitask/models': async () => models,
  'tfjs-multitask/node': async () => node,
  'tfjs-multitask/paper': async () => paper,
  'tfjs-multitask/train': async () => train,
  'tfjs-multitask/svm': async () => svm,
  'tfjs-multitask/weights': async () => weights,
};

/** Examples that need a GPU, a network, or a package with a binary of its own; they are compiled all the same. */
const NOT_RUN = [
  'src/backends/choose/gpu-info.ts',
  'src/backends/patches/node/register-node-training-kernels.ts',
  'src/backends/patches/webgpu/register-webgpu-training-kernels.ts',
  'src/weights/pretrained/pretrained.ts',
];
const examples = readExamples();
const isRun = ({ file }: { readonly file: string }): boolean => !NOT_RUN.includes(file);

const grey = (height: number, width: number) => ({ data: new Uint8Array(height * width), shape: [height, width, 1] });

/** The files that examples read, in the folder that they run in. */
async function placeFiles(): Promise<void> {
  const flowers = ['data/flowers/rose/1.png', 'data/flowers/tulip/1.png'];
  for (const scan of ['data/scans/1.png', 'data/ct/1.png', 'scans/1.png', ...flowers])
    await node.writePng(scan, grey(512, 512));
  await node.writePng('masks/1.png', grey(512, 512));
  await node.writePng('organs.png', grey(8, 8));
  await writeFile('data/ct/manifest.csv', 'image,mask,covid,patient\n1.png,,1,anna\n');
  await writeFile('encoder.safetensors', encoderWeights());
  await copyFile(golden('small.keras'), 'model.keras');
}

/** Those of `UNetEncoder({ filters: [2, 4] })` for one channel, as PyTorch stores them. */
function encoderWeights(): Uint8Array {
  const kernels = { 'level1.conv1': [2, 1], 'level1.conv2': [2, 2], 'level2.conv1': [4, 2], 'level2.conv2': [4, 4] };
  const tensors = Object.entries(kernels).flatMap(([layer, [out, channels]]) => [
    [`${layer}.weight`, [[out, channels, 3, 3], Array(out * channels * 9).fill(0.1)]] as const,
    [`${layer}.bias`, [[out], Array(out).fill(0)]] as const,
  ]);
  return writeSafetensors(Object.fromEntries(tensors));
}

/** What a URL of a model returns. */
async function serveModel(): Promise<(url: string) => Promise<Response>> {
  const tasks = ['segmentation', 'classification'] as const;
  const { net } = paper.amyar2020({ inputShape: [16, 16, 1], filters: 2, tasks });
  const { modelTopology, weightSpecs, weightData } = await (await saved(net)).load!();
  const manifest = { modelTopology, weightsManifest: [{ paths: ['weights.bin'], weights: weightSpecs }] };
  const weights = io.CompositeArrayBuffer.join(weightData as ArrayBuffer);
  return async (url) => (url.endsWith('.json') ? Response.json(manifest) : new Response(weights));
}

/** A stated number holds to its last digit. */
function expectLike(value: unknown, stated: unknown, statement: string): void {
  if (Array.isArray(stated)) {
    const list = Array.from(value as ArrayLike<unknown>);
    expect(list, statement).toHaveLength(stated.length);
    for (const [i, one] of stated.entries()) expectLike(list[i], one, statement);
  } else if (typeof stated === 'object' && stated !== null) {
    expect(Object.keys(value as object).sort(), statement).toEqual(Object.keys(stated).sort());
    for (const [key, one] of Object.entries(stated))
      expectLike((value as Record<string, unknown>)[key], one, statement);
  } else if (typeof stated === 'number') {
    const decimals = /\.(\d+)$/.exec(`${stated}`)?.[1].length ?? 0;
    const tolerance = decimals === 0 ? 1e-6 * Math.max(1, Math.abs(stated)) : 0.51 * 10 ** -decimals;
    expect(Math.abs((value as number) - stated), `${statement}: got ${value}`).toBeLessThanOrEqual(tolerance);
  } else {
    expect(typeof value === 'number' && !Number.isFinite(value) ? `${value}` : value, statement).toEqual(stated);
  }
}

/** Of a tensor its shape, or what it holds. */
async function check(value: unknown, literal: string, statement: string): Promise<void> {
  const stated: unknown = JSON.parse(literal);
  if (value instanceof SymbolicTensor) return expectLike(value.shape, stated, statement);
  if (!(value instanceof tf.Tensor)) return expectLike(value, stated, statement);
  if (literal !== JSON.stringify(value.shape)) expectLike(await value.data(), stated, statement);
}

describe('the examples in the doc comments', () => {
  const before = process.cwd();
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tfjs-multitask-examples-'));
    process.chdir(folder);
    await placeFiles();
    vi.stubGlobal('fetch', await serveModel());
    for (const method of ['log', 'table', 'warn'] as const) vi.spyOn(console, method).mockImplementation(() => {});
    vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  });
  beforeEach(async () => void (await setBackend('cpu')));
  afterAll(async () => {
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
    process.chdir(before);
    await rm(folder, { recursive: true });
  });

  it('stand at every function and class that is exported', () => {
    const exported = Object.entries({
      ...data,
      ...layers,
      ...losses,
      ...metrics,
      ...models,
      ...node,
      ...paper,
      ...train,
      ...weights,
      ...exporting,
    });
    const functions = exported.flatMap(([name, value]) => (typeof value === 'function' ? [name] : []));
    const code = examples.map((example) => example.code).join('\n');
    expect(functions.filter((name) => !new RegExp(`\\b${name}\\(`).test(code))).toEqual([]);
  });

  it.each(examples.filter(isRun))('$file:$line runs', async ({ code }) => {
    await runExample(code, MODULES, check);
  });

  it('that state another value are found', async () => {
    const wrong = "import { holm } from 'tfjs-multitask/metrics';\nholm([0.01, 0.04, 0.03]); // [0.03, 0.06, 0.07]\n";
    await expect(runExample(wrong, MODULES, check)).rejects.toThrow('holm([0.01, 0.04, 0.03]);: got 0.06');
  });
});
