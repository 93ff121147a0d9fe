import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { initializers, input, layers, model as layersModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeAll, expect, it } from 'vitest';
import { fromLayersModel } from '../../src/models/index';
import { fileSystem, readImage, writePng } from '../../src/node/index';
import { useCpu } from '../support/cpu';
import { run, useFolder } from './support';

useCpu();
const at = useFolder();

/** 0 on the left, 255 on the right. */
const half = (height: number, width: number) => ({
  data: Uint8Array.from({ length: height * width }, (_, i) => (i % width < width / 2 ? 0 : 255)),
  shape: [height, width, 1],
});

const { constant } = initializers;
const conv = (
  name: string,
  filters: number,
  kernel: number,
  bias: number,
  activation: 'sigmoid' | 'linear' | 'softmax',
) =>
  layers.conv2d({
    ...{ name, filters, kernelSize: 1, activation },
    kernelInitializer: constant({ value: kernel }),
    biasInitializer: constant({ value: bias }),
  });

/** `mean`: of all pixels; `bright`: sigmoid(20 x - 10) of each; `copy`: each pixel; `pair`: two numbers for each. */
async function saveModel(folder: string, side: number | null): Promise<void> {
  const x = input({ shape: [side, side, 1], name: 'input' });
  const average = layers.globalAveragePooling2d({}).apply(x) as SymbolicTensor;
  const dense = layers.dense({ name: 'mean', units: 1, kernelInitializer: 'ones' }).apply(average) as SymbolicTensor;
  const outputs = [
    dense,
    ...[conv('bright', 1, 20, -10, 'sigmoid'), conv('copy', 1, 1, 0, 'linear'), conv('pair', 2, 1, 0, 'linear')].map(
      (layer) => layer.apply(x) as SymbolicTensor,
    ),
  ];
  const net = layersModel({ inputs: x, outputs });
  await net.save(fileSystem(folder));
  net.dispose();
}

beforeAll(async () => {
  await saveModel(at('model'), 4);
  await saveModel(at('any'), null);
  await writePng(at('images', 'a.png'), half(4, 4));
  await writePng(at('images', 'sub', 'b.png'), half(8, 16));
  await writePng(at('broken', 'c.png'), half(4, 4));
  await writeFile(at('broken', 'a.png'), 'no image');
  await writeFile(at('broken', 'z.png'), '');
  await writeFile(at('images.csv'), 'patient,image\n1,images/sub/b.png\n');
});

const predict = (...args: readonly string[]) => run('predict', at('model'), ...args);
const table = (...path: readonly string[]) => readFile(at(...path), 'utf8');

it('writes a row for each image below a folder, and pictures of the size of each image', async () => {
  const { code, stdout, stderr } = await predict(at('images'), '--out', at('out'));
  expect([code, stdout]).toEqual([0, expect.stringContaining('2 images on cpu')]);
  expect(stderr).toContain('Not written, as these are neither numbers nor pictures: pair (value, 4 x 4 x 2).');
  expect(await table('out', 'predictions.csv')).toBe(
    'id,mean,bright,copy\n' +
      'a.png,0.5,bright/a.png.png,copy/a.png.png\n' +
      'sub/b.png,0.5,bright/sub/b.png.png,copy/sub/b.png.png\n',
  );
  const [mask, large] = [
    await readImage(at('out', 'bright', 'a.png.png')),
    await readImage(at('out', 'bright', 'sub', 'b.png.png')),
  ];
  expect([...mask.data]).toEqual([...half(4, 4).data].map((value) => value / 255));
  expect(large.shape).toEqual([8, 16, 1]);
  expect([large.data[0], large.data[15]]).toEqual([0, 1]);
  expect((await readdir(at())).filter((name) => name.includes('tfmt-tmp'))).toEqual([]);
});

it('takes a threshold for a mask: sigmoid(20 x - 10) of a black pixel is 4.5e-5', async () => {
  await predict(at('images', 'a.png'), '--out', at('low'), '--threshold', 'bright=0.00004');
  expect([...(await readImage(at('low', 'bright', 'a.png.png'))).data]).toEqual(Array(16).fill(1));
});

it('writes JSON by the line, of the images that a manifest names', async () => {
  const { stdout } = await predict(at('images.csv'), '--out', at('lines'), '--format', 'jsonl', '--json');
  const id = 'images/sub/b.png';
  expect(JSON.parse(await table('lines', 'predictions.jsonl'))).toEqual({
    ...{ id, mean: 0.5, bright: `bright/${id}.png`, copy: `copy/${id}.png` },
  });
  expect(JSON.parse(stdout)).toMatchObject({ images: 1, failed: [], tasks: ['mean', 'bright', 'copy'] });
});

