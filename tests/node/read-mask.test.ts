import { writeFile } from 'node:fs/promises';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { type ReadMaskOptions, readMask } from '../../src/node/read-mask';
import { temporaryDirectory } from './temporary-directory';

const path = temporaryDirectory();
const SIDE = 12;

/** Three stripes of four rows each. */
const stripes = (values: readonly (number | readonly number[])[]): number[] =>
  Array.from({ length: SIDE * SIDE }, (_, i) => values[Math.floor(i / SIDE / 4)]).flat();

function image(values: readonly (number | readonly number[])[], channels: 1 | 2 | 3 | 4 = 1) {
  return sharp(Uint8Array.from(stripes(values)), { raw: { width: SIDE, height: SIDE, channels } });
}

async function read(file: Sharp, options?: ReadMaskOptions) {
  const name = path('mask');
  await writeFile(name, await file.toBuffer());
  return readMask(name, options);
}

const binary = (values: readonly number[]) => ({ data: Uint8Array.from(stripes(values)), shape: [SIDE, SIDE, 1] });

describe('readMask takes as it is', () => {
  it.each([
    ['0 and 1', [0, 1, 0], [0, 1, 0]],
    ['0 and 255', [255, 0, 0], [1, 0, 0]],
    ['nothing but 0', [0, 0, 0], [0, 0, 0]],
    ['nothing but 255', [255, 255, 255], [1, 1, 1]],
  ] as const)('a mask of %s', async (_, values, lesion) => {
    for (const file of [
      image(values).toColourspace('b-w').png(),
      image(values).png(), // grey stored as colours
      image(values).png({ palette: true }),
      image(values).toColourspace('b-w').tiff({ compression: 'lzw' }),
      image(
        values.map((value) => [value, value, value, 255]),
        4,
      ).png(), // opaque
    ]) {
      expect(await read(file)).toEqual({ label: binary(lesion) });
    }
  });

  it('one of one bit, and one of sixteen', async () => {
    const one = image([0, 255, 0]).toColourspace('b-w').tiff({ bitdepth: 1, compression: 'none' });
    expect((await read(one)).label).toEqual(binary([0, 1, 0]));
    for (const white of [1, 255, 65535]) {
      const deep = sharp(Uint16Array.from(stripes([white, 0, 0])), { raw: { width: SIDE, height: SIDE, channels: 1 } });
      expect((await read(deep.toColourspace('grey16').png())).label).toEqual(binary([1, 0, 0]));
    }
  });

  it('a JPEG of black and white, whatever its compression does to edges', async () => {
    for (const quality of [95, 75, 40]) {
      const { label } = await read(image([0, 255, 0]).jpeg({ quality }));
      expect(label).toEqual(binary([0, 1, 0]));
    }
  });
});

describe('readMask refuses without further words', () => {
  it.each([
    [
      'three values',
      image([0, 60, 120]).png(),
      'found 0, 60, 120; say what they mean: values: { 0: 0, 60: 1, 120: 2 }',
    ],
    ['another value alone', image([0, 2, 0]).png(), 'found 0, 2; say what they mean: values: { 0: 0, 2: 1 }'],
    ['1 and 255', image([0, 1, 255]).png(), 'found 0, 1, 255;'],
    [
      'colours',
      image(
        [
          [0, 0, 0],
          [0, 0, 255],
          [0, 0, 0],
        ],
        3,
      ).png(),
      "found 0, '#0000ff'; say what they mean: values: { 0: 0, '#0000ff': 1 }",
    ],
    [
      'a palette of colours',
      image(
        [
          [0, 0, 0],
          [255, 255, 0],
          [255, 0, 0],
        ],
        3,
      ).png({ palette: true }),
      "found 0, '#ff0000', '#ffff00';",
    ],
    [
      'transparent pixels',
      image(
        [
          [0, 0],
          [0, 255],
          [0, 0],
        ],
        2,
      ).png(),
      "found transparent pixels; say where the mask is, in the channel: 'alpha' or 'colour'.",
    ],
    [
      'white of four bits, which may be the last of sixteen classes',
      image([0, 255, 0]).toColourspace('b-w').tiff({ bitdepth: 4, compression: 'none' }),
      'found 0, 255 in 4 bits;',
    ],
    [
      'an area of grey in a JPEG',
      image([0, 140, 255]).jpeg(),
      /found an area of the grey 1[34]\d of 255\. JPEG changes/,
    ],
    [
      'colours in a JPEG',
      image(
        [
          [0, 0, 0],
          [255, 255, 255],
          [255, 0, 0],
        ],
        3,
      ).jpeg(),
      'found colours.',
    ],
    ['a dark JPEG', image([0, 1, 1]).jpeg(), 'found nothing brighter than 1 of 255; set a threshold'],
  ])('%s', async (_, file, said) => {
    await expect(read(file)).rejects.toThrow(said);
    await expect(read(file)).rejects.toThrow(path('mask'));
  });
});

