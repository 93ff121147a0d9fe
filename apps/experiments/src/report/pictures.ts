import { join } from 'node:path';
import sharp from 'sharp';
import type { GalleryItem } from '../records';

/** The longer side of a picture in the report. */
const SIDE = 160;

type Color = readonly [red: number, green: number, blue: number];

const TRUE: Color = [86, 180, 233];
const PREDICTED: Color = [230, 159, 0];

/** One picture of an example: the model's or the truth. */
export interface Picture {
  readonly title: string;
  readonly source: string;
}

interface Grey {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

/** A picture as grey values at the report's size; masks keep their edges. */
async function readGrey(path: string, kernel: 'cubic' | 'nearest'): Promise<Grey> {
  const { data, info } = await sharp(path)
    .resize(SIDE, SIDE, { fit: 'inside', kernel })
    .toColorspace('b-w')
    .extractChannel(0)
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/** The pixels of a mask that have a neighbour outside of it. */
function outline({ data, width, height }: Grey): (at: number) => boolean {
  const inside = (y: number, x: number): boolean =>
    y >= 0 && y < height && x >= 0 && x < width && data[y * width + x] >= 128;
  return (at) => {
    const [y, x] = [Math.floor(at / width), at % width];
    return inside(y, x) && !(inside(y - 1, x) && inside(y + 1, x) && inside(y, x - 1) && inside(y, x + 1));
  };
}

/** Black over red and yellow to white. */
const heat = (value: number): Color => [
  Math.min(255, 3 * value),
  Math.max(0, Math.min(255, 3 * value - 255)),
  Math.max(0, 3 * value - 510),
];

/** Paints each pixel over the grey image: its colour and how opaque it is. */
async function paint(image: Grey, colorAt: (at: number) => readonly [Color, number]): Promise<string> {
  const { data, width, height } = image;
  const pixels = new Uint8Array(3 * data.length);
  data.forEach((grey, at) => {
    const [color, opacity] = colorAt(at);
    for (let k = 0; k < 3; k++) pixels[3 * at + k] = Math.round((1 - opacity) * grey + opacity * color[k]);
  });
  const webp = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .webp({ quality: 75 })
    .toBuffer();
  return `data:image/webp;base64,${webp.toString('base64')}`;
}

const bare = (image: Grey): Promise<string> => paint(image, () => [TRUE, 0]);

/**
 * The pictures of an example: the image, the true mask, the prediction with the outline of the true mask, the
 * reconstruction, and the class-activation map with that outline.
 */
export async function readPictures(folder: string, item: GalleryItem): Promise<Picture[]> {
  const read = async (name: string | null, kernel: 'cubic' | 'nearest'): Promise<Grey | null> =>
    name === null ? null : readGrey(join(folder, name), kernel);
  const image = await readGrey(join(folder, item.image), 'cubic');
  const [truth, prediction] = [await read(item.truth, 'nearest'), await read(item.prediction, 'nearest')];
  const [reconstruction, cam] = [await read(item.reconstruction, 'cubic'), await read(item.cam, 'cubic')];
  const isEdge = truth === null ? () => false : outline(truth);
  const pictures: Picture[] = [{ title: 'Image', source: await bare(image) }];
  const add = async (title: string, source: Promise<string>): Promise<void> => {
    pictures.push({ title, source: await source });
  };
  if (truth)
    await add(
      'True mask',
      paint(image, (at) => [TRUE, truth.data[at] >= 128 ? 0.55 : 0]),
    );
  if (prediction) {
    await add(
      'Prediction',
      paint(image, (at) => (isEdge(at) ? [TRUE, 1] : [PREDICTED, prediction.data[at] >= 128 ? 0.55 : 0])),
    );
  }
  if (reconstruction) await add('Reconstruction', bare(reconstruction));
  if (cam) {
    await add(
      'Grad-CAM',
      paint(image, (at) => (isEdge(at) ? [TRUE, 1] : [heat(cam.data[at]), 0.65])),
    );
  }
  return pictures;
}
