import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readImageHeader } from '../src/page/image-header';

const image = sharp({ create: { width: 300, height: 20, channels: 3, background: '#777' } });

describe('readImageHeader', () => {
  it('reads kind and size of what other programs write', async () => {
    const files = [
      [{ kind: 'PNG', width: 300, height: 20 }, image.clone().png()],
      [{ kind: 'JPEG', width: 300, height: 20 }, image.clone().jpeg()],
      [
        { kind: 'JPEG', width: 300, height: 20 },
        image
          .clone()
          .jpeg({ progressive: true })
          .withExif({ IFD0: { Artist: 'a' } }),
      ],
    ] as const;
    for (const [header, file] of files) expect(readImageHeader(await file.toBuffer())).toEqual(header);
  });

  it('says what else it is', async () => {
    const said = async (bytes: Uint8Array | Promise<Uint8Array>) => {
      const read = await bytes;
      try {
        return readImageHeader(read);
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(await said(new Uint8Array())).toBe('is empty: it has 0 bytes');
    expect(await said(image.clone().webp().toBuffer())).toMatch(/^is a WebP image, by its content: expected/);
    expect(await said(image.clone().gif().toBuffer())).toMatch(/^is a GIF/);
    expect(await said(image.clone().tiff().toBuffer())).toMatch(/^is a TIFF image/);
    expect(await said(new TextEncoder().encode('<!-- a --><svg/>'))).toMatch(/^is an SVG drawing/);
  });

  it('reads or refuses any bytes, behind any beginning', async () => {
    const beginnings = [[], [...(await image.clone().jpeg().toBuffer()).subarray(0, 24)], [0xff, 0xd8, 0xff]];
    fc.assert(
      fc.property(fc.constantFrom(...beginnings), fc.uint8Array({ maxLength: 200 }), (begin, rest) => {
        try {
          const { width, height } = readImageHeader(Uint8Array.of(...begin, ...rest));
          expect(Number.isInteger(width) && Number.isInteger(height)).toBe(true);
        } catch (error) {
          expect((error as Error).message).toMatch(/^is /);
        }
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});
