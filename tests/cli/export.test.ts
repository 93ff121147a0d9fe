import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { unzipSync } from 'fflate';
import { beforeAll, expect, it } from 'vitest';
import { toKeras, toOnnx, toSafetensors } from '../../src/export/index';
import { fileSystem } from '../../src/node/index';
import { unet } from '../../src/paper/index';
import type { MultitaskModel } from '../../src/types';
import { useCpu } from '../support/cpu';
import { run, useFolder } from './support';

useCpu();
const at = useFolder();
let model: MultitaskModel<'segmentation'>;

beforeAll(async () => {
  model = unet({ inputShape: [16, 16, 1], filters: [2, 3], norm: 'batch', seed: 1 });
  await model.net.save(fileSystem(at('model')));
});

const bytes = (path: string): Promise<Uint8Array> => readFile(path).then((buffer) => new Uint8Array(buffer));

it('writes what toOnnx returns for the same options', async () => {
  const options = [
    '--layout',
    'NCHW',
    '--fold-batch-norm',
    '--preprocessing',
    'grey / 255',
    '--threshold',
    'segmentation=0.4',
  ];
  const { code, stdout } = await run('export', at('model'), '--out', at('a.onnx'), ...options, '--json');
  const expected = await toOnnx(model, {
    ...{ layout: 'NCHW', foldBatchNorm: true, preprocessing: 'grey / 255', thresholds: { segmentation: 0.4 } },
  });
  expect(code).toBe(0);
  expect(await bytes(at('a.onnx'))).toEqual(expected);
  expect(JSON.parse(stdout)).toEqual({
    ...{ to: 'onnx', tasks: ['segmentation'], written: [{ file: at('a.onnx'), bytes: expected.length }] },
  });
});

it('writes a .keras file, and for PyTorch weights and a module', async () => {
  const ended = [
    await run('export', at('model'), '--to', 'keras', '--out', at('a.keras')),
    await run('export', at('model'), '--out', at('a.safetensors')),
    await run('export', at('model'), '--out', at('a.safetensors')),
  ];
  expect(ended.map(({ code, stderr }) => [code, stderr])).toEqual([
    [0, ''],
    [0, ''],
    [0, ''],
  ]);
  const [written, expected] = [await bytes(at('a.keras')), await toKeras(model)].map((file) => unzipSync(file));
  expect(written['config.json']).toEqual(expected['config.json']);
  expect(written['model.weights.h5'].length).toBe(expected['model.weights.h5'].length);
  const [weights, source] = await toSafetensors(model);
  expect(await bytes(at('a.safetensors'))).toEqual(weights);
  expect(await readFile(at('a.py'), 'utf8')).toBe(source);
});

it('leaves what is in the way, and nothing beside it', async () => {
  await mkdir(at('there', 'folder.onnx'), { recursive: true });
  await writeFile(at('there', 'mine.py'), 'print("mine")\n');
  await writeFile(at('there', 'file'), '');
  const ended = [
    await run('export', at('model'), '--out', at('there', 'folder.onnx')),
    await run('export', at('model'), '--out', at('there', 'mine.safetensors')),
    await run('export', at('model'), '--out', at('there', 'file', 'a.onnx')),
    await run('export', at('model'), '--out', at('there', 'a.onnx'), '--threshold', 'lesion=0.5'),
  ];
  expect(ended.map(({ code }) => code)).toEqual([1, 1, 1, 1]);
  const said = [
    'expected the name of a file, found a folder',
    'is no earlier export',
    'could not write',
    "unknown task 'lesion'",
  ];
  for (const [i, { stderr }] of ended.entries()) expect(stderr).toContain(said[i]);
  expect((await readdir(at('there'))).sort()).toEqual(['file', 'folder.onnx', 'mine.py']);
  expect(await readFile(at('there', 'mine.py'), 'utf8')).toBe('print("mine")\n');
});

it.each([
  [['--out', 'model.json'], "--out must end in .onnx, .keras, .safetensors, got 'model.json'"],
  [['--out', 'a.onnx', '--to', 'keras'], "--out must end in .keras, got 'a.onnx'"],
  [['--out', 'a.onnx', '--to', 'tflite'], "'tflite' is invalid. Allowed choices are onnx, keras, safetensors."],
  [['--out', 'a.keras', '--layout', 'NCHW'], '--layout NCHW is for onnx and safetensors'],
  [['--out', 'a.onnx', '--threshold', 'lesion'], 'It must be a task and a number, such as lesion=0.5.'],
  [['--out', 'a.onnx', '--fold-batchnorm'], "unknown option '--fold-batchnorm' (Did you mean --fold-batch-norm?)"],
  [[], "required option '--out <file>' not specified"],
])('%j is not understood', async (args, message) => {
  const ended = await run('export', 'model', ...args);
  expect([ended.code, ended.stdout]).toEqual([2, '']);
  expect(ended.stderr).toMatch(/^tfjs-multitask: .+\n$/);
  expect(ended.stderr).toContain(message);
});