describe('readMask, told what pixels mean,', () => {
  it('maps values to classes and to unknown', async () => {
    const values = { 0: 0, 60: 1, 120: 2, 255: 'unknown' } as const;
    const { label, weight } = await read(image([120, 255, 60]).png(), { values });
    expect(label).toEqual({
      data: Uint8Array.from(
        stripes([
          [0, 0, 1],
          [1, 0, 0],
          [0, 1, 0],
        ]),
      ),
      shape: [SIDE, SIDE, 3],
    });
    expect(weight).toEqual(binary([1, 0, 1]));
    await expect(read(image([0, 61, 0]).png(), { values })).rejects.toThrow(
      `${path('mask')}: expected the values 0, 60, 120, 255, which \`values\` names, found 61, too.`,
    );
  });

  it('maps colours, of a palette too, and a black mask stored without them', async () => {
    const values = { '#000000': 0, '#0000ff': 1, '#ffff00': 2 } as const;
    const pixels = [
      [0, 0, 255],
      [0, 0, 0],
      [255, 255, 0],
    ];
    const label = {
      data: Uint8Array.from(
        stripes([
          [0, 1, 0],
          [1, 0, 0],
          [0, 0, 1],
        ]),
      ),
      shape: [SIDE, SIDE, 3],
    };
    expect(await read(image(pixels, 3).png(), { values })).toEqual({ label });
    expect(await read(image(pixels, 3).png({ palette: true }), { values })).toEqual({ label });
    const black = {
      data: Uint8Array.from(
        stripes([
          [1, 0, 0],
          [1, 0, 0],
          [1, 0, 0],
        ]),
      ),
      shape: [SIDE, SIDE, 3],
    };
    expect(await read(image([0, 0, 0]).toColourspace('b-w').png(), { values })).toEqual({ label: black });
  });

  it('cannot map the values of a JPEG', async () => {
    await expect(read(image([0, 255, 0]).jpeg(), { values: { 0: 0, 255: 1 } })).rejects.toThrow(
      'found a JPEG; save the mask',
    );
  });

  it('takes what is brighter than a threshold', async () => {
    expect((await read(image([0, 60, 120]).png(), { threshold: 0.3 })).label).toEqual(binary([0, 0, 1]));
    expect((await read(image([0, 60, 120]).png(), { threshold: 0 })).label).toEqual(binary([0, 1, 1]));
    expect((await read(image([0, 140, 255]).jpeg(), { threshold: 0.8 })).label).toEqual(binary([0, 0, 1]));
    // the luma of red is 0.299, of green 0.587
    const bright = await read(
      image(
        [
          [0, 0, 0],
          [255, 0, 0],
          [0, 255, 0],
        ],
        3,
      ).png(),
      { threshold: 0.5 },
    );
    expect(bright.label).toEqual(binary([0, 0, 1]));
  });

  it('looks in the alpha channel, or past it', async () => {
    const pixels = [
      [255, 255, 255, 0],
      [0, 0, 0, 255],
      [255, 255, 255, 255],
    ];
    expect((await read(image(pixels, 4).png(), { channel: 'alpha' })).label).toEqual(binary([0, 1, 1]));
    expect((await read(image(pixels, 4).png(), { channel: 'colour' })).label).toEqual(binary([1, 0, 1]));
    await expect(read(image([0, 1, 0]).png(), { channel: 'alpha' })).rejects.toThrow(
      'expected a mask in the alpha channel, found none.',
    );
  });

  it('holds the mask to its image: the size, and how EXIF turns it', async () => {
    const mask = image([0, 1, 0]).png();
    const scan = (orientation: number) => image([9, 8, 7]).withMetadata({ orientation }).jpeg().toFile(path('scan'));
    await scan(1);
    expect((await read(mask, { image: path('scan') })).label).toEqual(binary([0, 1, 0]));
    await scan(8);
    await expect(read(mask, { image: path('scan') })).rejects.toThrow(
      `${path('mask')}: expected a mask with the EXIF orientation of its image ${path('scan')}, 8, found 1:`,
    );
    await image([9, 8, 7]).resize(4, 4).png().toFile(path('scan'));
    await expect(read(mask, { image: path('scan') })).rejects.toThrow('4 x 4 (height x width), found 12 x 12.');
  });

  it('refuses options that make no sense', async () => {
    const said = (options: unknown) => expect(readMask('none.png', options as ReadMaskOptions)).rejects;
    await said({ threshold: 0.5, values: { 0: 0, 1: 1 } }).toThrow('readMask: takes values or a threshold, got both.');
    await said({ threshold: 128 }).toThrow('readMask: threshold must lie in [0, 1], got 128.');
    await said({ channel: 'red' }).toThrow("readMask: channel must be one of 'colour', 'alpha'; got 'red'.");
    await said({ values: { 0: 1 } }).toThrow('readMask: values must name each class');
    await said({ value: { 0: 0, 1: 1 } }).toThrow("readMask: unknown option 'value'. Did you mean 'values'?");
  });
});
