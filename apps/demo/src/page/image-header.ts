/** What a file begins with. */
export interface ImageHeader {
  readonly kind: 'PNG' | 'JPEG';
  readonly width: number;
  readonly height: number;
}

const text = (bytes: Uint8Array, from: number, to: number): string =>
  String.fromCharCode(...bytes.subarray(from, Math.min(to, bytes.length)));

/** What a file that is no PNG or JPEG looks like, for the message. */
function guess(bytes: Uint8Array): string {
  const start = text(bytes, 0, 512).trimStart();
  if (/^(<\?xml[^>]*>\s*)?(<!--.*?-->\s*|<!DOCTYPE[^>]*>\s*)*<svg/is.test(start)) return 'an SVG drawing';
  if (start.startsWith('GIF8')) return 'a GIF';
  if (start.startsWith('RIFF') && text(bytes, 8, 12) === 'WEBP') return 'a WebP image';
  if (start.startsWith('%PDF')) return 'a PDF';
  if (start.startsWith('BM')) return 'a BMP image';
  if (/^(II\*\0|MM\0\*)/.test(start)) return 'a TIFF image';
  if (text(bytes, 128, 132) === 'DICM') return 'a DICOM file';
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return 'a gzip archive';
  if (start.startsWith('PK')) return 'a zip archive';
  if (/^<(!doctype )?html/i.test(start)) return 'a web page';
  return /^[\t\n\r\x20-\x7e]*$/.test(start) ? 'text' : 'another kind of file';
}

function readPng(bytes: Uint8Array): ImageHeader {
  if (bytes.length < 24 || text(bytes, 12, 16) !== 'IHDR')
    throw new Error('is a PNG that is cut off in its first bytes');
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return { kind: 'PNG', width: view.getUint32(16), height: view.getUint32(20) };
}

/** Frames that hold the size: SOF0 to SOF15 without the tables and extensions among them. */
const isFrame = (marker: number): boolean => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

function readJpeg(bytes: Uint8Array): ImageHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (let at = 2; at + 9 <= bytes.length && bytes[at] === 0xff; ) {
    const marker = bytes[at + 1];
    if (marker === 0xff) {
      at++; // fill
      continue;
    }
    if (isFrame(marker)) return { kind: 'JPEG', width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    at += 2 + view.getUint16(at + 2);
  }
  throw new Error('is a JPEG that is cut off or damaged: it says no size');
}

/** The kind and size of a PNG or JPEG, by its content whatever its name is. Throws the end of a sentence about the file. */
export function readImageHeader(bytes: Uint8Array): ImageHeader {
  if (bytes.length === 0) throw new Error('is empty: it has 0 bytes');
  if (text(bytes, 0, 8) === '\x89PNG\r\n\x1a\n') return readPng(bytes);
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return readJpeg(bytes);
  throw new Error(`is ${guess(bytes)}, by its content: expected a PNG or a JPEG`);
}