it('ends at an image that cannot be read, and leaves nothing, or lists it and goes on', async () => {
  const ended = await predict(at('broken'), '--out', at('ended'));
  expect([ended.code, ended.stdout]).toEqual([1, '']);
  expect(ended.stderr).toMatch(/a\.png: expected a PNG, JPEG or TIFF image, found text .*--on-error skip/);
  expect((await readdir(at())).filter((name) => name === 'ended' || name.includes('tfmt-tmp'))).toEqual([]);

  for (const batch of ['1', '8']) {
    const { code } = await predict(at('broken'), '--out', at('skipped', batch), '--on-error', 'skip', '--batch', batch);
    const rows = (await table('skipped', batch, 'predictions.csv')).trim().split('\n');
    expect(code).toBe(0);
    expect(rows.map((row) => row.split(',').slice(0, 2))).toEqual([
      ['id', 'mean'],
      ['a.png', ''],
      ['c.png', '0.5'],
      ['z.png', ''],
    ]);
    expect(rows[3]).toContain('found an empty file');
  }
});

it('shards have each image once, and a shard may have none', async () => {
  const shards = ['1/3', '2/3', '3/3'];
  const rows: string[][] = [];
  for (const [i, shard] of shards.entries()) {
    const { code } = await predict(at('images'), '--out', at('shards', `${i}`), '--shard', shard);
    expect(code).toBe(0);
    rows.push((await table('shards', `${i}`, 'predictions.csv')).trim().split('\n').slice(1));
  }
  expect(rows.map((own) => own.map((row) => row.split(',')[0]))).toEqual([['a.png'], ['sub/b.png'], []]);
});

it('asks for the size where the model takes any', async () => {
  const any = (...args: readonly string[]) => run('predict', at('any'), at('images'), ...args);
  expect((await any('--out', at('any1'))).stderr).toContain('say which with --size, such as --size 256x256.');
  expect((await any('--out', at('any2'), '--size', '8x8')).code).toBe(0);
  const fixed = await predict(at('images'), '--out', at('any3'), '--size', '8x8');
  expect(fixed.stderr).toContain('--size is for models that take any; this one takes 4 x 4.');
});

it('replaces nothing: --out is new or empty, and no folder among the images', async () => {
  await mkdir(at('empty'));
  await writePng(at('mine', 'a.png'), half(4, 4));
  const image = at('images', 'a.png');
  expect((await predict(image, '--out', at('empty'))).code).toBe(0);
  const refused = [
    [await predict(image, '--out', at('mine')), 'expected a new or an empty folder, found a file in it'],
    [await predict(image, '--out', image), 'expected a folder outside of'],
    [await predict(image, '--out', at('images', 'a.png', 'out')), 'expected a folder outside of'],
    [await predict(at('images'), '--out', at('images', 'out')), 'where pictures would be taken for images'],
    [await predict(at('images'), '--out', at('images')), 'expected a folder outside of'],
  ] as const;
  for (const [{ code, stderr }, said] of refused) {
    expect(code).toBe(1);
    expect(stderr).toContain(said);
  }
  expect(await readdir(at('mine'))).toEqual(['a.png']);
  expect((await readdir(at('images'))).sort()).toEqual(['a.png', 'sub']);
});

it('refuses what makes no sense', async () => {
  await writeFile(at('outside.csv'), 'image\n../a.png\n');
  await writeFile(at('columns.csv'), 'path\na.png\n');
  const image = at('images', 'a.png');
  const refused = [
    [await predict(at('nothing.png'), '--out', at('no')), 1, 'nothing.png: expected images: ENOENT'],
    [await predict(image, image, '--out', at('no')), 1, 'expected each image once, found a.png twice'],
    [await predict(at('model'), '--out', at('no')), 1, 'expected image files (PNG, JPEG, TIFF), found none'],
    [await predict(at('outside.csv'), '--out', at('no')), 1, 'line 2: expected the path of an image below'],
    [await predict(at('columns.csv'), '--out', at('no')), 1, "expected a column 'image', found 'path'"],
    [await predict(image, '--out', at('no'), '--threshold', 'lesion=1'), 1, "unknown task 'lesion'"],
    [await predict(image, '--out', at('no'), '--shard', '3/2'), 2, 'such as 2/4 for the second of four parts'],
    [await predict(image, '--out', at('no'), '--batch', '0'), 2, 'It must be 1 to 4096.'],
    [await predict(image, '--out', at('no'), '--percentiles', '9,1'), 2, 'two numbers from 0 to 100'],
    [await predict(image), 2, "required option '--out <folder>' not specified"],
    [await predict('--out', at('no')), 2, "missing required argument 'images'"],
  ] as const;
  for (const [ended, code, said] of refused) {
    expect([ended.code, ended.stderr]).toEqual([code, expect.stringContaining(said)]);
    expect(ended.stderr).toMatch(/^tfjs-multitask: .+\n$/);
  }
  expect(await readdir(at())).not.toContain('no');
});

it('says of a net without images what it takes', async () => {
  const x = input({ shape: [3] });
  const net = layersModel({ inputs: x, outputs: layers.dense({ units: 1, name: 'y' }).apply(x) as SymbolicTensor });
  await fromLayersModel(net, ['y']).net.save(fileSystem(at('vector')));
  const ended = await run('predict', at('vector'), at('images'), '--out', at('no'));
  expect([ended.code, ended.stderr]).toEqual([1, expect.stringContaining('this one takes 3.')]);
});
