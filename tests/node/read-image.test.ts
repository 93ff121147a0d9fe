import { execFileSync } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { readImage } from '../../src/node/read-image';
import { strangeTiffColours } from '../../src/node/tiff-colours';
import golden from '../golden/node/images.json';
import { temporaryDirectory } from './temporary-directory';
import { tiffFile } from './tiff-file';

const path = temporaryDirectory();

async function put(name: string, content: string | Uint8Array): Promise<string> {
  await writeFile(path(name), content);
  return path(name);
}

/** A small valid file of each kind, with pixels that vary. */
async function sample(kind: 'png' | 'jpeg' | 'tiff'): Promise<Buffer> {
  const pixels = Uint8Array.from({ length: 24 * 24 }, (_, i) => (i * i * 31) % 251);
  const image = sharp(pixels, { raw: { width: 24, height: 24, channels: 1 } }).toColourspace('b-w');
  return kind === 'tiff' ? image.tiff({ compression: 'lzw' }).toBuffer() : image[kind]().toBuffer();
}

describe('readImage finds the values that are in the file', () => {
  for (const { name, file, shape, maximum, values } of golden.cases) {
    it(name, async () => {
      const image = await readImage(await put('image', Buffer.from(file, 'base64')), { channels: 'keep' });
      expect(image.shape).toEqual(shape);
      expect(image.data).toEqual(Float32Array.from(values, (value) => value / maximum));
    });
  }
});

describe('readImage gives the channels that were asked for', () => {
  const named = (name: string) => {
    const found = golden.cases.find((candidate) => candidate.name === name);
    if (found === undefined) throw new Error(`no golden case '${name}'`);
    return found;
  };

  for (const [channels, depth] of [1, 2, 3, 4].flatMap((n) => [8, 16].map((bits) => [n, bits] as const))) {
    it(`from ${channels} channels of ${depth} bits, alpha dropped and not blended`, async () => {
      const { file, values, maximum } = named(`PNG, ${channels} channels of ${depth} bits`);
      await put('image.png', Buffer.from(file, 'base64'));
      const pixels = Array.from({ length: 20 }, (_, i) => values.slice(i * channels, (i + 1) * channels));

      const colours = await readImage(path('image.png'), { channels: 3 });
      expect(colours.shape).toEqual([4, 5, 3]);
      const rgb = pixels.flatMap((p) => (channels < 3 ? [p[0], p[0], p[0]] : p.slice(0, 3)));
      expect(colours.data).toEqual(Float32Array.from(rgb, (value) => value / maximum));

      const grey = await readImage(path('image.png'));
      expect(grey.shape).toEqual([4, 5, 1]);
      pixels.forEach((p, i) => {
        const luma = channels < 3 ? p[0] : 0.299 * p[0] + 0.587 * p[1] + 0.114 * p[2];
        expect(grey.data[i]).toBeCloseTo(luma / maximum, 6);
      });
    });
  }

  it('grey stored as RGB stays exactly what it was', async () => {
    const pixels = Uint8Array.from({ length: 256 * 3 }, (_, i) => Math.floor(i / 3));
    const file = await sharp(pixels, { raw: { width: 16, height: 16, channels: 3 } })
      .png()
      .toBuffer();
    const grey = await readImage(await put('grey.png', file));
    expect(grey.data).toEqual(Float32Array.from({ length: 256 }, (_, i) => i / 255));
  });

  it('but more than four only as they are', async () => {
    const { file } = named('TIFF, 5 channels of 16 bits, little-endian');
    await put('image.tif', Buffer.from(file, 'base64'));
    await expect(readImage(path('image.tif'))).rejects.toThrow(
      `${path('image.tif')}: expected 1 to 4 channels, found 5; read them all with { channels: 'keep' }.`,
    );
  });
});

describe('readImage goes by the content', () => {
  it('of a JPEG named .png and a PNG named .jpg', async () => {
    await put('jpeg.png', await sample('jpeg'));
    await put('png.jpg', await sample('png'));
    expect((await readImage(path('jpeg.png'))).shape).toEqual([24, 24, 1]);
    expect((await readImage(path('png.jpg'))).shape).toEqual([24, 24, 1]);
  });

  it('and takes any name', async () => {
    for (const name of ['71%0.png', '%2e%2e.png', 'a[1].png', 'ä ö.png', "it's #1?.png", '..png', '-x.png']) {
      expect((await readImage(await put(name, await sample('png')))).shape).toEqual([24, 24, 1]);
    }
  });
});

