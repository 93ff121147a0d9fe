import { writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { batches } from '../../../src/data/batches';
import { type ManifestDataset, manifestDataset } from '../../../src/node/manifest/manifest-dataset';
import type { ManifestDatasetOptions } from '../../../src/node/manifest/manifest-options';
import { type PaperColumnsOptions, paperColumns } from '../../../src/node/manifest/paper-columns';
import { readMask } from '../../../src/node/read-mask';
import { useCpu } from '../../support/cpu';
import { temporaryDirectory } from '../temporary-directory';

useCpu();
const path = temporaryDirectory();
type Task = 'segmentation';

/** Grey pixels with `width` in a row. */
const grey = (width: number, ...values: number[]) =>
  sharp(Uint8Array.from(values), { raw: { width, height: values.length / width, channels: 1 } }).toColourspace('b-w');

/** A dataset of these lines, with the columns image, mask and covid. */
async function open(
  lines: string,
  {
    mask,
    negativesAreEmpty,
    ...options
  }: Omit<PaperColumnsOptions<Task>, 'tasks'> & Partial<Omit<ManifestDatasetOptions<Task>, 'tasks'>>,
): Promise<ManifestDataset<Task>> {
  await writeFile(path('manifest.csv'), `image,mask,covid\n${lines}\n`);
  const columns = paperColumns({ tasks: ['segmentation'], negativesAreEmpty, mask });
  return manifestDataset(path(), { ...columns, ...options });
}

describe('masks of several classes', () => {
  const mask = { values: { 0: 0, 90: 1, 180: 2, 255: 'unknown' } } as const;

  it('are one-hot, their unknown pixels weigh 0, and all is resized alike', async () => {
    await grey(2, 9, 9, 9, 9).png().toFile(path('i.png'));
    await grey(2, 0, 180, 255, 90).png().toFile(path('m.png'));
    const dataset = await open('i.png,m.png,1', { mask, size: [2, 4] });
    const { y, weight } = await dataset.read(0);
    const [none, first, second] = [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ];
    const wide = [none, none, second, second, none, none, first, first].flat();
    expect(y.segmentation).toEqual({ data: Uint8Array.from(wide), shape: [2, 4, 3] });
    expect(weight).toEqual({ segmentation: { data: Uint8Array.of(1, 1, 1, 1, 0, 0, 1, 1), shape: [2, 4, 1] } });
  });

  it('are stacked with those that are empty, known in full or not at all', async () => {
    await grey(1, 9, 9).png().toFile(path('i.png'));
    for (const name of ['j.png', 'k.png', 'l.png']) await grey(1, 8, 8).png().toFile(path(name));
    await grey(1, 255, 90).png().toFile(path('m.png'));
    await grey(1, 180, 0).png().toFile(path('n.png'));
    const options = { mask, size: [2, 1], negativesAreEmpty: true } as const;
    const dataset = await open('i.png,m.png,1\nj.png,n.png,1\nk.png,,0\nl.png,,1', options);
    for await (const { y, weight } of batches(dataset, { shuffle: false })(0)) {
      expect(y.segmentation?.shape).toEqual([4, 2, 1, 3]);
      const labels = [1, 0, 0, 0, 1, 0, /**/ 0, 0, 1, 1, 0, 0, /**/ 1, 0, 0, 1, 0, 0, /**/ 0, 0, 0, 0, 0, 0];
      expect([...((await y.segmentation?.data()) ?? [])]).toEqual(labels);
      expect(weight?.segmentation?.shape).toEqual([4, 2, 1, 1]);
      expect([...((await weight?.segmentation?.data()) ?? [])]).toEqual([0, 1, 1, 1, 1, 1, 0, 0]);
    }
  });

  it('are refused where a value is new', async () => {
    await grey(1, 9, 9).png().toFile(path('i.png'));
    await grey(1, 0, 91).png().toFile(path('m.png'));
    const dataset = await open('i.png,m.png,1', { mask, size: [2, 1] });
    await expect(dataset.read(0)).rejects.toThrow(`${path('m.png')}: expected the values 0, 90, 180, 255`);
  });
});

describe('the EXIF orientation of images and masks', () => {
  const put = (name: string, orientation: number, width: number, ...values: number[]) =>
    grey(width, ...values)
      .withMetadata({ orientation })
      .tiff({ compression: 'lzw' })
      .toFile(path(name));
  const read = async (check: 'files' | 'headers' = 'files') =>
    (await open('i.tif,m.tif,1', { size: [2, 2], check })).read(0);

  it('turns both where both have it', async () => {
    await put('i.tif', 6, 2, 10, 20, 30, 40);
    await put('m.tif', 6, 2, 1, 0, 0, 0);
    const { x, y } = await read('headers');
    // orientation 6: shown turned to the right by a quarter, so that the top left pixel is at the top right
    expect([...x.data].map((value) => Math.round(value * 255))).toEqual([30, 10, 40, 20]);
    expect([...(y.segmentation?.data ?? [])]).toEqual([0, 1, 0, 0]);
  });

  it.each([3, 6, 8, 2])('refuses a square mask without the orientation %i of its image', async (orientation) => {
    await put('i.tif', orientation, 2, 10, 20, 30, 40);
    await grey(2, 1, 0, 0, 0).png().toFile(path('m.tif'));
    const said =
      `${path('m.tif')}: expected a mask with the EXIF orientation of its image i.tif, ${orientation}, found 1: nothing ` +
      'tells whether it was drawn on the image as stored or as shown. Save both upright.';
    await expect(read()).rejects.toThrow(said);
    await expect(read('headers')).rejects.toThrow(said);
    await expect(readMask('m.tif', { root: path(), image: 'i.tif' })).rejects.toThrow(said);
    expect((await readMask('m.tif', { root: path() })).label.data).toEqual(Uint8Array.of(1, 0, 0, 0));
    await grey(2, 1, 2, 3, 4).png().toFile(path('i.tif'));
    await put('m.tif', orientation, 2, 1, 0, 0, 0);
    await expect(read()).rejects.toThrow(`image i.tif, 1, found ${orientation}:`);
  });

  it('lets the sides of a long mask tell that it was drawn on the upright image', async () => {
    await put('i.tif', 6, 2, 1, 2, 3, 4, 5, 6); // stored 3 x 2, shown 2 x 3
    await grey(3, 1, 0, 0, 0, 0, 1).png().toFile(path('m.tif'));
    expect((await read()).y.segmentation?.shape).toEqual([2, 2, 1]);
    await grey(2, 1, 0, 0, 0, 0, 1).png().toFile(path('m.tif'));
    await expect(read()).rejects.toThrow(
      'expected a mask of the size of its image i.tif, 2 x 3 (height x width), turned by its EXIF orientation 6, found 3 x 2.',
    );
    // turned by a half, the sides stay and tell nothing
    await put('i.tif', 3, 2, 1, 2, 3, 4, 5, 6);
    await expect(read()).rejects.toThrow('expected a mask with the EXIF orientation of its image i.tif, 3, found 1:');
  });
});

describe('TIFF stacks in a manifest', () => {
  async function putStack(name: string, ...pages: number[][]): Promise<void> {
    const files = await Promise.all(
      pages.map((page) =>
        grey(2, ...page)
          .toColourspace('srgb')
          .png()
          .toBuffer(),
      ),
    );
    await sharp(files, { join: { animated: true } })
      .tiff({ compression: 'deflate' })
      .toFile(path(name));
  }

  it('have a row for each page, of image and mask alike', async () => {
    await putStack('i.tif', [10, 20], [30, 40], [50, 60]);
    await putStack('m.tif', [0, 0], [255, 0], [0, 255]);
    await writeFile(path('manifest.csv'), 'image,mask,covid,z\ni.tif,m.tif,1,2\ni.tif,m.tif,1,0\n');
    const dataset = await manifestDataset(path(), { ...paperColumns(), page: 'z', size: [1, 2], check: 'headers' });
    expect(dataset.rows.map(({ id }) => id)).toEqual(['i.tif page 2', 'i.tif page 0']);
    const { x, y } = await dataset.read(0);
    expect([...x.data].map((value) => Math.round(value * 255))).toEqual([50, 60]);
    expect([...(y.segmentation?.data ?? [])]).toEqual([0, 1]);
  });

  it('are refused without a page, with another one, and with one twice', async () => {
    await putStack('i.tif', [10, 20], [30, 40]);
    const dataset = await open('i.tif,,1', { size: [1, 2] });
    await expect(dataset.read(0)).rejects.toThrow('expected one image, found a stack of 2 pages');
    const paged = async (...pages: string[]) => {
      await writeFile(
        path('manifest.csv'),
        `image,mask,covid,z\n${pages.map((page) => `i.tif,,1,${page}`).join('\n')}\n`,
      );
      return manifestDataset(path(), { ...paperColumns(), page: 'z', size: [1, 2] });
    };
    await expect((await paged('2')).read(0)).rejects.toThrow('expected a page 2 (the first is 0), found 2 pages.');
    await expect(paged('1', '0', '1')).rejects.toThrow(
      "line 4 (i.tif page 1): column 'image': i.tif page 1 is there already: line 2 (i.tif page 1).",
    );
    await expect(paged('-1')).rejects.toThrow(
      "line 2 (i.tif): column 'z': expected the number of a page, from 0 on, or a blank, found '-1'.",
    );
  });
});

describe('cells of a manifest', () => {
  const classesOf = async (...cells: string[]) => {
    for (const [i] of cells.entries())
      await grey(1, 1)
        .png()
        .toFile(path(`${i}.png`));
    await writeFile(
      path('manifest.csv'),
      `image,covid, "patient" \n${cells.map((cell, i) => `${i}.png,${cell}`).join('\n')}\n`,
    );
    return manifestDataset(path(), { ...paperColumns({ tasks: ['classification'] }), size: [1, 1], group: 'patient' });
  };

  it('are unknown where they hold blanks of any kind, quoted or not', async () => {
    const dataset = await classesOf('" ", 7', '"\t","7 "', '\u00a0,"\u2003"', '"",', '"1 "," 8"', ' 0.0 ,8');
    expect(dataset.rows.map(({ tasks }) => tasks.length)).toEqual([0, 0, 0, 0, 1, 1]);
    expect(dataset.rows.map(({ group }) => group)).toEqual(['7', '7', undefined, undefined, '8', '8']);
    expect((await dataset.read(4)).y.classification?.data[0]).toBe(1);
    expect((await dataset.read(5)).y.classification?.data[0]).toBe(0);
  });

  it.each(['0x1', '1e0', '0b1', '+1', '-0', '.0', '1.', '1.00001', 'Infinity', 'false', '01'])(
    'are refused as a class where they hold %s',
    async (cell) => {
      await expect(classesOf(`${cell},7`)).rejects.toThrow(
        `manifest.csv, line 2 (0.png): column 'covid': expected '0', '1' or a blank (unknown), found '${cell}'.`,
      );
    },
  );
});
