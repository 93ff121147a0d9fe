import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { batches } from '../../src/data/batches';
import { cached } from '../../src/data/cached';
import { split } from '../../src/data/split';
import { imageFolder } from '../../src/node/image-folder';
import { writePng } from '../../src/node/write-png';
import { useCpu } from '../support/cpu';
import { temporaryDirectory } from './temporary-directory';

useCpu();
const path = temporaryDirectory();

/** Images of one grey value each, by their paths. */
async function put(images: Readonly<Record<string, number>>): Promise<void> {
  for (const [name, value] of Object.entries(images)) {
    await mkdir(dirname(path(name)), { recursive: true });
    await writePng(path(name), { data: new Uint8Array(4).fill(value), shape: [2, 2, 1] });
  }
}

const THREE = { 'b/2.png': 51, 'b/1.png': 0, 'c/deep/er/3.PNG': 255, 'a/p1_x.png': 102 };

describe('imageFolder', () => {
  it('has a class for each folder, in alphabetical order, and the paths of images as ids', async () => {
    await put(THREE);
    await writeFile(path('.DS_Store'), '');
    await mkdir(path('.git'));
    await writeFile(path('b', '.hidden'), '');
    const dataset = await imageFolder(path(), { size: [2, 2] });
    expect(dataset.classes).toEqual(['a', 'b', 'c']);
    expect(dataset.rows).toEqual([
      { id: 'a/p1_x.png', tasks: ['class'], stratum: 'a' },
      { id: 'b/1.png', tasks: ['class'], stratum: 'b' },
      { id: 'b/2.png', tasks: ['class'], stratum: 'b' },
      { id: 'c/deep/er/3.PNG', tasks: ['class'], stratum: 'c' },
    ]);
    expect(dataset.outputs).toEqual({ class: { kind: 'distribution', width: 3 } });
    expectTypeOf(dataset.rows[0].tasks[0]).toEqualTypeOf<'class'>();
    const { x, y } = await dataset.read(2);
    for (const value of x.data) expect(value).toBeCloseTo(0.2, 6);
    expect(y).toEqual({ class: { data: Uint8Array.of(0, 1, 0), shape: [3] } });
  });

  it('labels two classes 0 and 1, in the order that it is told, or one-hot', async () => {
    await put({ 'yes/1.png': 1, 'no/1.png': 2 });
    const options = { task: 'covid', classes: ['yes', 'no'], size: [2, 2] } as const;
    const dataset = await imageFolder(path(), options);
    expect(dataset.outputs).toEqual({ covid: { kind: 'probability', width: 1 } });
    expect((await dataset.read(0)).y).toEqual({ covid: { data: Uint8Array.of(0), shape: [1] } });
    expect((await dataset.read(1)).y).toEqual({ covid: { data: Uint8Array.of(1), shape: [1] } });
    const oneHot = await imageFolder(path(), { ...options, oneHot: true });
    expect(oneHot.outputs).toEqual({ covid: { kind: 'distribution', width: 2 } });
    expect((await oneHot.read(1)).y).toEqual({ covid: { data: Uint8Array.of(0, 1), shape: [2] } });
  });

  it('feeds splits, batches and cached, with groups by a function of the id', async () => {
    await put({ 'a/p1_1.png': 1, 'a/p1_2.png': 2, 'b/p2_1.png': 3, 'b/p3_1.png': 4 });
    const group = (id: string) => id.split('/')[1].split('_')[0];
    const dataset = cached(await imageFolder(path(), { size: [2, 2], group }));
    const parts = split(dataset.rows, { fractions: { train: 0.5, test: 0.5 } });
    expect(parts.train.includes(0)).toBe(parts.train.includes(1));
    for await (const { ids, y } of batches(dataset, { shuffle: false })(0)) {
      expect(ids).toEqual(['a/p1_1.png', 'a/p1_2.png', 'b/p2_1.png', 'b/p3_1.png']);
      expect([...((await y.class?.data()) ?? [])]).toEqual([0, 0, 1, 1]);
    }
  });

  it('leaves out what is not included', async () => {
    await put(THREE);
    await writeFile(path('b', 'notes.txt'), 'none');
    await writeFile(path('README.md'), 'none');
    const { rows } = await imageFolder(path(), { include: (id) => /\.png$/i.test(id) });
    expect(rows).toHaveLength(4);
  });

  it('refuses files that are no images, classes without one, links out of it and images twice, all at once', async () => {
    await put(THREE);
    await mkdir(path('empty'));
    await writeFile(path('b', 'notes.txt'), 'none');
    await writeFile(path('labels.csv'), 'none');
    await symlink('../b/1.png', path('c', 'again.png'));
    await symlink('/etc/hostname', path('c', 'out.png'));
    const said = (await imageFolder(path()).catch((error: Error) => error.message)) as string;
    expect(said).toContain(`${path()} has 5 faults:`);
    expect(said).toContain('labels.csv: expected a folder for each class, found a file; leave it out with `include`.');
    expect(said).toContain('b/notes.txt: expected a PNG, JPEG or TIFF image, by its name;');
    expect(said).toContain('c/again.png: image: c/again.png is there already, as b/1.png: b/1.png.');
    expect(said).toContain('c/out.png: image: c/out.png: expected a path below');
    expect(said).toContain('empty: expected at least one image of the class, found none.');
  });

  it('refuses folders that are not the classes that it is told, and fewer than two', async () => {
    await put({ 'cats/1.png': 1, 'dogs/1.png': 2 });
    await expect(imageFolder(path(), { classes: ['cat', 'dogs'] })).rejects.toThrow(
      [
        `${path()} has 2 faults:`,
        "cat: expected a folder for this class, found 'cats', 'dogs'.",
        "cats: expected the folders 'cat', 'dogs', which `classes` names, found another. Did you mean 'cat'?",
      ].join('\n  '),
    );
    await expect(imageFolder(path('cats'))).rejects.toThrow(
      'expected a folder for each of at least 2 classes, found none.',
    );
    await expect(imageFolder(path('none'))).rejects.toThrow(`${path('none')}: expected a folder: ENOENT`);
    await expect(imageFolder(path(), { classes: ['cats'] })).rejects.toThrow(
      'imageFolder: classes must name at least 2, got 1.',
    );
    await expect(imageFolder(path(), { group: () => 7 as never })).rejects.toThrow(
      "imageFolder: group must return a text or undefined, got 7 for 'cats/1.png'.",
    );
  });

  it('names the file of an image that is broken', async () => {
    await put({ 'a/1.png': 1, 'b/1.png': 2 });
    await writeFile(path('a', '1.png'), 'no image');
    const dataset = await imageFolder(path());
    await expect(dataset.read(0)).rejects.toThrow(`${path('a', '1.png')}: expected a PNG, JPEG or TIFF image`);
    await expect(imageFolder(path(), { check: 'headers' })).rejects.toThrow('a/1.png: image: ');
    await expect(dataset.read(2)).rejects.toThrow('imageFolder: index must be 0 to 1, got 2.');
  });
});
