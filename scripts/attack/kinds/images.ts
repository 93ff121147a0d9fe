import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { NDArray } from 'tfjs-multitask';
import { readImage } from 'tfjs-multitask/node';
import { type Attack, Fault } from '../attack';
import { applyEdits, drawEdits, type Edit } from '../edits';
import { type Craft, craftImage, drawCraft } from '../files/image-parts';
import { IMAGES, imageBytes } from '../files/images';
import { readOrRefuse } from '../messages';

interface Input {
  readonly image: string;
  readonly crafts: readonly Craft[];
  readonly edits: readonly Edit[];
  readonly channels: 1 | 3 | 'keep';
  readonly pixelLimit: number;
}

/** Throws unless this can be an image. */
function checkImage({ data, shape }: NDArray, pixelLimit: number): void {
  const [height, width, channels] = shape;
  const fits = shape.length === 3 && shape.every((n) => Number.isInteger(n) && n > 0);
  if (!fits || height * width * channels !== data.length || height * width > pixelLimit) {
    throw new Fault('silent', `an image of shape [${shape}] with ${data.length} values was read`);
  }
  const bad = data.find((value) => !(value >= 0 && value <= 1));
  if (bad !== undefined) throw new Fault('silent', `an image that holds ${bad} was read`);
}

/**
 * Whether the damage must be seen where it changes pixels: PNG has sums over everything, and a JPEG without its end is
 * not whole. Else neither JPEG nor TIFF has sums, and nothing may tell.
 */
function tells({ image, crafts, edits }: Input): boolean {
  if (crafts.length > 0) return false;
  return image.startsWith('png') || (image.startsWith('jpeg') && edits.length === 1 && edits[0].edit === 'cut');
}

/** Mutated and crafted PNG, JPEG and TIFF files. */
export const images: Attack<Input> = {
  kind: 'images',
  share: 300,
  draw(random) {
    const oneOf = <V>(values: readonly V[]): V => values[random.integer(values.length)];
    const crafted = random.integer(2) === 0;
    return {
      image: oneOf(IMAGES),
      crafts: crafted ? Array.from({ length: 1 + random.integer(3) }, () => drawCraft(random)) : [],
      edits: crafted && random.integer(4) > 0 ? [] : drawEdits(random),
      channels: oneOf([1, 3, 'keep']),
      pixelLimit: oneOf([2 ** 12, 2 ** 20, 2 ** 22]),
    };
  },
  async run(input, folder) {
    const { image, crafts, edits, channels, pixelLimit } = input;
    const path = join(folder, 'image');
    const bytes = await imageBytes(image);
    await writeFile(path, bytes);
    // Of a stack a page must be named.
    const options = { channels, pixelLimit, ...(image === 'tiff pyramid' ? { page: 0 } : {}) };
    const before = await readImage(path, options);
    const format = image.split(' ')[0] as 'png' | 'jpeg' | 'tiff';
    await writeFile(path, applyEdits(craftImage(format, bytes, crafts), edits));
    const after = await readOrRefuse(() => readImage(path, options), path);
    if (after === undefined) return;
    checkImage(after, pixelLimit);
    if (tells(input) && !isDeepStrictEqual(after, before)) {
      throw new Fault('silent', 'the file was damaged, and other pixels were read from it');
    }
  },
};
