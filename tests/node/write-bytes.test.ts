import { readdir, readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { writeBytes } from '../../src/node/write-bytes';
import { temporaryDirectory } from './temporary-directory';

const path = temporaryDirectory();

describe('writeBytes', () => {
  it('makes directories, replaces what was there and leaves no other file behind', async () => {
    await writeBytes(path('deep', 'a.bin'), Uint8Array.of(1, 2, 3));
    await writeBytes(path('deep', 'a.bin'), Uint8Array.of(4));
    expect([...(await readFile(path('deep', 'a.bin')))]).toEqual([4]);
    expect(await readdir(path('deep'))).toEqual(['a.bin']);
  });

  it('refuses what are no bytes, and names the file that it cannot write', async () => {
    await expect(writeBytes(path('a.bin'), 'text' as never)).rejects.toThrow(
      new TypeError("writeBytes: bytes must be a Uint8Array, got 'text'."),
    );
    await writeFile(path('file'), '');
    await expect(writeBytes(path('file', 'a.bin'), Uint8Array.of(1))).rejects.toThrow(
      `${path('file', 'a.bin')}: could not write 1 bytes`,
    );
  });
});
