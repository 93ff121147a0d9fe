import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { writeJson } from '../../src/node/write-json';
import { temporaryDirectory } from './temporary-directory';

const path = temporaryDirectory();

describe('writeJson', () => {
  it('writes indented JSON with a last line break, and null for a number that JSON lacks', async () => {
    await writeJson(path('a.json'), { dice: 0.5, auc: Number.NaN, name: 'Bär' });
    expect(await readFile(path('a.json'), 'utf8')).toBe('{\n  "dice": 0.5,\n  "auc": null,\n  "name": "Bär"\n}\n');
  });

  it('makes directories, replaces what was there and leaves no other file behind', async () => {
    await mkdir(path('new'));
    await writeFile(path('new', 'a.json'), 'something else, and longer');
    await writeJson(path('new', 'a.json'), 1);
    await writeJson(path('new', 'deep', 'b.json'), []);
    expect(await readFile(path('new', 'a.json'), 'utf8')).toBe('1\n');
    expect(await readdir(path('new'))).toEqual(['a.json', 'deep']);
    expect(await readdir(path('new', 'deep'))).toEqual(['b.json']);
  });

  it('refuses what JSON cannot say, and keeps the file', async () => {
    await writeJson(path('a.json'), 'before');
    await expect(writeJson(path('a.json'), undefined)).rejects.toThrow(
      new TypeError('writeJson: value must be one that JSON can say, got undefined.'),
    );
    await expect(writeJson(path('a.json'), { large: 1n })).rejects.toThrow(TypeError);
    expect(await readFile(path('a.json'), 'utf8')).toBe('"before"\n');
  });

  it('names the file that it cannot write', async () => {
    await writeFile(path('file'), '');
    await expect(writeJson(path('file', 'a.json'), 1)).rejects.toThrow(
      `${path('file', 'a.json')}: could not write 2 bytes`,
    );
  });
});
