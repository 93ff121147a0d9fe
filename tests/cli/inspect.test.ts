import { readFile } from 'node:fs/promises';
import { beforeAll, expect, it } from 'vitest';
import { toSafetensors } from '../../src/export/index';
import { fileSystem, writeBytes } from '../../src/node/index';
import { unet } from '../../src/paper/index';
import { useCpu } from '../support/cpu';
import { run, useFolder } from './support';

useCpu();
const at = useFolder();

beforeAll(async () => {
  const model = unet({ inputShape: [16, 16, 1], filters: [2, 3], norm: 'batch', seed: 1 });
  await model.net.save(fileSystem(at('model')));
  const [weights] = await toSafetensors(model);
  await writeBytes(at('model.safetensors'), weights);
  model.dispose();
});

it('shows tasks, layers and totals in words, and writes a drawing', async () => {
  const { code, stdout, stderr } = await run('inspect', at('model'), '--mermaid', at('net.mmd'));
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^segmentation +probability +16 x 16 x 1$/m);
  // 3 x 3 x 1 x 2 weights, 2 operations each at 256 pixels: 9216
  expect(stdout).toMatch(/^encoder\/level1\/conv1 +Conv2D +16 x 16 x 2 +18 +18 +9\.22 k +2\.05 kB$/m);
  expect(stdout).toMatch(/^└─|^segmentation/m);
  expect(await readFile(at('net.mmd'), 'utf8')).toMatch(/^flowchart TB\n/);
});

it('gives programs JSON whose totals are sums', async () => {
  const { code, stdout } = await run('inspect', at('model', 'model.json'), '--json');
  const { layers, totals, tasks, inputs } = JSON.parse(stdout);
  expect(code).toBe(0);
  expect(inputs).toEqual([{ name: 'input', shape: [16, 16, 1] }]);
  expect(tasks).toEqual([{ task: 'segmentation', kind: 'probability', width: 1, shape: [16, 16, 1] }]);
  const sum = (key: string) => layers.reduce((total: number, layer: Record<string, number>) => total + layer[key], 0);
  expect(totals).toMatchObject({ flops: sum('flops'), bytes: sum('bytes'), parameters: sum('parameters') });
  // a batch norm of 2 channels has 8 numbers, of which training changes 4 by their gradients
  expect(layers.find(({ name }: { name: string }) => name === 'encoder/level1/norm1')).toMatchObject({
    ...{ className: 'BatchNormalization', parameters: 8, trainable: 4, flops: 2 * 512, bytes: 4 * 512 },
  });
});

it('lists the tensors of a file of weights', async () => {
  const { code, stdout } = await run('inspect', at('model.safetensors'), '--json');
  const { format, tensors, values } = JSON.parse(stdout);
  expect([code, format]).toEqual([0, 'safetensors']);
  expect(tensors[0]).toEqual({ name: 'encoder/level1/conv1.weight', shape: [2, 1, 3, 3], dtype: 'float32' });
  expect(values).toBe(
    tensors.reduce((sum: number, { shape }: { shape: number[] }) => sum + shape.reduce((a, b) => a * b, 1), 0),
  );
});

it.each([
  [['inspect', 'nothing/here'], 1, 'expected a saved model, found no nothing/here/model.json'],
  [['inspect', 'nothing.onnx'], 1, 'nothing.onnx'],
  [['inspect', 'package.json'], 1, 'found JSON without modelTopology'],
  [['inspect', 'x', '--mermaid', 'x.svg'], 2, "--mermaid must end in .mmd, got 'x.svg'"],
  [['inspect', 'x.onnx', '--size', '8x8'], 2, '--mermaid and --size are for models'],
  [['inspect', 'x', '--size', '8'], 2, 'It must be height and width, such as 256x256.'],
  [['inspect'], 2, "missing required argument 'model'"],
])('%j ends with %d and a line that says %s', async (args, code, message) => {
  const ended = await run(...args);
  expect([ended.code, ended.stdout]).toEqual([code, '']);
  expect(ended.stderr).toMatch(/^tfjs-multitask: .+\n$/);
  expect(ended.stderr).toContain(message);
});
