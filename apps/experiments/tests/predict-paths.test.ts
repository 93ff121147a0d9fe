import { link, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import sharp from 'sharp';
import { manifestDataset, paperColumns, writePng } from 'tfjs-multitask/node';
import { describe, expect, it } from 'vitest';
import { listImages } from '../src/predict/list-images';
import { predictFolder } from '../src/predict/predict-folder';
import type { Predictor } from '../src/predict/predictor';
import { temporaryDirectory } from './support/temporary-directory';

const path = temporaryDirectory();

/** Finds lesion everywhere. */
const predictor: Predictor = {
  size: [8, 8],
  channels: 1,
  predict: async (images) =>
    images.map(() => ({ probability: 0.5, lesion: { data: new Float32Array(64).fill(1), shape: [8, 8, 1] } })),
};

/** Images that no prediction looks like. */
async function put(...names: string[]): Promise<void> {
  for (const name of names) {
    await mkdir(dirname(path(name)), { recursive: true });
    await writePng(path(name), { data: new Uint8Array(64).fill(77), shape: [8, 8, 1] });
  }
}

async function predict(out: string, manifest?: string): Promise<string[]> {
  if (manifest !== undefined) await writeFile(path('data', 'manifest.csv'), manifest);
  const list = await listImages(path('data'), path(out));
  const options = { data: path('data'), out: path(out), threshold: 0.5, batch: 2, onError: 'skip' as const };
  await predictFolder(predictor, list, options);
  return (await readFile(path(out), 'utf8')).trimEnd().split('\n').slice(1);
}

describe('predict writes', () => {
  it('below its own folder, whatever a row calls its image', async () => {
    await put('data/a.png', 'data/a.png.png', 'data/sub/b.png');
    const before = await readFile(path('data', 'a.png.png'));
    const names = ['../data/a.png', 'sub/../a.png.png', './sub//b.png', 'sub/../../data/../../outside.png'];
    const lines = await predict('scores.csv', `image\n${names.join('\n')}\n`);
    expect(lines[0]).toBe('../data/a.png,0.5,scores-masks/a.png.png,');
    expect(lines[1]).toBe('sub/../a.png.png,0.5,scores-masks/a.png.png.png,');
    expect(lines[2]).toBe('./sub//b.png,0.5,scores-masks/sub/b.png.png,');
    expect(lines[3]).toContain('expected a path below');
    expect(await readFile(path('data', 'a.png.png'))).toEqual(before);
    expect((await readdir(path('scores-masks'))).sort()).toEqual(['a.png.png', 'a.png.png.png', 'sub']);
    expect((await readdir(path())).sort()).toEqual(['data', 'scores-masks', 'scores.csv']);
  });

  it('not over an image, a mask or the manifest', async () => {
    await put('data/a.png', 'data/mask.csv', 'data/a.csv');
    const manifest = 'image,mask\na.png,mask.csv\na.csv,\n';
    await link(path('data', 'a.csv'), path('hard.csv'));
    await symlink(path('data', 'a.csv'), path('symbolic.csv'));
    const before = await readFile(path('data', 'a.csv'));
    for (const [out, message] of [
      ['data/manifest.csv', 'is the manifest of the images; it is not replaced. Name another.'],
      ['data/mask.csv', 'is mask.csv, which is read; it is not replaced.'],
      ['data/a.csv', 'is a.csv, which is read; it is not replaced.'],
      ['hard.csv', 'is a.csv, which is read'],
      ['symbolic.csv', 'is a.csv, which is read'],
      ['data/a.png', 'is there and is no .csv file; it is not replaced.'],
    ]) {
      await expect(predict(out, manifest)).rejects.toThrow(message);
    }
    expect(await readFile(path('data', 'manifest.csv'), 'utf8')).toBe(manifest);
    for (const name of ['a.csv', 'mask.csv', 'a.png']) expect(await readFile(path('data', name))).toEqual(before);
  });

  it('no masks among images, or through a link', async () => {
    await put('data/a.png', 'data/scores-masks/b.png');
    const message = /lies in .*scores-masks, where predicted masks go\. Name another --out\.$/;
    await expect(predict('data/scores.csv', 'image\nscores-masks/b.png\n')).rejects.toThrow(message);
    await symlink(path('data'), path('scores-masks'));
    await expect(predict('scores.csv', 'image\na.png\n')).rejects.toThrow(message);
    await put('data/sub/c.png');
    await mkdir(path('other-masks'));
    await symlink(path('data', 'sub'), path('other-masks', 'sub'));
    await expect(predict('other.csv', 'image\nsub/c.png\n')).rejects.toThrow(
      /leads out of .*other-masks by a symbolic link/,
    );
    expect((await readdir(path('data', 'sub'))).sort()).toEqual(['c.png']);
    expect((await readdir(path('data'))).sort()).toEqual(['a.png', 'manifest.csv', 'scores-masks', 'sub']);
  });

  it('over what it wrote before', async () => {
    await put('data/a.png');
    expect(await predict('scores.csv', 'image\na.png\n')).toEqual(await predict('scores.csv'));
  });
});

describe('predict reads a mask as training reads it', () => {
  it('and refuses one whose EXIF orientation is not that of its image', async () => {
    await mkdir(path('data'));
    const grey = (values: number[]) =>
      sharp(Uint8Array.from(values), { raw: { width: 2, height: 2, channels: 1 } }).toColourspace('b-w');
    const stored = grey([10, 20, 30, 40]).withMetadata({ orientation: 6 });
    await stored.tiff({ compression: 'lzw' }).toFile(path('data', 'i.tif'));
    await grey([255, 0, 0, 0]).png().toFile(path('data', 'm.png'));
    const [line] = await predict('scores.csv', 'image,mask\ni.tif,m.png\n');
    const dataset = await manifestDataset(path('data'), paperColumns({ tasks: ['segmentation'] }));
    const reason = await dataset.read(0).catch((error: Error) => error.message);
    expect(reason).toContain('expected a mask with the EXIF orientation of its image i.tif, 6, found 1');
    expect(line).toContain(reason);
  });
});

describe('predict refuses', () => {
  it('to put masks into a folder without a manifest, also through a link', async () => {
    await put('data/a.png');
    await symlink(path('data'), path('link'));
    for (const out of ['data/scores.csv', 'link/new/scores.csv']) {
      await expect(listImages(path('data'), path(out))).rejects.toThrow('--out must lie outside of');
    }
    expect((await listImages(path('data'), path('data..', 'scores.csv'))).total).toBe(1);
  });

  it('a manifest that names an image twice, under whatever names', async () => {
    await put('data/a.png', 'data/b.png');
    await link(path('data', 'a.png'), path('data', 'hard.png'));
    await symlink('a.png', path('data', 'symbolic.png'));
    for (const name of ['a.png', './a.png', 'hard.png', 'symbolic.png', '../data/a.png']) {
      await expect(predict('scores.csv', `image\na.png\nb.png\n${name}\n`)).rejects.toThrow(
        `${path('data', 'manifest.csv')}, line 4: column 'image': ${name} is on line 2 already.`,
      );
    }
    await expect(predict('scores.csv', 'image\nnone.png\n./none.png\n')).rejects.toThrow('is on line 2 already');
  });
});