describe('readImage of a TIFF stack', () => {
  /** Three pages of 2 x 3 pixels, all of one grey each. */
  const stack = async (): Promise<string> => {
    const page = (grey: number) =>
      sharp(new Uint8Array(6).fill(grey), { raw: { width: 3, height: 2, channels: 1 } })
        .png()
        .toBuffer();
    const pages = await Promise.all([10, 20, 30].map(page));
    return put(
      'stack.tif',
      await sharp(pages, { join: { animated: true } })
        .tiff({ compression: 'deflate' })
        .toBuffer(),
    );
  };

  it('reads the page that it is told', async () => {
    const file = await stack();
    for (const [page, grey] of [10, 20, 30].entries()) {
      const { data, shape } = await readImage(file, { page });
      expect(shape).toEqual([2, 3, 1]);
      expect(data).toEqual(new Float32Array(6).fill(grey / 255));
    }
    expect((await readImage(await put('one.tif', await sample('tiff')), { page: 0 })).shape).toEqual([24, 24, 1]);
  });

  it('asks for a page, and refuses one that is not there', async () => {
    const file = await stack();
    await expect(readImage(file)).rejects.toThrow(
      `${file}: expected one image, found a stack of 3 pages; say which: { page: 0 } is the first.`,
    );
    await expect(readImage(file, { page: 3 })).rejects.toThrow('expected a page 3 (the first is 0), found 3 pages.');
    await expect(readImage(await put('one.png', await sample('png')), { page: 1 })).rejects.toThrow(
      'expected a page 1 (the first is 0), found 1 page.',
    );
    await expect(readImage(file, { page: -1 })).rejects.toThrow('readImage: page must be an integer of at least 0');
  });

  it('looks at the colours of that page', async () => {
    const rgb = tiffFile(Uint8Array.of(1, 2, 3), 1, { colours: 2 });
    const odd = tiffFile(Uint8Array.of(1, 2, 3), 1, { colours: 6 });
    // the pages of TIFF are a chain: the last four bytes of the first directory point to the second
    const shifted = Buffer.concat([rgb, odd]);
    expect(strangeTiffColours(chain(shifted, rgb.length))).toBeUndefined();
    expect(strangeTiffColours(chain(shifted, rgb.length), 1)).toBe('YCbCr');
  });

  /** Makes two TIFF files, of which the second starts at `at`, one of two pages. */
  function chain(file: Buffer, at: number): Buffer {
    const two = Buffer.from(file);
    const [first, second] = [two.readUInt32LE(4), at + two.readUInt32LE(at + 4)];
    two.writeUInt32LE(second, first + 2 + 12 * two.readUInt16LE(first));
    return two;
  }
});

