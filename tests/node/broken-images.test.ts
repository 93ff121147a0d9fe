import { writeFile } from 'node:fs/promises';
import { deflateSync } from 'node:zlib';
import sharp, { type JpegOptions } from 'sharp';
import { describe, expect, it } from 'vitest';
import { readImage } from '../../src/node/read-image';
import golden from '../golden/node/jpegs.json';
import { temporaryDirectory } from './temporary-directory';
import { tiffFile } from './tiff-file';

const path = temporaryDirectory();

type Kind = JpegOptions & { readonly channels?: 1 | 3 };

/** A texture without flat parts, which differs with `seed`; its sides are no multiples of 8. */
async function photo(seed: number, { channels = 3, ...options }: Kind = {}): Promise<Buffer> {
  const pixels = Uint8Array.from({ length: 97 * 91 * channels }, (_, i) => (i * i * 31 + seed * i * 7) % 251);
  return sharp(pixels, { raw: { width: 97, height: 91, channels } })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .jpeg({ quality: 90, ...options })
    .toBuffer();
}

async function refusal(content: Uint8Array): Promise<string> {
  await writeFile(path('image.jpg'), content);
  return readImage(path('image.jpg')).then(
    () => 'read',
    (error: Error) => error.message,
  );
}

describe.each<Kind>([
  { chromaSubsampling: '4:2:0' },
  { chromaSubsampling: '4:4:4' },
  { channels: 1 },
  { progressive: true },
  { channels: 1, progressive: true },
])('readImage refuses a JPEG of %o', (options) => {
  const damages: readonly (readonly [what: string, damage: (file: Buffer, other: Buffer, at: number) => Buffer])[] = [
    ['with zeros in the middle', (file, _, at) => Buffer.from(file).fill(0, at, at + 600)],
    ['with bytes cut out', (file, _, at) => Buffer.concat([file.subarray(0, at), file.subarray(at + 300)])],
    ['with the tail of another image', (file, other, at) => Buffer.concat([file.subarray(0, at), other.subarray(at)])],
    ['without its end', (file) => file.subarray(0, -2)],
    ['with more data than pixels', (file, other) => Buffer.concat([file.subarray(0, -2), other.subarray(-300)])],
  ];
  for (const [what, damage] of damages) {
    it(what, async () => {
      const [file, other] = [await photo(1, options), await photo(2, options)];
      expect(await refusal(file)).toBe('read');
      for (const share of [0.4, 0.5, 0.6, 0.7]) {
        expect(await refusal(damage(file, other, Math.floor(share * file.length)))).toMatch(
          /image\.jpg: expected a whole JPEG image, found a (truncated or broken one|broken header): .*/,
        );
      }
    });
  }
});

describe.each(golden.cases)('readImage of a JPEG with restart markers ($name)', ({ file, shape, values }) => {
  const whole = Buffer.from(file, 'base64');

  it('finds its pixels', async () => {
    await writeFile(path('restarts.jpg'), whole);
    const image = await readImage(path('restarts.jpg'), { channels: 'keep' });
    expect(image.shape).toEqual(shape);
    // The transform back may differ by one in its last bit.
    for (const [i, value] of values.entries()) expect(Math.abs(image.data[i] * 255 - value)).toBeLessThan(1.01);
  });

  it('refuses it where a part between two of them is gone, twice there or another', async () => {
    const marker = (number: number) => whole.indexOf(Uint8Array.of(0xff, 0xd0 + number));
    const [second, third, fourth] = [marker(1), marker(2), marker(3)];
    const [head, part, tail] = [whole.subarray(0, second), whole.subarray(second, third), whole.subarray(third)];
    const message = 'a part of its image data is missing';
    expect(await refusal(Buffer.concat([head, tail]))).toContain(message);
    expect(await refusal(Buffer.concat([head, part, part, tail]))).toContain(message);
    const swapped = [whole.subarray(third, fourth), part, whole.subarray(fourth)];
    expect(await refusal(Buffer.concat([head, ...swapped]))).toContain(message);
  });
});

describe('readImage does not mind', () => {
  it('what lies behind the end of an image, and a damaged comment of a PNG', async () => {
    expect(await refusal(Buffer.concat([await photo(1), Buffer.from('behind')]))).toBe('read');
    const png = await sharp(await photo(1))
      .png()
      .toBuffer();
    const comment = Buffer.from('\0\0\0\x03tEXta\0b\0\0\0\0', 'latin1'); // its checksum is wrong
    expect(await refusal(Buffer.concat([png.subarray(0, 33), comment, png.subarray(33)]))).toBe('read');
  });
});

describe('readImage of a TIFF file', () => {
  // ITU-R BT.601 in full range: red, then blue, as JFIF stores them.
  const [red, blue] = [
    [76, 85, 255],
    [29, 255, 107],
  ];
  const strip = Uint8Array.from([...red, ...blue]);

  for (const order of ['II', 'MM'] as const) {
    for (const big of [false, true]) {
      const kind = `${big ? 'BigTIFF' : 'TIFF'}, ${order}`;
      it(`refuses YCbCr that would be taken for RGB (${kind})`, async () => {
        const message = 'expected grey or RGB colours, found YCbCr; convert the file to RGB first.';
        expect(await refusal(tiffFile(strip, 2, { colours: 6, order, big }))).toBe(`${path('image.jpg')}: ${message}`);
        const deflated = tiffFile(deflateSync(strip), 2, { colours: 6, compression: 8, order, big });
        expect(await refusal(deflated)).toContain(message);
      });

      it(`reads RGB, deflated or not (${kind})`, async () => {
        for (const file of [
          tiffFile(strip, 2, { colours: 2, order, big }),
          tiffFile(deflateSync(strip), 2, { colours: 2, compression: 8, order, big }),
        ]) {
          await writeFile(path('rgb.tif'), file);
          const { data } = await readImage(path('rgb.tif'), { channels: 3 });
          expect(data).toEqual(Float32Array.from(strip, (value) => value / 255));
        }
      });
    }
  }

  it('reads YCbCr that JPEG compressed as the red that it is', async () => {
    const pixels = { create: { width: 32, height: 32, channels: 3 as const, background: '#ff0000' } };
    await writeFile(path('red.tif'), await sharp(pixels).tiff({ compression: 'jpeg', quality: 95 }).toBuffer());
    const { data } = await readImage(path('red.tif'), { channels: 3 });
    for (const [i, value] of [1, 0, 0].entries()) expect(Math.abs(data[i] - value)).toBeLessThan(0.02);
  });

  it('names other colours that it does not know', async () => {
    expect(await refusal(tiffFile(strip, 2, { colours: 8 }))).toContain('found CIE L*a*b*; convert');
    expect(await refusal(tiffFile(strip, 2, { colours: 9999 }))).toContain('those of PhotometricInterpretation 9999');
  });
});
