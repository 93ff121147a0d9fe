import type { NDArray } from 'tfjs-multitask';
import { resizeImage, scaleToUnit } from 'tfjs-multitask/data';
import { type PhantomKind, phantomSlice } from 'tfjs-multitask/paper';
import type { Grid, Picture } from '../messages';
import { SIZE, SOURCES } from '../recipe';

/** Pixels of a side of a drawn slice on show. */
const SHOWN_SIZE = 256;
/** Of patients that no training and no validation draws. */
const SEED = 0;

/** What is on show, and what the model sees of it. */
export interface Slice {
  readonly picture: Picture;
  /** `[SIZE, SIZE, 1]` in [0, 1]. */
  readonly input: NDArray;
  /** The true mask, as the model would have it. */
  readonly mask?: NDArray | undefined;
  readonly drawn?: { readonly kind: PhantomKind; readonly mask: Grid } | undefined;
}

/** Draws a slice: the same body in fine pixels for the eye and in coarse ones for the model. */
export function readDrawn({ kind, patient }: { readonly kind: PhantomKind; readonly patient: number }): Slice {
  const of = { seed: SEED, patient, kind, source: SOURCES[patient % SOURCES.length] };
  const [fine, coarse] = [SHOWN_SIZE, SIZE].map((size) => phantomSlice({ ...of, size }));
  return {
    picture: {
      width: SHOWN_SIZE,
      height: SHOWN_SIZE,
      data: Uint8ClampedArray.from(fine.image.data, (value) => value * 255),
    },
    input: coarse.image,
    mask: coarse.mask,
    drawn: { kind, mask: { size: SHOWN_SIZE, data: fine.mask.data as Uint8Array } },
  };
}

/** Resizes a picture to what the model sees, whatever its proportions are. */
export function readPicture(picture: Picture): Slice {
  const { width, height, data } = picture;
  const grey = { data: new Uint8Array(data.buffer), shape: [height, width, 1] };
  return { picture, input: resizeImage(scaleToUnit(grey), [SIZE, SIZE]) };
}
