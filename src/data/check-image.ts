import { checkNDArray } from '../internal/check-kinds';
import type { NDArray } from '../types';

/** Returns the shape of an image `[height, width, channels]`, or throws with `name` in the message. */
export function imageShape(image: NDArray, name: string): readonly [height: number, width: number, channels: number] {
  checkNDArray(image, name);
  const { data, shape } = image;
  if (shape.length !== 3 || shape.some((n) => !Number.isInteger(n) || n < 1)) {
    throw new RangeError(`${name} must have a shape [height, width, channels], got [${shape}].`);
  }
  const [height, width, channels] = shape;
  if (height * width * channels !== data.length) {
    throw new RangeError(`${name}: shape [${shape}] needs ${height * width * channels} values, got ${data.length}.`);
  }
  return [height, width, channels];
}
