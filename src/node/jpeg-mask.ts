import type { NDArray } from '../types';

/** How far compression may move a value from black, white or grey, and a pixel of one area from its neighbours. */
const NOISE = 32 / 255;
const FLAT = 8 / 255;

/**
 * What a JPEG holds beside black and white, in words: colours, or areas of a grey, 3 x 3 pixels or more. The blurred
 * edges that compression leaves between black and white are no such areas. `grey`: the brightness of each pixel, in
 * [0, 1].
 */
export function findShades(grey: Float64Array, { data, shape }: NDArray): string | undefined {
  const [height, width, channels] = shape;
  for (let i = 0; channels === 3 && i < data.length; i += 3) {
    const [red, green, blue] = [data[i], data[i + 1], data[i + 2]];
    if (Math.max(red, green, blue) - Math.min(red, green, blue) > NOISE * 255) return 'colours';
  }
  const isFlat = (place: number): boolean => {
    for (const row of [-width, 0, width]) {
      for (const column of [-1, 0, 1]) if (Math.abs(grey[place + row + column] - grey[place]) > FLAT) return false;
    }
    return true;
  };
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const place = y * width + x;
      if (grey[place] <= NOISE || grey[place] >= 1 - NOISE || !isFlat(place)) continue;
      return `an area of the grey ${Math.round(grey[place] * 255)} of 255`;
    }
  }
  return undefined;
}
