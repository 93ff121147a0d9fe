import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metadata, Sharp } from 'sharp';
import { loadSharp } from './load-sharp';
import { resolveInside } from './resolve-inside';
import { strangeTiffColours } from './tiff-colours';

export interface OpenImageOptions {
  /** Of a TIFF stack. */
  readonly page?: number | undefined;
  readonly pixelLimit: number;
  readonly root: string | undefined;
}

/** An image whose header has been read and checked; its pixels have not been decoded yet. */
export interface OpenImage {
  /** The file. */
  readonly bytes: Buffer;
  readonly sharp: Sharp;
  /** Its path, for error messages. */
  readonly name: string;
  readonly kind: string;
  /** Upright, as the orientation in the file says. */
  readonly height: number;
  readonly width: number;
  /** As stored, alpha included; a palette counts as its colours. */
  readonly channels: number;
  readonly depth: 8 | 16;
  /** Bits of a channel in the file: fewer than 8 are spread over 8. */
  readonly bits: number;
  /** EXIF's: 1 is upright, from 5 on height and width change places. */
  readonly orientation: number;
}

const SIGNATURES: readonly (readonly [kind: string, bytes: readonly number[]])[] = [
  ['PNG', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['JPEG', [0xff, 0xd8, 0xff]],
  ['TIFF', [0x49, 0x49, 0x2a, 0x00]],
  ['TIFF', [0x4d, 0x4d, 0x00, 0x2a]],
  ['TIFF', [0x49, 0x49, 0x2b, 0x00]],
  ['TIFF', [0x4d, 0x4d, 0x00, 0x2b]],
];

function describe(bytes: Buffer): string {
  if (bytes.length === 0) return 'an empty file';
  const start = bytes.subarray(0, 16);
  if (start.every((byte) => (byte >= 32 && byte < 127) || byte === 9 || byte === 10 || byte === 13)) {
    return `text (${JSON.stringify(start.toString('latin1'))})`;
  }
  return `a file that starts with the bytes ${start.subarray(0, 8).toString('hex')}`;
}

async function readBytes(path: string, name: string, root: string | undefined): Promise<Buffer> {
  try {
    const file = root === undefined ? path : await resolveInside(root, path);
    // Opening a pipe or a device could wait for ever.
    if (!(await stat(file)).isFile()) throw new Error(`${name}: expected an image file, found something else.`);
    return await readFile(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new Error(`${name}: expected an image file: ${message}.`, { cause: error });
  }
}

/** Throws unless a file has the page that is asked for, and one page where none is. */
function checkPage(page: number | undefined, pages: number, name: string): void {
  if (page === undefined && pages > 1) {
    throw new Error(
      `${name}: expected one image, found a stack of ${pages} pages; say which: { page: 0 } is the first.`,
    );
  }
  if (page !== undefined && page >= pages) {
    throw new Error(`${name}: expected a page ${page} (the first is 0), found ${pages} page${pages === 1 ? '' : 's'}.`);
  }
}

/**
 * Reads a file and its image header; `sharp` is set up to return upright pixels as stored, without colour management.
 */
export async function openImage(path: string, { page, pixelLimit, root }: OpenImageOptions): Promise<OpenImage> {
  const name = root === undefined ? path : join(root, path);
  const bytes = await readBytes(path, name, root);
  // Sharp knows many more formats, some of which (SVG, PDF) can reach out to other files.
  const kind = SIGNATURES.find(([, signature]) => signature.every((byte, i) => bytes[i] === byte))?.[0];
  if (kind === undefined) throw new Error(`${name}: expected a PNG, JPEG or TIFF image, found ${describe(bytes)}.`);
  const colours = kind === 'TIFF' ? strangeTiffColours(bytes, page) : undefined;
  if (colours !== undefined) {
    throw new Error(`${name}: expected grey or RGB colours, found ${colours}; convert the file to RGB first.`);
  }

  const sharp = await loadSharp();
  const readHeader = (at: number): Promise<Metadata> =>
    sharp(bytes, { limitInputPixels: false, page: at })
      .metadata()
      .catch((error: Error) => {
        throw new Error(`${name}: expected a whole ${kind} image, found a broken header: ${error.message}.`, {
          cause: error,
        });
      });
  const first = await readHeader(0);
  checkPage(page, first.pages ?? 1, name);
  const {
    width,
    height,
    channels,
    depth,
    bitsPerSample = 8,
    isPalette,
    space,
    orientation = 1,
  } = page ? await readHeader(page) : first;
  if (width * height > pixelLimit) {
    throw new Error(
      `${name}: expected at most ${pixelLimit} pixels, found ${width} x ${height} = ${width * height}; ` +
        'raise pixelLimit if the file can be trusted.',
    );
  }
  if (depth !== 'uchar' && depth !== 'ushort') {
    throw new Error(`${name}: expected 8 or 16 bits per channel, unsigned; found ${depth} numbers.`);
  }
  if (!['b-w', 'grey16', 'srgb', 'rgb16'].includes(space)) {
    throw new Error(`${name}: expected grey or RGB colours, found the colour space ${space}.`);
  }
  const turned = orientation >= 5;
  return {
    bytes,
    // Naming the colour space that the image has keeps sharp from converting; from 'b-w' it would keep one channel.
    // A decoder that warns has filled gaps with pixels of its own.
    sharp: sharp(bytes, { limitInputPixels: pixelLimit, failOn: 'warning', ignoreIcc: true, page: page ?? 0 })
      .rotate()
      .toColourspace(space === 'b-w' && channels > 1 ? 'srgb' : space)
      .raw({ depth }),
    name,
    kind,
    height: turned ? width : height,
    width: turned ? height : width,
    channels,
    depth: depth === 'uchar' ? 8 : 16,
    bits: isPalette ? 8 : bitsPerSample,
    orientation,
  };
}
