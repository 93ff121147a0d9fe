import sharp, { type Sharp } from 'sharp';
import { random } from 'tfjs-multitask/data';

type Make = (image: Sharp) => Sharp;

const SIZE = { width: 37, height: 29 };

/** Pixels that are neither flat nor noise alone. */
function pixels(channels: number): Buffer {
  const { uniform } = random(8, 'pixels', channels);
  return Buffer.from(
    Array.from(
      { length: SIZE.width * SIZE.height * channels },
      (_, i) => 3 * ((i / channels) % SIZE.width) + 99 * uniform(),
    ),
  );
}

const images: Record<string, { readonly channels: 1 | 2 | 3 | 4; readonly make: Make }> = {
  'png grey': { channels: 1, make: (image) => image.toColourspace('b-w').png() },
  'png grey alpha': { channels: 2, make: (image) => image.toColourspace('b-w').png() },
  'png grey 16': { channels: 1, make: (image) => image.toColourspace('grey16').png() },
  'png rgb': { channels: 3, make: (image) => image.png() },
  'png rgba 16': { channels: 4, make: (image) => image.toColourspace('rgb16').png() },
  'png palette': { channels: 3, make: (image) => image.png({ palette: true, colours: 16 }) },
  'png interlaced': { channels: 3, make: (image) => image.png({ progressive: true }) },
  'png turned': { channels: 3, make: (image) => image.withMetadata({ orientation: 6 }).png() },
  'jpeg grey': { channels: 1, make: (image) => image.toColourspace('b-w').jpeg() },
  'jpeg rgb': { channels: 3, make: (image) => image.jpeg() },
  'jpeg 444': { channels: 3, make: (image) => image.jpeg({ quality: 95, chromaSubsampling: '4:4:4' }) },
  'jpeg progressive': { channels: 3, make: (image) => image.jpeg({ progressive: true }) },
  'jpeg turned': { channels: 3, make: (image) => image.withMetadata({ orientation: 8 }).jpeg() },
  'tiff grey': { channels: 1, make: (image) => image.toColourspace('b-w').tiff({ compression: 'none' }) },
  'tiff rgb lzw': { channels: 3, make: (image) => image.tiff({ compression: 'lzw' }) },
  'tiff deflate predicted': {
    channels: 3,
    make: (image) => image.tiff({ compression: 'deflate', predictor: 'horizontal' }),
  },
  'tiff packbits': { channels: 1, make: (image) => image.toColourspace('b-w').tiff({ compression: 'packbits' }) },
  'tiff jpeg': { channels: 3, make: (image) => image.tiff({ compression: 'jpeg' }) },
  'tiff tiled': {
    channels: 3,
    make: (image) => image.tiff({ compression: 'lzw', tile: true, tileWidth: 16, tileHeight: 16 }),
  },
  'tiff pyramid': {
    channels: 3,
    make: (image) => image.tiff({ compression: 'none', pyramid: true, tile: true, tileWidth: 16, tileHeight: 16 }),
  },
  'tiff 16': { channels: 1, make: (image) => image.toColourspace('grey16').tiff({ compression: 'lzw' }) },
  'tiff bits': { channels: 1, make: (image) => image.toColourspace('b-w').tiff({ compression: 'none', bitdepth: 1 }) },
};

export const IMAGES: readonly string[] = Object.keys(images);

const made = new Map<string, Promise<Buffer>>();

/** The bytes of one of `IMAGES`. */
export async function imageBytes(name: string): Promise<Buffer> {
  const { channels, make } = images[name];
  if (!made.has(name)) made.set(name, make(sharp(pixels(channels), { raw: { ...SIZE, channels } })).toBuffer());
  return Buffer.from((await made.get(name))!);
}
