import { readdir, readFile, writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readImage } from '../../src/node/read-image';
import { writePng } from '../../src/node/write-png';
import { temporaryDirectory } from './temporary-directory';

const path = temporaryDirectory();

describe('writePng', () => {
  for (const channels of [1, 3, 4]) {
    it(`stores Uint8 and Uint16 values with ${channels} channels as they are`, async () => {
      const shape = [5, 7, channels];
      const bytes = Uint8Array.from({ length: 35 * channels }, (_, i) => (i * 37) % 256);
      await writePng(path('bytes.png'), { data: bytes, shape });
      const read = await readImage(path('bytes.png'), { channels: 'keep' });
      expect(read.shape).toEqual(shape);
      expect(read.data).toEqual(Float32Array.from(bytes, (value) => value / 255));

      const words = Uint16Array.from({ length: 35 * channels }, (_, i) => (i * 7919) % 65536);
      await writePng(path('words.png'), { data: words, shape });
      const deep = await readImage(path('words.png'), { channels: 'keep' });
      expect(deep.data).toEqual(Float32Array.from(words, (value) => value / 65535));
    });
  }

  it('rounds floats to 8 bits and clips them to [0, 1]', async () => {
    const data = Float32Array.of(-0.5, 0, 0.5, 1, 2, Number.POSITIVE_INFINITY);
    await writePng(path('floats.png'), { data, shape: [2, 3, 1] });
    const { data: bytes, info } = await sharp(path('floats.png'))
      .toColourspace('b-w')
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: 3, height: 2, channels: 1 });
    expect([...bytes]).toEqual([0, 0, 128, 255, 255, 255]);
  });

  it('makes directories and leaves no other file behind', async () => {
    await writePng(path('new', 'deep', 'a.png'), { data: new Uint8Array(1), shape: [1, 1, 1] });
    expect(await readdir(path('new', 'deep'))).toEqual(['a.png']);
  });

  it('refuses other shapes, NaN and integers of unknown range, and keeps what was there', async () => {
    await writeFile(path('a.png'), 'before');
    const two = { data: new Uint8Array(8), shape: [2, 2, 2] };
    await expect(writePng(path('a.png'), two)).rejects.toThrow(
      'writePng: image must have a shape [height, width, 1 | 3 | 4] that fits its values, got [2,2,2] with 8 values.',
    );
    await expect(writePng(path('a.png'), { data: new Uint8Array(3), shape: [2, 2, 1] })).rejects.toThrow(RangeError);
    await expect(writePng(path('a.png'), { data: new Uint8Array(4), shape: [2, 2] })).rejects.toThrow(RangeError);
    await expect(writePng(path('a.png'), { data: Float32Array.of(0, Number.NaN), shape: [1, 2, 1] })).rejects.toThrow(
      'writePng: image must hold numbers, got NaN at 1.',
    );
    await expect(writePng(path('a.png'), { data: new Int32Array(1), shape: [1, 1, 1] })).rejects.toThrow(TypeError);
    expect(await readFile(path('a.png'), 'utf8')).toBe('before');
  });
});
