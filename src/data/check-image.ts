import type { NDArray } from '../types';

/** Throws unless `array` is `{ data, shape }` with a typed array. */
export function checkArray(array: NDArray, name: string): void {
  if (array === null || typeof array !== 'object' || !ArrayBuffer.isView(array.data) || !Array.isArray(array.shape)) {
    throw new TypeError(`${name} must be { data, shape } with a typed array, got ${array}.`);
  }
}

/** Returns the shape of an image `[height, width, channels]`, or throws with `name` in the message. */
export function imageShape(image: NDArray, name: string): readonly [height: number, width: number, channels: number] {
  checkArray(image, name);
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
