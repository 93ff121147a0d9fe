import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { writePng } from 'tfjs-multitask/node';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { chunksOf, rowsOf } from '../src/predict/chunks';
import { listImages } from '../src/predict/list-images';
import type { PredictOptions } from '../src/predict/options';
import { type FolderResult, predictFolder } from '../src/predict/predict-folder';
import { predictShard } from '../src/predict/predict-shard';
import type { Predictor } from '../src/predict/predictor';
import { temporaryDirectory } from './support/temporary-directory';

const path = temporaryDirectory();
const SIDE = 4;
const IMAGES = 600;

/** Its probability is the mean brightness, its lesion what is bright. */
const predictor: Predictor = {
  size: [SIDE, SIDE],
  channels: 1,
  predict: async (images) =>
    images.map(({ data }) => ({
      probability: (data as Float32Array).reduce((a, b) => a + b, 0) / data.length,
      lesion: { data: Float32Array.from(data), shape: [SIDE, SIDE, 1] },
    })),
};

/** Images of many brightnesses, half of them with a class, some with a mask, one damaged, one of an odd name. */
async function makeImages(): Promise<void> {
  await mkdir(path('data'));
  const rows = ['image,mask,covid'];
  const png = (values: (i: number) => number) => ({
    data: Uint8Array.from({ length: SIDE * SIDE }, (_, i) => values(i)),
    shape: [SIDE, SIDE, 1],
  });
  for (let k = 0; k < IMAGES; k++) {
    const name = k === 3 ? 'an "odd", name.png' : `${k}.png`;
    await writePng(
      path('data', name),
      png((i) => (i * 16 + k * 7) % 256),
    );
    if (k === 5) await writeFile(path('data', name), 'damaged');
    const mask = k % 40 === 0 ? `mask-${k}.png` : '';
    if (mask !== '')
      await writePng(
        path('data', mask),
        png((i) => (i < 8 ? 255 : 0)),
      );
    rows.push(`"${name.replaceAll('"', '""')}",${mask},${k % 2 === 0 ? (k % 4 === 0 ? 1 : 0) : ''}`);
  }
  await writeFile(path('data', 'manifest.csv'), `${rows.join('\n')}\n`);
}

function optionsFor(out: string, changes: Partial<PredictOptions> = {}): PredictOptions {
  const where = { model: '', data: path('data'), out: path(out), backend: undefined };
  return { ...where, threshold: 0.5, flips: false, batch: 8, onError: 'skip', ...changes };
}

const never = new AbortController().signal;

async function shard(out: string, index: number, count: number, changes: Partial<PredictOptions> = {}) {
  const options = { ...optionsFor(out, changes), shard: { index, count } };
  const list = await listImages(options.data, options.out);
  return predictShard({ predictor, list, model: 'a digest', backend: 'cpu' }, options, never);
}

async function whole(out: string): Promise<FolderResult> {
  return predictFolder(predictor, await listImages(path('data'), path(out)), optionsFor(out));
}

beforeEach(async () => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  vi.spyOn(console, 'log').mockReturnValue(undefined);
  await makeImages();
});
afterEach(() => vi.restoreAllMocks());

describe('predict --shard', () => {
  it('gives the file, the masks and the scores of one command, in whatever order the shards come', async () => {
    const expected = await whole('whole/scores.csv');
    expect(await shard('parts/scores.csv', 2, 3)).toBeUndefined();
    expect(await shard('parts/scores.csv', 3, 3)).toBeUndefined();
    expect((await readdir(path('parts', 'scores-parts'))).sort()).toEqual([
      '000000256-000000512.csv',
      '000000512-000000600.csv',
      'parts.json',
    ]);
    expect(await shard('parts/scores.csv', 1, 3)).toEqual(expected);
    expect(expected).toMatchObject({ images: IMAGES, failed: 1, scores: { auc: { n: 300 }, dice: { n: 15 } } });
    const read = (folder: string, file: string) => readFile(path(folder, file));
    expect(await read('parts', 'scores.csv')).toEqual(await read('whole', 'scores.csv'));
    const masks = await readdir(path('whole', 'scores-masks'));
    expect(masks).toHaveLength(IMAGES - 1);
    expect((await readdir(path('parts', 'scores-masks'))).sort()).toEqual(masks.sort());
    for (const mask of masks.slice(0, 20)) {
      expect(await read('parts', `scores-masks/${mask}`)).toEqual(await read('whole', `scores-masks/${mask}`));
    }
    expect(await readdir(path('parts'))).not.toContain('scores-parts');
  });

  it('does what is missing, and refuses parts of other settings or images', async () => {
    await shard('scores.csv', 1, 2);
    const predict = vi.spyOn(predictor, 'predict');
    await shard('scores.csv', 1, 2);
    expect(predict).not.toHaveBeenCalled();
    await expect(shard('scores.csv', 2, 2, { threshold: 0.7 })).rejects.toThrow(
      `${path('scores-parts')}: holds parts of another prediction: threshold was 0.5, and is 0.7 now. Repeat what was`,
    );
    await writePng(path('data', '599.png'), { data: new Uint8Array(2 * SIDE * SIDE), shape: [SIDE, 2 * SIDE, 1] });
    await expect(shard('scores.csv', 2, 2)).rejects.toThrow('holds parts of another prediction: images was');
  });

  it('has whole batches in each chunk, and refuses a chunk of other images', async () => {
    const list = await listImages(path('data'), path('scores.csv'));
    const chunks = await chunksOf(list, { data: path('data'), batch: 100 });
    expect(chunks.map(({ from, to }) => [from, to])).toEqual([
      [0, 300],
      [300, 600],
    ]);
    const own = await rowsOf(list, path('data'), chunks[1]);
    const names: string[] = [];
    for await (const { image } of own.rows()) names.push(image);
    expect(names).toEqual(Array.from({ length: 300 }, (_, i) => `${300 + i}.png`));
    await writeFile(path('data', '300.png'), 'another');
    await expect(rowsOf(list, path('data'), chunks[1])).rejects.toThrow(
      `${path('data')}: images 301 to 600 are not those of which the work was made; use the same data.`,
    );
  });
});
