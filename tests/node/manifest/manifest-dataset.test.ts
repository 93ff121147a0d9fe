import { copyFile, link, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { batches } from '../../../src/data/batches';
import { split } from '../../../src/data/split';
import { manifestDataset } from '../../../src/node/manifest/manifest-dataset';
import type { ManifestDatasetOptions } from '../../../src/node/manifest/manifest-options';
import { type PaperColumnsOptions, type PaperTask, paperColumns } from '../../../src/node/manifest/paper-columns';
import { writePng } from '../../../src/node/write-png';
import type { NDArray } from '../../../src/types';
import { useCpu } from '../../support/cpu';
import { temporaryDirectory } from '../temporary-directory';

useCpu();
const path = temporaryDirectory();

function filled(height: number, width: number, value: (y: number, x: number) => number, channels = 1): NDArray {
  const pixel = (i: number) => value(Math.floor(i / channels / width), Math.floor(i / channels) % width);
  return {
    data: Uint8Array.from({ length: height * width * channels }, (_, i) => pixel(i)),
    shape: [height, width, channels],
  };
}

async function put(name: string, content: string): Promise<void> {
  await mkdir(dirname(path(name)), { recursive: true });
  await writeFile(path(name), content);
}

/** Two COVID slices (one with a mask: the left half), one negative, one of unknown class. */
async function putSamples(): Promise<void> {
  await writePng(
    path('images', '71%0.png'),
    filled(8, 8, () => 51),
  );
  await writePng(
    path('images', 'b.png'),
    filled(6, 4, () => 102, 3),
  );
  await writePng(
    path('images', 'c.png'),
    filled(4, 4, () => 255),
  );
  await writePng(
    path('images', 'd.png'),
    filled(4, 4, () => 0),
  );
  await writePng(
    path('masks', 'a.png'),
    filled(8, 8, (_, x) => (x < 4 ? 255 : 0)),
  );
  await put(
    'manifest.csv',
    'image,mask,covid,source,split,patient\n' +
      'images/71%0.png,masks/a.png,1,medseg,train,p1\n' +
      'images/b.png,,1,other,val,p2\n' +
      'images/c.png,,0,other,train,p2\n' +
      'images/d.png,,,other,train,\n',
  );
}

type Options<T extends PaperTask> = PaperColumnsOptions<T> & Partial<Omit<ManifestDatasetOptions<T>, 'tasks'>>;

/** Opens the folder with the paper's columns. */
async function open<const T extends PaperTask = PaperTask>(options: Options<T> = {}) {
  const { columns, tasks, negativesAreEmpty, mask, ...rest } = options;
  return manifestDataset(path(), { ...paperColumns({ columns, tasks, negativesAreEmpty, mask }), ...rest });
}

describe('manifestDataset', () => {
  it('gives a row for each image: its tasks, its stratum, its group, and the record behind it', async () => {
    await putSamples();
    const dataset = await open({ group: 'patient' });
    expect(dataset.rows).toEqual([
      {
        id: 'images/71%0.png',
        tasks: ['reconstruction', 'segmentation', 'classification'],
        group: 'p1',
        stratum: 'covid 1, source medseg, mask known',
      },
      {
        id: 'images/b.png',
        tasks: ['reconstruction', 'classification'],
        group: 'p2',
        stratum: 'covid 1, source other, mask unknown',
      },
      {
        id: 'images/c.png',
        tasks: ['reconstruction', 'classification'],
        group: 'p2',
        stratum: 'covid 0, source other, mask unknown',
      },
      { id: 'images/d.png', tasks: ['reconstruction'], stratum: 'covid unknown, source other, mask unknown' },
    ]);
    expect(dataset.records.map(({ split }) => split)).toEqual(['train', 'val', 'train', 'train']);
  });

  it('reads samples at one size: image and reconstruction in [0, 1], mask and class 0 or 1', async () => {
    await putSamples();
    const dataset = await open({ size: [4, 2] });
    const first = await dataset.read(0);
    expect(first.x.shape).toEqual([4, 2, 1]);
    for (const value of first.x.data) expect(value).toBeCloseTo(0.2, 6);
    expect(first.y.reconstruction).toBe(first.x);
    expect(first.y.segmentation?.shape).toEqual([4, 2, 1]);
    expect([...(first.y.segmentation?.data ?? [])]).toEqual([1, 0, 1, 0, 1, 0, 1, 0]);
    expect(first.y.classification).toEqual({ data: Uint8Array.of(1), shape: [1] });
    const last = await dataset.read(3);
    expect(Object.keys(last.y)).toEqual(['reconstruction']);
    const colours = await open({ size: [4, 2], channels: 3 });
    expect((await colours.read(0)).x.shape).toEqual([4, 2, 3]);
  });

  it('keeps to the tasks that were asked for, and needs no columns of the others', async () => {
    await putSamples();
    await put('classes.csv', 'image,covid\nimages/b.png,0.0\nimages/c.png,1.0\n');
    const options = { manifest: 'classes.csv', tasks: ['classification'] as const, size: [4, 4] as const };
    const dataset = await open(options);
    expect(dataset.rows.map(({ tasks, stratum }) => [tasks, stratum])).toEqual([
      [['classification'], 'covid 0'],
      [['classification'], 'covid 1'],
    ]);
    expect((await dataset.read(1)).y).toEqual({ classification: { data: Uint8Array.of(1), shape: [1] } });
    // @ts-expect-error a task that was not asked for is not in the samples
    expect((await dataset.read(1)).y.segmentation).toBeUndefined();
  });

  it('takes a negative without a mask for unknown, or for empty where told to', async () => {
    await putSamples();
    const options: Options<'segmentation'> = { tasks: ['segmentation'], size: [2, 2] };
    const unknown = await open(options);
    expect(unknown.rows.map(({ tasks }) => tasks.length)).toEqual([1, 0, 0, 0]);
    const empty = await open({ ...options, negativesAreEmpty: true });
    expect(empty.rows.map(({ tasks }) => tasks.length)).toEqual([1, 0, 1, 0]);
    expect((await empty.read(2)).y.segmentation).toEqual({ data: new Uint8Array(4), shape: [2, 2, 1] });
    expect((await empty.read(1)).y).toEqual({});
  });

  it('reads what spreadsheets write: a byte order mark, CRLF, quotes, spaces, blank lines, other names', async () => {
    await putSamples();
    await writePng(
      path('images', 'a, "b".png'),
      filled(4, 4, () => 255),
    );
    await put('list.csv', '\ufefffile,lesion,class\r\n"images/a, ""b"".png", ,1\r\n\r\nimages/c.png,,0\r\n');
    const dataset = await open({
      manifest: 'list.csv',
      columns: { image: 'file', mask: 'lesion', label: 'class' },
      size: [2, 2],
    });
    expect(dataset.rows.map(({ id }) => id)).toEqual(['images/a, "b".png', 'images/c.png']);
    expect([...(await dataset.read(0)).x.data]).toEqual([1, 1, 1, 1]);
    expect(dataset.records[0]).toEqual({ file: 'images/a, "b".png', lesion: '', class: '1' });
  });

  it('takes masks at the threshold that it is told', async () => {
    await putSamples();
    await writePng(
      path('masks', 'a.png'),
      filled(8, 8, (y) => (y < 4 ? 2 : 0)),
    );
    const strict = await open({ size: [2, 1] });
    await expect(strict.read(0)).rejects.toThrow(
      `${path('masks', 'a.png')}: expected a mask of the values 0 and 1, or 0 and 255, found 0, 2; say what they mean: `,
    );
    const loose = await open({ size: [2, 1], mask: { threshold: 0 } });
    expect([...((await loose.read(0)).y.segmentation?.data ?? [])]).toEqual([1, 0]);
  });

  it('feeds splits and batches', async () => {
    await putSamples();
    const dataset = await open({ size: [2, 2], group: 'patient' });
    const parts = split(dataset.rows, { fractions: { train: 0.5, test: 0.5 } });
    expect(parts.train.includes(1)).toBe(parts.train.includes(2));
    for await (const { x, y, weight } of batches(dataset, { batchSize: 4, shuffle: false })(0)) {
      expect(x.shape).toEqual([4, 2, 2, 1]);
      expect(y.segmentation?.shape).toEqual([4, 2, 2, 1]);
      expect([...((await weight?.segmentation?.data()) ?? [])]).toEqual([1, 0, 0, 0]);
      expect([...((await weight?.classification?.data()) ?? [])]).toEqual([1, 1, 1, 0]);
    }
  });
});

describe('manifestDataset refuses at opening', () => {
  const manifest = async (content: string, options: Options<'classification' | 'segmentation'> = {}) => {
    await put('manifest.csv', content);
    return open(options);
  };

  it('a manifest that is missing or is no table', async () => {
    await expect(open()).rejects.toThrow(`${path('manifest.csv')}: expected a CSV file in UTF-8: ENOENT`);
    await expect(manifest('image,mask,covid\na.png,b.png\n')).rejects.toThrow('expect 3, got 2 on line 2');
    await expect(manifest('image,mask,covid\n"a.png,,1\n')).rejects.toThrow('Quote Not Closed');
    await writeFile(path('manifest.csv'), Buffer.from('image,covid\nä.png,1\n', 'latin1'));
    await expect(open()).rejects.toThrow('expected a CSV file in UTF-8');
  });

  it('missing columns, double columns and no rows', async () => {
    await expect(manifest('picture,covid\na.png,1\n')).rejects.toThrow(
      `${path('manifest.csv')}: expected the columns 'image', 'mask', 'covid', found 'picture', 'covid'.`,
    );
    await expect(manifest('')).rejects.toThrow("expected the columns 'image', 'mask', 'covid', found no columns.");
    await expect(manifest('image,mask,covid\n', { group: 'patient' })).rejects.toThrow(
      "expected the columns 'image', 'mask', 'covid', 'patient'",
    );
    await expect(manifest('image,image,covid\n')).rejects.toThrow("found 'image' twice");
    await expect(manifest('image,mask,covid\n')).rejects.toThrow(
      `${path('manifest.csv')}: expected a row for each image, found the header alone.`,
    );
  });

  it('a label that is neither 0, 1 nor blank, a blank image and an image named twice', async () => {
    await putSamples();
    await expect(manifest('image,mask,covid\nimages/b.png,,1\n"images/c.png",,yes\n')).rejects.toThrow(
      `${path('manifest.csv')}, line 3 (images/c.png): column 'covid': expected '0', '1' or a blank (unknown), found 'yes'.`,
    );
    await expect(manifest('image,mask,covid\nimages/b.png,,2\n')).rejects.toThrow("found '2'");
    await expect(manifest('image,mask,covid\n,,1\n')).rejects.toThrow(
      "line 2: column 'image': expected a path, found a blank.",
    );
    await expect(manifest('image,mask,covid\nimages/b.png,,1\nimages/b.png,,0\n')).rejects.toThrow(
      "line 3 (images/b.png): column 'image': images/b.png is there already: line 2 (images/b.png).",
    );
  });

  it.each(['none', 'files'] as const)('an image under two names (check: %s)', async (check) => {
    await putSamples();
    const twice = (name: string) =>
      manifest(`image,mask,covid\nimages/b.png,,1\nimages/c.png,,0\n${name},,0\n`, { check });
    await symlink('b.png', path('images', 'symbolic.png'));
    await link(path('images', 'b.png'), path('images', 'hard.png'));
    await symlink('images', path('folder'));
    for (const name of [
      './images/b.png',
      'images//b.png',
      'images/../images/b.png',
      'images/symbolic.png',
      'folder/b.png',
    ]) {
      await expect(twice(name)).rejects.toThrow(
        `${path('manifest.csv')}, line 4 (${name}): column 'image': ${name} is there already, as images/b.png: line 2 (images/b.png).`,
      );
    }
    await expect(twice('images/hard.png')).rejects.toThrow('images/hard.png is there already, as images/b.png: line 2');
    // Names that differ in case are two files or one, as the file system has it.
    await copyFile(path('images', 'b.png'), path('images', 'B.png'));
    const files = (await readdir(path('images'))).includes('B.png') ? 2 : 1;
    const outcome = await twice('images/B.png').catch((error: Error) => error.message);
    if (files === 2) expect(outcome).toHaveProperty('rows.length', 3);
    else expect(outcome).toContain('images/B.png is there already');
  });

  it('an image under two names that is not there, where nobody looks for it yet', async () => {
    await putSamples();
    await expect(manifest('image,mask,covid\nnone.png,,1\n./none.png,,1\n', { check: 'none' })).rejects.toThrow(
      "line 3 (./none.png): column 'image': ./none.png is there already, as none.png: line 2 (none.png).",
    );
  });

  it('missing files: the first five and how many', async () => {
    await putSamples();
    const lines = Array.from({ length: 7 }, (_, i) => `none-${i}.png,,1\n`).join('');
    await expect(manifest(`image,mask,covid\nimages/b.png,none.png,1\n${lines}`)).rejects.toThrow(
      [
        `${path('manifest.csv')} has 8 faults:`,
        `line 2 (images/b.png): column 'mask': none.png is missing in ${path()}.`,
        ...[0, 1, 2, 3].map(
          (i) => `line ${i + 3} (none-${i}.png): column 'image': none-${i}.png is missing in ${path()}.`,
        ),
        'and 3 more.',
      ].join('\n  '),
    );
  });

  it('no missing files where it is told to look at nothing: reading them is an error then', async () => {
    await putSamples();
    const rows = 'image,mask,covid\nimages/b.png,,1\nnone.png,,1\nimages/c.png,none.png,1\n../c.png,,1\n';
    const dataset = await manifest(rows, { check: 'none', size: [4, 4] });
    expect((await dataset.read(0)).x.shape).toEqual([4, 4, 1]);
    await expect(dataset.read(1)).rejects.toThrow('none.png: expected an image file: ENOENT');
    await expect(dataset.read(2)).rejects.toThrow('none.png: expected an image file: ENOENT');
    await expect(dataset.read(3)).rejects.toThrow('expected a path below');
  });

  it('paths that leave the directory, by .., absolute or through a link', async () => {
    await putSamples();
    const outside = `${path()}-outside.png`;
    await writePng(
      outside,
      filled(4, 4, () => 9),
    );
    try {
      await symlink(outside, path('link.png'));
      for (const [name, message] of [
        [`../${outside.split('/').pop()}`, 'expected a path below'],
        [outside, 'got an absolute one'],
        ['link.png', `got a symbolic link to`],
      ]) {
        await expect(manifest(`image,mask,covid\nimages/b.png,,1\n${name},,1\n`)).rejects.toThrow(message);
        await expect(manifest(`image,mask,covid\nimages/b.png,${name},1\n`)).rejects.toThrow(
          `${path('manifest.csv')}, line 2 (images/b.png): column 'mask': ${name}: expected a path`,
        );
      }
    } finally {
      await rm(outside);
    }
  });

  it('bad options', async () => {
    await putSamples();
    await expect(open({ size: [0, 4] })).rejects.toThrow('manifestDataset: height');
    await expect(open({ mask: { threshold: 128 } })).rejects.toThrow(
      'paperColumns: mask: threshold must lie in [0, 1], got 128.',
    );
    await expect(open({ mask: { values: { 0: 0, 255: 2 } } })).rejects.toThrow(
      'paperColumns: mask: values must name each class from 0 (the background) to 2, got none that means 1.',
    );
    await expect(open({ pixelLimit: 0 })).rejects.toThrow('manifestDataset: pixelLimit');
    // @ts-expect-error two channels are neither grey nor colours
    await expect(open({ channels: 2 })).rejects.toThrow('channels must be 1 or 3, got 2.');
    // @ts-expect-error no such task
    await expect(open({ tasks: ['detection'] })).rejects.toThrow(
      "paperColumns: tasks must be one of 'reconstruction', 'segmentation', 'classification'; got 'detection'.",
    );
    // @ts-expect-error no such check
    await expect(open({ check: 'all' })).rejects.toThrow('manifestDataset: check');
  });

  it('broken images and masks of another size, when it checks the headers', async () => {
    await putSamples();
    expect((await open({ check: 'headers' })).rows).toHaveLength(4);
    await writePng(
      path('masks', 'a.png'),
      filled(8, 4, () => 0),
    );
    await expect(open({ check: 'headers' })).rejects.toThrow(
      `${path('masks', 'a.png')}: expected a mask of the size of its image images/71%0.png, 8 x 8 (height x width), found 8 x 4.`,
    );
    await put('images/b.png', 'no image');
    await put('manifest.csv', 'image,mask,covid\nimages/b.png,,1\n');
    await expect(open({ check: 'headers' })).rejects.toThrow(
      `${path('images', 'b.png')}: expected a PNG, JPEG or TIFF image, found text ("no image").`,
    );
  });
});

describe('manifestDataset refuses when reading', () => {
  it('broken images, images beyond the limit, masks of another size, and an index outside', async () => {
    await putSamples();
    const dataset = await open();
    await expect(dataset.read(4)).rejects.toThrow('manifestDataset: index must be 0 to 3, got 4.');
    await writePng(
      path('masks', 'a.png'),
      filled(4, 8, () => 0),
    );
    await expect(dataset.read(0)).rejects.toThrow('8 x 8 (height x width), found 4 x 8.');
    await put('images/c.png', 'no image');
    await expect(dataset.read(2)).rejects.toThrow(`${path('images', 'c.png')}: expected a PNG`);
    await rm(path('images', 'd.png'));
    await expect(dataset.read(3)).rejects.toThrow(`${path('images', 'd.png')}: expected an image file: ENOENT`);
    const small = await open({ pixelLimit: 10, manifest: await onlyB() });
    await expect(small.read(0)).rejects.toThrow('expected at most 10 pixels, found 4 x 6 = 24');
  });

  async function onlyB(): Promise<string> {
    await put('b.csv', 'image,mask,covid\nimages/b.png,,1\n');
    return 'b.csv';
  }
});
