import type { NDArray } from '../types';

/**
 * Where in the input a point of the output comes from: (a x + b y + c, d x + e y + f) as `[a, b, c, d, e, f]`, in
 * pixels to the right of and below the image's centre.
 */
export type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

export const identity: Affine = [1, 0, 0, 0, 1, 0];

/** The transform that applies `inner` first, then `outer`. */
export function compose(outer: Affine, inner: Affine): Affine {
  const [a, b, c, d, e, f] = outer;
  const [g, h, i, j, k, l] = inner;
  return [a * g + b * j, a * h + b * k, a * i + b * l + c, d * g + e * j, d * h + e * k, d * i + e * l + f];
}

/**
 * Fetches every pixel of `image` `[height, width, channels]` by bilinear or nearest interpolation; outside is `fill`,
 * a value for each channel.
 */
export function warp(image: NDArray, affine: Affine, method: 'bilinear' | 'nearest', fill: readonly number[]): NDArray {
  const [height, width, channels] = image.shape;
  const { data } = image;
  const [a, b, c, d, e, f] = affine;
  const out =
    method === 'bilinear'
      ? new Float32Array(data.length)
      : new (data.constructor as new (length: number) => NDArray['data'])(data.length);
  const middleX = (width - 1) / 2;
  const middleY = (height - 1) / 2;
  const at = (x: number, y: number, channel: number): number =>
    x >= 0 && x < width && y >= 0 && y < height ? data[(y * width + x) * channels + channel] : fill[channel];

  for (let row = 0, i = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const dx = column - middleX;
      const dy = row - middleY;
      const x = a * dx + b * dy + c + middleX;
      const y = d * dx + e * dy + f + middleY;
      if (method === 'nearest') {
        for (let k = 0; k < channels; k++) out[i++] = at(Math.floor(x + 0.5), Math.floor(y + 0.5), k);
        continue;
      }
      const left = Math.floor(x);
      const top = Math.floor(y);
      const u = x - left;
      const v = y - top;
      for (let k = 0; k < channels; k++) {
        const above = at(left, top, k) * (1 - u) + at(left + 1, top, k) * u;
        const below = at(left, top + 1, k) * (1 - u) + at(left + 1, top + 1, k) * u;
        out[i++] = above * (1 - v) + below * v;
      }
    }
  }
  return { data: out, shape: image.shape };
}
