import type { Picture } from '../messages';
import { readImageHeader } from './image-header';

const MOST_BYTES = 32 * 2 ** 20;
/** A decoder needs four bytes for each. */
const MOST_PIXELS = 50_000_000;
const LEAST_SIDE = 16;
/** Of the picture on show. */
const MOST_SHOWN = 512;
/** Mean difference of colours, of 255, above which a picture is no grey one. */
const COLOURED = 8;

/** A file as a grey picture of at most 512 pixels a side. */
export interface Upload {
  readonly name: string;
  readonly picture: Picture;
  /** It has colours, which a CT slice has not. */
  readonly coloured: boolean;
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MB`;

/** The bytes, once it is known that they are an image of a sane size: an image of a few bytes may decode to gigabytes. */
async function readBytes(file: Blob): Promise<Blob> {
  if (file.size > MOST_BYTES) throw new Error(`has ${megabytes(file.size)}; at most ${megabytes(MOST_BYTES)} are read`);
  const bytes = new Uint8Array(
    await file.arrayBuffer().catch(() => {
      throw new Error('cannot be read: it may be a folder, or have been moved');
    }),
  );
  const { kind, width, height } = readImageHeader(bytes);
  const size = `${width} x ${height} pixels`;
  if (width * height > MOST_PIXELS) throw new Error(`has ${size}; at most ${MOST_PIXELS / 1e6} million are decoded`);
  if (Math.min(width, height) < LEAST_SIDE) throw new Error(`has ${size}; at least ${LEAST_SIDE} a side are needed`);
  return new Blob([bytes], { type: kind === 'PNG' ? 'image/png' : 'image/jpeg' });
}

function toGrey(pixels: Uint8ClampedArray): { data: Uint8ClampedArray<ArrayBuffer>; coloured: boolean } {
  const data = new Uint8ClampedArray(pixels.length / 4);
  let spread = 0;
  for (let i = 0; i < data.length; i++) {
    const [red, green, blue] = pixels.subarray(4 * i, 4 * i + 3);
    data[i] = 0.299 * red + 0.587 * green + 0.114 * blue;
    spread += Math.max(red, green, blue) - Math.min(red, green, blue);
  }
  return { data, coloured: spread / data.length > COLOURED };
}

/** Reads a PNG or JPEG. Throws an error that names the file and what is wrong with it. */
export async function readUpload(file: File): Promise<Upload> {
  const name = file.name || 'The picture';
  try {
    const image = await createImageBitmap(await readBytes(file)).catch((error: Error) => {
      throw /^(is|has|cannot) /.test(error.message) ? error : new Error('cannot be decoded: the file is damaged');
    });
    const shrink = Math.min(1, MOST_SHOWN / Math.max(image.width, image.height));
    const [width, height] = [image.width, image.height].map((side) => Math.max(1, Math.round(side * shrink)));
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
    context.fillRect(0, 0, width, height); // behind what is transparent
    context.imageSmoothingQuality = 'high';
    context.drawImage(image, 0, 0, width, height);
    image.close();
    const { data, coloured } = toGrey(context.getImageData(0, 0, width, height).data);
    return { name, picture: { width, height, data }, coloured };
  } catch (error) {
    throw new Error(`${name} ${(error as Error).message}.`, { cause: error });
  }
}
