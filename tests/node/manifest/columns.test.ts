import { writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { batches } from '../../../src/data/batches';
import { classColumn } from '../../../src/node/manifest/columns/class-column';
import type { ColumnReader } from '../../../src/node/manifest/columns/column-reader';
import { imageColumn } from '../../../src/node/manifest/columns/image-column';
import { labelsColumn } from '../../../src/node/manifest/columns/labels-column';
import { maskColumn } from '../../../src/node/manifest/columns/mask-column';
import { numberColumn } from '../../../src/node/manifest/columns/number-column';
import { manifestDataset } from '../../../src/node/manifest/manifest-dataset';
import type { ManifestDatasetOptions } from '../../../src/node/manifest/manifest-options';
import { useCpu } from '../../support/cpu';
import { temporaryDirectory } from '../temporary-directory';

useCpu();
const path = temporaryDirectory();

/** Grey images in a row of two pixels. */
async function putImages(images: Readonly<Record<string, readonly [number, number]>>): Promise<void> {
  for (const [name, pixels] of Object.entries(images)) {
    const raw = { width: 2, height: 1, channels: 1 } as const;
    await sharp(Uint8Array.from(pixels), { raw }).toColourspace('b-w').png().toFile(path(name));
  }
}

/** Opens a manifest whose images, '0.png' and so on, are there. */
async function open<T extends string, const P extends string = never>(
  header: string,
  cells: readonly string[],
  options: Omit<ManifestDatasetOptions<T, P>, 'size'>,
) {
  await putImages(Object.fromEntries(cells.map((_, i) => [`${i}.png`, [10 * i, 255]])));
  const lines = cells.map((cell, i) => `${i}.png,${cell}\n`);
  await writeFile(path('manifest.csv'), `image,${header}\n${lines.join('')}`);
  return manifestDataset(path(), { ...options, size: [1, 2] });
}

/** The labels of the task `task`, undefined where they are unknown. */
async function labelsOf(header: string, cells: readonly string[], task: ColumnReader) {
  const dataset = await open(header, cells, { tasks: { task } });
  const samples = await Promise.all(cells.map((_, i) => dataset.read(i)));
  return samples.map(({ y }) => y.task && [...y.task.data]);
}

describe('a manifest of any columns', () => {
  it('has the tasks that its readers have names for, with what a head puts out for each', async () => {
    const dataset = await open('mask,view,score,found,clean', ['m.png,AP,1.5,a|c,0.png', ',,,,', ',lateral,-2,none,'], {
      tasks: {
        lesion: maskColumn('mask', { values: { 0: 0, 90: 1, 180: 2, 255: 'unknown' } }),
        view: classColumn('view', ['PA', 'AP', 'lateral']),
        score: numberColumn('score'),
        findings: labelsColumn('found', ['a', 'b', 'c'], { separator: '|', none: 'none' }),
        copy: imageColumn(),
        denoised: imageColumn('clean'),
      },
      check: 'none',
    });
    await putImages({ 'm.png': [180, 255] });
    expectTypeOf(dataset.rows[0].tasks[0]).toEqualTypeOf<
      'lesion' | 'view' | 'score' | 'findings' | 'copy' | 'denoised'
    >();
    expect(dataset.outputs).toEqual({
      lesion: { kind: 'distribution', width: 3 },
      view: { kind: 'distribution', width: 3 },
      score: { kind: 'value', width: 1 },
      findings: { kind: 'probability', width: 3 },
      copy: { kind: 'value', width: 1 },
      denoised: { kind: 'value', width: 1 },
    });
    expect(dataset.rows.map(({ tasks }) => tasks)).toEqual([
      ['lesion', 'view', 'score', 'findings', 'copy', 'denoised'],
      ['copy'],
      ['view', 'score', 'findings', 'copy'],
    ]);
    const { x, y, weight } = await dataset.read(0);
    expect(y).toEqual({
      lesion: { data: Uint8Array.of(0, 0, 1, 1, 0, 0), shape: [1, 2, 3] },
      view: { data: Uint8Array.of(0, 1, 0), shape: [3] },
      score: { data: Float32Array.of(1.5), shape: [1] },
      findings: { data: Uint8Array.of(1, 0, 1), shape: [3] },
      copy: x,
      denoised: x,
    });
    expect(weight).toEqual({ lesion: { data: Uint8Array.of(1, 0), shape: [1, 2, 1] } });
    const third = await dataset.read(2);
    expect(third.y.findings?.data).toEqual(Uint8Array.of(0, 0, 0));
  });

  it('names samples, groups, strata and parts by columns or by functions of them', async () => {
    const dataset = await open('who,day,part', ['p1,mon,train', 'p2,,test', 'p1,tue,'], {
      tasks: { copy: imageColumn() },
      id: (cells) => `${cells.who}-${cells.image}`,
      group: 'who',
      stratum: (cells) => (cells.day === '' ? undefined : cells.day),
      split: { column: 'part', parts: ['train', 'test'] },
    });
    expect(dataset.rows).toEqual([
      { id: 'p1-0.png', tasks: ['copy'], group: 'p1', stratum: 'mon' },
      { id: 'p2-1.png', tasks: ['copy'], group: 'p2' },
      { id: 'p1-2.png', tasks: ['copy'], group: 'p1', stratum: 'tue' },
    ]);
    expect(dataset.parts).toEqual({ train: [0], test: [1] });
    expectTypeOf(dataset.parts).toEqualTypeOf<{
      readonly train: readonly number[];
      readonly test: readonly number[];
    }>();
    // @ts-expect-error: no such part
    dataset.parts.val;
  });

  it('weighs labels by a column, the pixels of masks too', async () => {
    await putImages({ 'm.png': [90, 255] });
    const tasks = {
      lesion: maskColumn('mask', { values: { 0: 0, 90: 1, 255: 'unknown' } }),
      view: classColumn('view', ['PA', 'AP']),
    };
    const all = await open('mask,view,w', ['m.png,PA,0.5', ',,', ',AP,2'], { tasks, weight: 'w' });
    expect((await all.read(0)).weight).toEqual({
      lesion: { data: Float32Array.of(0.5, 0), shape: [1, 2, 1] },
      view: 0.5,
    });
    expect(await all.read(1)).not.toHaveProperty('weight');
    for await (const { ids, weight } of batches(all, { shuffle: false })(0)) {
      expect(ids).toEqual(['0.png', '1.png', '2.png']);
      expect([...((await weight?.view?.data()) ?? [])]).toEqual([0.5, 0, 2]);
      expect([...((await weight?.lesion?.data()) ?? [])]).toEqual([0.5, 0, 0, 0, 0, 0]);
    }
    const one = await open('mask,view,w', ['m.png,PA,0.5'], { tasks, weight: { view: 'w' } });
    expect((await one.read(0)).weight).toEqual({ lesion: { data: Uint8Array.of(1, 0), shape: [1, 2, 1] }, view: 0.5 });
  });

  it('takes a reader of its own, with entries that are unknown', async () => {
    const signs: ColumnReader = {
      columns: ['a', 'b'],
      output: () => ({ kind: 'probability', width: 2 }),
      read: ({ a, b }) => ({
        label: { data: Uint8Array.of(Number(a), Number(b)), shape: [2] },
        weight: { data: Uint8Array.of(Number(a !== ''), Number(b !== '')), shape: [2] },
      }),
    };
    const dataset = await open('a,b', ['1,', ',0'], { tasks: { signs } });
    expect(await dataset.read(0)).toMatchObject({
      y: { signs: { data: Uint8Array.of(1, 0) } },
      weight: { signs: { data: Uint8Array.of(1, 0) } },
    });
    const broken = { ...signs, read: () => 7 as never };
    await expect(open('a,b', ['1,1'], { tasks: { signs: broken } })).rejects.toThrow(
      "manifest.csv, line 2 (0.png): the reader of 'signs' must return a label or undefined, got 7.",
    );
  });
});

describe('classColumn', () => {
  it('makes 0 and 1 of two classes, or one-hot labels, and one-hot labels of more', async () => {
    const words = ['no', 'yes'] as const;
    expect(await labelsOf('c', ['yes', '', 'no'], classColumn('c', words))).toEqual([[1], undefined, [0]]);
    expect(await labelsOf('c', ['yes', '', 'no'], classColumn('c', words, { oneHot: true }))).toEqual([
      [0, 1],
      undefined,
      [1, 0],
    ]);
    expect(classColumn('c', words).output(1)).toEqual({ kind: 'probability', width: 1 });
    expect(classColumn('c', words, { oneHot: true }).output(1)).toEqual({ kind: 'distribution', width: 2 });
  });

  it('takes several words for one class, words for unknown, and numbers as spreadsheets write them', async () => {
    const words = { PA: 0, AP: 1, 'AP supine': 1, '-': 'unknown' } as const;
    expect(await labelsOf('c', ['AP', '-', '"AP supine"', ' PA '], classColumn('c', words))).toEqual([
      [1],
      undefined,
      [1],
      [0],
    ]);
    expect(await labelsOf('c', ['1.0', '0', '0.00'], classColumn('c', ['0', '1']))).toEqual([[1], [0], [0]]);
  });

  it('refuses other words, with the nearest, line by line and all at once', async () => {
    const cells = ['yes', 'Yes', 'maybe', 'no', '1', 'no ne', '__proto__', 'constructor'];
    await expect(labelsOf('c', cells, classColumn('c', ['no', 'yes']))).rejects.toThrow(
      [
        `${path('manifest.csv')} has 6 faults:`,
        "line 3 (1.png): column 'c': expected 'no', 'yes' or a blank (unknown), found 'Yes'. Did you mean 'yes'?",
        "line 4 (2.png): column 'c': expected 'no', 'yes' or a blank (unknown), found 'maybe'.",
        "line 6 (4.png): column 'c': expected 'no', 'yes' or a blank (unknown), found '1'.",
        "line 7 (5.png): column 'c': expected 'no', 'yes' or a blank (unknown), found 'no ne'.",
        "line 8 (6.png): column 'c': expected 'no', 'yes' or a blank (unknown), found '__proto__'.",
        'and 1 more.',
      ].join('\n  '),
    );
  });

  it.each([
    [['no'], 'classColumn: classes must name at least 2, got 1.'],
    [['no', 'no'], "classColumn: classes must differ, got 'no' twice."],
    [['no', ' yes'], "classColumn: classes: a word has no blanks around it, got ' yes'."],
    [['no', ''], 'classColumn: classes: a word must be a text, got an empty one.'],
    [{ no: 0, yes: 2 }, 'classColumn: classes must have a word for each class, got none for 1.'],
    [{ no: 0, yes: -1 }, "classColumn: classes must mean the number of a class or 'unknown', got -1 for 'yes'."],
    [{ no: 0, yes: 'unknown' }, 'classColumn: classes must have a word for each class, got none for 1.'],
  ])('refuses the classes %j', (classes, said) => {
    expect(() => classColumn('c', classes as never)).toThrow(new RangeError(said));
  });
});

describe('numberColumn', () => {
  it('reads numbers with a point', async () => {
    const cells = ['3', '-0.25', '+1.', '.5', '2e-3', ' 7 ', '"\u00a0"', ''];
    expect(await labelsOf('n', cells, numberColumn('n'))).toEqual([
      [3],
      [-0.25],
      [1],
      [0.5],
      [Math.fround(0.002)],
      [7],
      undefined,
      undefined,
    ]);
  });

  it.each(['NaN', 'Infinity', '-Infinity', '0x10', '1e400', '1e39', 'null', '-', '1 000', '1;5', '3 mm', '١'])(
    'refuses %s',
    async (cell) => {
      await expect(labelsOf('n', [cell], numberColumn('n'))).rejects.toThrow(
        `line 2 (0.png): column 'n': expected a number or a blank (unknown)`,
      );
    },
  );

  it('says what is wrong with a comma, and with a number outside of its range', async () => {
    await expect(labelsOf('n', ['"1,5"'], numberColumn('n'))).rejects.toThrow(
      "column 'n': expected a number or a blank (unknown), its decimals after a point, found '1,5'.",
    );
    await expect(labelsOf('n', ['11'], numberColumn('n', { range: [0, 10] }))).rejects.toThrow(
      "column 'n': expected a number in [0, 10], found '11'.",
    );
    expect(() => numberColumn('n', { range: [1, 1] })).toThrow('numberColumn: range must rise, got [1,1].');
  });
});

describe('labelsColumn', () => {
  const column = labelsColumn('f', ['a', 'b'], { none: 'none' });

  it('marks the labels that a cell names, in any order', async () => {
    expect(await labelsOf('f', ['b', 'b; a', 'none', ''], column)).toEqual([[0, 1], [1, 1], [0, 0], undefined]);
  });

  it('refuses what is no label, a separator too many, and a label beside none', async () => {
    await expect(labelsOf('f', ['a;c', 'a;', 'none;b', 'a,b'.replace(',', ' ')], column)).rejects.toThrow(
      [
        'has 4 faults:',
        "line 2 (0.png): column 'f': expected 'a', 'b', 'none' or several of them with ';' between, or a blank (unknown), found 'c'.",
        "line 3 (1.png): column 'f': expected 'a', 'b', 'none' or several of them with ';' between, or a blank (unknown), found ''.",
        "line 4 (2.png): column 'f': expected 'none' alone, found 'none;b'.",
        "line 5 (3.png): column 'f': expected 'a', 'b', 'none' or several of them with ';' between, or a blank (unknown), found 'a b'.",
      ].join('\n  '),
    );
    expect(() => labelsColumn('f', ['a;b', 'c'])).toThrow(
      "labelsColumn: labels must not hold the separator ';', got 'a;b'.",
    );
  });
});

describe('maskColumn and imageColumn', () => {
  it('take a blank mask for empty where the row says so', async () => {
    const tasks = { lesion: maskColumn('mask', { empty: (cells) => cells.c === 'no' }) };
    const dataset = await open('mask,c', [',no', ',yes'], { tasks });
    expect(dataset.rows.map((row) => row.tasks)).toEqual([['lesion'], []]);
    expect((await dataset.read(0)).y.lesion).toEqual({ data: new Uint8Array(2), shape: [1, 2, 1] });
  });

  it('refuse an image of another size as a label', async () => {
    const dataset = await open('clean', ['m.png'], { tasks: { clean: imageColumn('clean') }, check: 'none' });
    await sharp(new Uint8Array(3), { raw: { width: 1, height: 3, channels: 1 } })
      .png()
      .toFile(path('m.png'));
    await expect(dataset.read(0)).rejects.toThrow(
      `${path('m.png')}: expected an image of the size of its image 0.png, 1 x 2 (height x width), found 3 x 1.`,
    );
  });
});

describe('a manifest is refused at opening', () => {
  const tasks = { view: classColumn('view', ['PA', 'AP']) };

  it('with all that is wrong with its cells and files', async () => {
    await putImages({ '0.png': [1, 2], '2.png': [1, 2] });
    const rows = '0.png,AP,5\n1.png,?,\n,PA,\n2.png,PA,-1\n2.png,PA,x\n';
    await writeFile(path('manifest.csv'), `image,view,w\n${rows}`);
    await expect(manifestDataset(path(), { tasks, weight: 'w' })).rejects.toThrow(
      [
        `${path('manifest.csv')} has 7 faults:`,
        "line 3 (1.png): column 'view': expected 'PA', 'AP' or a blank (unknown), found '?'.",
        `line 3 (1.png): column 'image': 1.png is missing in ${path()}.`,
        "line 4: column 'image': expected a path, found a blank.",
        "line 4: column 'w': expected a weight of at least 0 where there is a label, found a blank; 1 counts in full.",
        "line 5 (2.png): column 'w': expected a weight of at least 0 where there is a label, found '-1'.",
        'and 2 more.',
      ].join('\n  '),
    );
  });

  it('where it lacks a column that anything names', async () => {
    await expect(
      open('view', ['PA'], { tasks, group: 'patient', weight: { view: 'w' }, split: { column: 's', parts: ['a'] } }),
    ).rejects.toThrow(
      `${path('manifest.csv')}: expected the columns 'image', 'view', 'patient', 's', 'w', found 'image', 'view'.`,
    );
    await expect(open('view', ['PA'], { tasks, group: (cells) => cells.pateint })).rejects.toThrow(
      `${path('manifest.csv')}: there is no column 'pateint'; the columns are 'image', 'view'.`,
    );
  });

  it('where names of samples are blank or not different, or a part is none', async () => {
    await expect(open('view,name', ['PA,a', 'AP,', 'PA,a'], { tasks, id: 'name' })).rejects.toThrow(
      [
        'has 2 faults:',
        'line 3 (1.png): id: expected a name for the sample, found a blank.',
        'line 4 (a): id: expected names that differ, found that of line 2 (a) again.',
      ].join('\n  '),
    );
    const split = { column: 'part', parts: ['train', 'test'] } as const;
    await expect(open('view,part', ['PA,trian'], { tasks, split })).rejects.toThrow(
      "line 2 (0.png): column 'part': expected 'train', 'test' or a blank (none), found 'trian'. Did you mean 'train'?",
    );
  });

  it('with options that make no sense', async () => {
    await expect(open('view', ['PA'], { tasks: {} })).rejects.toThrow(
      'manifestDataset: tasks must name at least 1 task, got none.',
    );
    await expect(open('view', ['PA'], { tasks: { view: 'view' as never } })).rejects.toThrow(
      "manifestDataset: tasks.view must read a column, as classColumn('view', ['no', 'yes']) does, got 'view'.",
    );
    await expect(open('view', ['PA'], { tasks, weight: { other: 'w' } as never })).rejects.toThrow(
      "manifestDataset: weight names 'other', and tasks has view.",
    );
    await expect(open('view', ['PA'], { tasks, group: () => 7 as never })).rejects.toThrow(
      'line 2 (0.png): group must return a text or undefined, got 7.',
    );
  });
});