describe('readImage refuses', () => {
  it('a file that is not there', async () => {
    await expect(readImage(path('none.png'))).rejects.toThrow(
      new RegExp(`^${path('none.png')}: expected an image file: ENOENT`),
    );
  });

  it('a directory and a pipe', async () => {
    await mkdir(path('directory.png'));
    await expect(readImage(path('directory.png'))).rejects.toThrow('expected an image file, found something else.');
    execFileSync('mkfifo', [path('pipe.png')]);
    await expect(readImage(path('pipe.png'))).rejects.toThrow('expected an image file, found something else.');
  });

  it('a file that is no image, and says what it found', async () => {
    await put('empty.png', '');
    await expect(readImage(path('empty.png'))).rejects.toThrow(
      `${path('empty.png')}: expected a PNG, JPEG or TIFF image, found an empty file.`,
    );
    await put('text.png', 'not an image at all');
    await expect(readImage(path('text.png'))).rejects.toThrow('found text ("not an image at ").');
    await put('svg.png', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
    await expect(readImage(path('svg.png'))).rejects.toThrow('found text ("<svg xmlns=\\"http").');
    await put('bytes.png', Uint8Array.of(0, 1, 2, 3));
    await expect(readImage(path('bytes.png'))).rejects.toThrow('found a file that starts with the bytes 00010203.');
  });

  it('floating-point and signed pixels', async () => {
    await put('float.tif', Buffer.from(golden.unreadable.float, 'base64'));
    await expect(readImage(path('float.tif'))).rejects.toThrow(
      `${path('float.tif')}: expected 8 or 16 bits per channel, unsigned; found float numbers.`,
    );
    await put('signed.tif', Buffer.from(golden.unreadable.signed, 'base64'));
    await expect(readImage(path('signed.tif'))).rejects.toThrow('found short numbers.');
  });

  it('colours that are neither grey nor RGB', async () => {
    const pixels = { create: { width: 4, height: 4, channels: 3 as const, background: 'red' } };
    await put('print.jpg', await sharp(pixels).toColourspace('cmyk').jpeg().toBuffer());
    await expect(readImage(path('print.jpg'))).rejects.toThrow(
      'expected grey or RGB colours, found the colour space cmyk.',
    );
  });

  it('more pixels than the limit, before it decodes them', async () => {
    await put('huge.png', Buffer.from(golden.unreadable.huge, 'base64'));
    await expect(readImage(path('huge.png'))).rejects.toThrow(
      `${path('huge.png')}: expected at most 67108864 pixels, found 20000 x 30000 = 600000000; ` +
        'raise pixelLimit if the file can be trusted.',
    );
    await put('small.png', await sample('png'));
    await expect(readImage(path('small.png'), { pixelLimit: 575 })).rejects.toThrow('expected at most 575 pixels');
    expect((await readImage(path('small.png'), { pixelLimit: 576 })).shape).toEqual([24, 24, 1]);
  });

  for (const kind of ['png', 'jpeg', 'tiff'] as const) {
    it(`a ${kind} file that was cut off anywhere, unless all pixels are there`, async () => {
      const whole = await sample(kind);
      const { data } = await readImage(await put('whole', whole));
      let refused = 0;
      const step = Math.max(1, Math.floor(whole.length / 60));
      const lengths = Array.from({ length: Math.floor(whole.length / step) }, (_, i) => i * step);
      for (const length of [...lengths, whole.length - 2, whole.length - 1]) {
        await put('cut', whole.subarray(0, length));
        const result = await readImage(path('cut')).catch((error: Error) => error);
        if (result instanceof Error) {
          expect(result.message).toContain(`${path('cut')}: expected a`);
          refused++;
        } else {
          expect(result.data).toEqual(data);
          expect(length).toBeGreaterThan(0.9 * whole.length);
        }
      }
      expect(refused).toBeGreaterThan(50);
    });
  }

  it('a PNG file with a changed byte, unless the pixels are untouched', async () => {
    const whole = await sample('png');
    const { data } = await readImage(await put('whole', whole));
    let refused = 0;
    for (let at = 0; at < whole.length; at += 3) {
      const changed = Buffer.from(whole);
      changed[at] ^= 0x10;
      await put('changed', changed);
      const result = await readImage(path('changed')).catch((error: Error) => error);
      if (result instanceof Error) refused++;
      else expect(result.data).toEqual(data);
    }
    expect(refused).toBeGreaterThan(100);
  });

  it('a path that leaves the root', async () => {
    await mkdir(path('data', 'scans'), { recursive: true });
    await put('secret.png', await sample('png'));
    await put('data/scans/a.png', await sample('png'));
    await symlink(path('secret.png'), path('data', 'link.png'));
    await symlink('scans/a.png', path('data', 'inner.png'));
    const root = path('data');
    await expect(readImage('../secret.png', { root })).rejects.toThrow(
      `../secret.png: expected a path below ${root}, got ${path('secret.png')}.`,
    );
    await expect(readImage('scans/../../secret.png', { root })).rejects.toThrow('expected a path below');
    await expect(readImage(path('data', 'scans', 'a.png'), { root })).rejects.toThrow('got an absolute one');
    await expect(readImage('link.png', { root })).rejects.toThrow('got a symbolic link to');
    for (const name of ['scans/a.png', 'inner.png', './scans/../scans/a.png']) {
      expect((await readImage(name, { root })).shape).toEqual([24, 24, 1]);
    }
    await expect(readImage('none.png', { root })).rejects.toThrow(
      `${path('data', 'none.png')}: expected an image file`,
    );
  });

  it('bad options', async () => {
    // @ts-expect-error two channels are neither grey nor colours
    await expect(readImage('a.png', { channels: 2 })).rejects.toThrow(
      "readImage: channels must be 1, 3 or 'keep', got 2.",
    );
    await expect(readImage('a.png', { pixelLimit: 0 })).rejects.toThrow(RangeError);
  });
});

describe('readImage without sharp', () => {
  afterEach(() => {
    vi.doUnmock('sharp');
    vi.resetModules();
  });

  it('says what to install', async () => {
    vi.resetModules();
    vi.doMock('sharp', () => {
      throw new Error("Cannot find package 'sharp'");
    });
    const fresh = await import('../../src/node/read-image');
    await expect(
      fresh.readImage(await put('a.png', await readFile(await put('b.png', await sample('png'))))),
    ).rejects.toThrow('run `npm install sharp`');
  });
});
