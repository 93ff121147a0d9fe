import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { apply } from '../core/apply';

/** Rows or columns that a border may have: published encoders have convolutions without padding, which take off up to 6. */
const WIDEST_BORDER = 8;

type Border = [[number, number], [number, number]];

/** What has to be added before and after an axis so that it is as long as another; less than nothing where it is cut. */
function borderOf(from: number | null, to: number | null): [before: number, after: number] {
  const missing = (to ?? 0) - (from ?? 0);
  return from === null || to === null ? [0, 0] : [Math.trunc(missing / 2), missing - Math.trunc(missing / 2)];
}

/** Adds a border of zeros, or cuts one, so that `x` is as high and wide as `like`: for encoders that round or do not pad. */
export function fit(
  x: SymbolicTensor,
  like: SymbolicTensor,
  level: number,
  name: string,
  caller: string,
): SymbolicTensor {
  const borders = [borderOf(x.shape[1], like.shape[1]), borderOf(x.shape[2], like.shape[2])];
  if (borders.flat().some((width) => 2 * Math.abs(width) > WIDEST_BORDER)) {
    throw new RangeError(
      `${caller}: the feature map of level ${level} is ${like.shape[1]} x ${like.shape[2]}, and what is brought to its size ` +
        `${x.shape[1]} x ${x.shape[2]}; the encoder must halve the sides from level to level, but for a border of ` +
        `${WIDEST_BORDER} pixels.`,
    );
  }
  const part = (sign: 1 | -1) => borders.map((pair) => pair.map((width) => Math.max(0, sign * width))) as Border;
  const isNone = (border: Border) => border.flat().every((width) => width === 0);
  let fitted = x;
  if (!isNone(part(1))) fitted = apply(layers.zeroPadding2d({ name: `${name}/pad`, padding: part(1) }), fitted);
  if (!isNone(part(-1))) fitted = apply(layers.cropping2D({ name: `${name}/crop`, cropping: part(-1) }), fitted);
  return fitted;
}
