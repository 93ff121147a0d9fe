import { copyFile, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeArchive } from '../../src/node/archive';
import { featureFolder } from '../../src/node/feature-folder';
import { temporaryDirectory } from './temporary-directory';

const path = temporaryDirectory();
const KEY = '0f'.repeat(32);
const OTHER = '1e'.repeat(32);
const values = Float32Array.of(1.5, -2, 1e-30);
const fileOf = (folder: string, key: string) => path(join(folder, key.slice(0, 2), `${key}.tfmt`));

describe('A folder of features', () => {
  it('returns what was set, to other stores of the folder too, and nothing for other keys', async () => {
    const store = featureFolder(path('a'));
    expect(await store.get(KEY)).toBeUndefined();
    await store.set(KEY, values);
    expect(await featureFolder(path('a')).get(KEY)).toEqual(values);
    expect(await store.get(OTHER)).toBeUndefined();
    await store.set(KEY, Float32Array.of(3));
    expect(await store.get(KEY)).toEqual(Float32Array.of(3));
    expect(await readdir(dirname(fileOf('a', KEY)))).toEqual([`${KEY}.tfmt`]);
  });

  it('notices files that are torn, changed, renamed or of something else, and writes them again', async () => {
    const store = featureFolder(path('b'));
    const file = fileOf('b', KEY);
    await store.set(KEY, values);
    const good = await readFile(file);
    const changed = Buffer.from(good);
    changed[good.length - 40] ^= 1;
    for (const content of [good.subarray(0, good.length - 1), changed, Buffer.alloc(0), Buffer.from('text')]) {
      await writeFile(file, content);
      expect(await store.get(KEY)).toBeUndefined();
      await store.set(KEY, values);
      expect(await store.get(KEY)).toEqual(values);
    }
    await mkdir(dirname(fileOf('b', OTHER)), { recursive: true });
    await copyFile(file, fileOf('b', OTHER));
    expect(await store.get(OTHER)).toBeUndefined();
    await writeArchive(file, { kind: 'else', key: KEY, values });
    expect(await store.get(KEY)).toBeUndefined();
    await writeArchive(file, { kind: 'features', key: KEY, values: Float64Array.of(1) });
    expect(await store.get(KEY)).toBeUndefined();
    await writeArchive(file, null);
    expect(await store.get(KEY)).toBeUndefined();
  });

  it('says what it cannot read or write, and takes no other keys', async () => {
    const store = featureFolder(path('c'));
    await store.set(KEY, values);
    await rename(fileOf('c', KEY), path('file'));
    await mkdir(fileOf('c', KEY));
    await expect(store.set(KEY, values)).rejects.toThrow(`${KEY}.tfmt: could not write`);
    await writeFile(path('d'), '');
    await expect(featureFolder(path('d')).get(KEY)).rejects.toThrow('ENOTDIR');
    await expect(store.get('../../file')).rejects.toThrow(
      "featureFolder: a key must be 64 digits of a SHA-256, got '../../file'.",
    );
    expect(() => featureFolder('')).toThrow('featureFolder: path must not be empty');
  });
});
