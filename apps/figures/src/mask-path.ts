import type { NDArray } from 'tfjs-multitask';

/** Whether a pixel lies in the mask; beyond the image none does. */
function isInside({ data, shape: [height, width] }: NDArray, y: number, x: number): boolean {
  return y >= 0 && y < height && x >= 0 && x < width && data[y * width + x] >= 0.5;
}

/** The pixels of a mask as an SVG path in units of pixels. */
export function fillPath(mask: NDArray): string {
  const [height, width] = mask.shape;
  const runs: string[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const start = x;
      while (isInside(mask, y, x)) x++;
      if (x > start) runs.push(`M${start} ${y}H${x}V${y + 1}H${start}Z`);
    }
  }
  return runs.join('');
}

/** The sides of pixels between a mask and what is outside of it, as an SVG path in units of pixels. */
export function contourPath(mask: NDArray): string {
  const [height, width] = mask.shape;
  const sides: string[] = [];
  for (let y = 0; y <= height; y++) {
    for (let x = 0; x <= width; x++) {
      const here = isInside(mask, y, x);
      if (here !== isInside(mask, y - 1, x)) sides.push(`M${x} ${y}h1`);
      if (here !== isInside(mask, y, x - 1)) sides.push(`M${x} ${y}v1`);
    }
  }
  return sides.join('');
}
