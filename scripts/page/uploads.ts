import { deflateSync } from 'node:zlib';
import sharp from 'sharp';

/** A file as a visitor opens it. */
export interface Upload {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

const png = (name: string, buffer: Buffer): Upload => ({ name, mimeType: 'image/png', buffer });

/** A grey picture in which something can be seen: rings. */
export function rings(width: number, height: number): Uint8Array {
  return Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [(i % width) - width / 2, Math.floor(i / width) - height / 2];
    return 128 + 100 * Math.sin(Math.hypot(x, y) / 5);
  });
}

export const greyPng = async (name: string, width: number, height: number): Promise<Upload> =>
  png(
    name,
    await sharp(rings(width, height), { raw: { width, height, channels: 1 } })
      .png()
      .toBuffer(),
  );

export const greyJpeg = async (name: string, side: number): Promise<Upload> => ({
  name,
  mimeType: 'image/jpeg',
  buffer: await sharp(rings(side, side), { raw: { width: side, height: side, channels: 1 } })
    .jpeg({ quality: 95 })
    .toBuffer(),
});

export const colouredPng = async (name: string): Promise<Upload> =>
  png(
    name,
    await sharp({ create: { width: 64, height: 64, channels: 3, background: '#c02010' } })
      .png()
      .toBuffer(),
  );

const chunk = (type: string, data: Buffer): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, Buffer.from(type), data, Buffer.alloc(4)]);
};

/** A few bytes that say they are a picture of any size. */
function claimedPng(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(8))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const SVG =
  '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>globalThis.harmed = true</script></svg>';

/** Files that must be refused, each with what must be said of it. */
export async function hostileUploads(): Promise<readonly (readonly [Upload, RegExp])[]> {
  const { buffer: whole } = await greyPng('', 64, 64);
  const { buffer: jpeg } = await greyJpeg('', 64);
  return [
    [png('nothing.png', Buffer.alloc(0)), /^nothing\.png is empty: it has 0 bytes\.$/],
    [
      png('letter.png', Buffer.from('Dear doctor,')),
      /^letter\.png is text, by its content: expected a PNG or a JPEG\.$/,
    ],
    [png('drawing.png', Buffer.from(SVG)), /^drawing\.png is an SVG drawing/],
    [{ name: 'drawing.svg', mimeType: 'image/svg+xml', buffer: Buffer.from(SVG) }, /^drawing\.svg is an SVG drawing/],
    [png('page.png', Buffer.from('<!doctype html><script>1</script>')), /^page\.png is a web page/],
    [png('scan.png', Buffer.concat([Buffer.alloc(128), Buffer.from('DICM')])), /^scan\.png is a DICOM file/],
    [png('random.png', Buffer.from([7, 0, 200, 1, 255])), /^random\.png is another kind of file/],
    [png('huge.png', claimedPng(100_000, 100_000)), /^huge\.png has 100000 x 100000 pixels; at most 50 million/],
    [png('none.png', claimedPng(0, 0)), /^none\.png has 0 x 0 pixels; at least 16/],
    [png('dot.png', (await greyPng('', 8, 8)).buffer), /^dot\.png has 8 x 8 pixels; at least 16/],
    [png('short.png', whole.subarray(0, 20)), /^short\.png is a PNG that is cut off/],
    [png('damaged.png', claimedPng(64, 64)), /^damaged\.png cannot be decoded: the file is damaged\.$/],
    [
      { name: 'short.jpg', mimeType: 'image/jpeg', buffer: jpeg.subarray(0, 30) },
      /^short\.jpg is a JPEG that is cut off/,
    ],
    [png('<img src=x onerror=harmed=1>.png', Buffer.from('GIF89a')), /^<img src=x onerror=harmed=1>\.png is a GIF/],
  ];
}
