import { tensor4d } from '@tensorflow/tfjs-core';
import { resizeImage } from '../../data/resize-image';
import { scaleToUnit } from '../../data/scale-to-unit';
import { readImage } from '../../node/read-image';
import type { Batch, NDArray } from '../../types';
import type { ImageFile } from './list-images';

/** What a model takes. */
export interface ImageForm {
  readonly size: readonly [height: number, width: number];
  readonly channels: 1 | 3;
  /** Percentiles of each image that become 0 and 1, as in training. */
  readonly percentiles?: readonly [low: number, high: number] | undefined;
  /** Of TIFF stacks. */
  readonly page?: number | undefined;
}

/** An image that was read, or could not be. */
export type ReadImage =
  | { readonly file: ImageFile; readonly x: NDArray; readonly size: readonly [height: number, width: number] }
  | { readonly file: ImageFile; readonly error: string };

/** What was read since it was last asked, in the order of the images. */
export interface ImageSource {
  readonly batches: () => AsyncGenerator<Batch<never>>;
  /** Those that are read and not yet taken, first the first. */
  readonly waiting: ReadImage[];
}

async function read(
  file: ImageFile,
  { size, channels, percentiles, page }: ImageForm,
  skip: boolean,
): Promise<ReadImage> {
  try {
    const image = await readImage(file.path, { channels, page, root: file.root });
    const [height, width] = image.shape;
    const small = resizeImage(image, size);
    const x = percentiles === undefined ? small : scaleToUnit(small, { percentiles });
    return { file, x, size: [height, width] };
  } catch (error) {
    const { message } = error as Error;
    if (skip) return { file, error: message };
    throw new Error(`${message} (--on-error skip lists such images and goes on.)`, { cause: error });
  }
}

/**
 * Images as batches, read in their order; the next batch is read while one is predicted. What cannot be read is in `waiting`
 * alone, or with `skip: false` an error.
 */
export function readImages(
  files: readonly ImageFile[],
  form: ImageForm,
  { batch: batchSize, skip, signal }: { readonly batch: number; readonly skip: boolean; readonly signal: AbortSignal },
): ImageSource {
  const waiting: ReadImage[] = [];
  const readBatch = async (from: number): Promise<ReadImage[]> => {
    const images: ReadImage[] = [];
    // One after the other: an image is held at its own size until it is resized.
    for (const file of files.slice(from, from + batchSize)) images.push(await read(file, form, skip));
    return images;
  };
  async function* batches(): AsyncGenerator<Batch<never>> {
    let next = readBatch(0);
    for (let from = 0; from < files.length; from += batchSize) {
      const images = await next;
      signal.throwIfAborted();
      next = readBatch(from + batchSize);
      next.catch(() => undefined); // thrown when it is awaited
      waiting.push(...images);
      const good = images.flatMap((image) => ('x' in image ? [image] : []));
      if (good.length === 0) continue;
      const [height, width] = form.size;
      const values = new Float32Array(good.length * height * width * form.channels);
      for (const [i, { x }] of good.entries()) values.set(x.data, (i * values.length) / good.length);
      const x = tensor4d(values, [good.length, height, width, form.channels]);
      try {
        yield { x, y: {}, ids: good.map(({ file }) => file.id) };
      } finally {
        x.dispose();
      }
    }
  }
  return { batches, waiting };
}
