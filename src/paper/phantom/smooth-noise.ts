import type { Random } from '../../internal/random';

/** Smooth noise in [-1, 1] over the plane, about one hill or valley per unit square. */
export type SmoothNoise = (x: number, y: number) => number;

const period = 64;

/** Value noise: random values on a grid that repeats after 64 units, blended between. */
export function smoothNoise(random: Random): SmoothNoise {
  const values = new Float32Array(period * period);
  for (let i = 0; i < values.length; i += 4) {
    const bits = random.bits();
    for (let byte = 0; byte < 4; byte++) values[i + byte] = ((bits >>> (8 * byte)) & 255) / 127.5 - 1;
  }
  return (x, y) => {
    const column = Math.floor(x);
    const row = Math.floor(y);
    const u = x - column;
    const v = y - row;
    const s = u * u * (3 - 2 * u);
    const t = v * v * (3 - 2 * v);
    const left = column & (period - 1);
    const right = (column + 1) & (period - 1);
    const above = (row & (period - 1)) * period;
    const below = ((row + 1) & (period - 1)) * period;
    const a = values[above + left] + (values[above + right] - values[above + left]) * s;
    const b = values[below + left] + (values[below + right] - values[below + left]) * s;
    return a + (b - a) * t;
  };
}

/** Three octaves of `noise`, in about [-1, 1]. */
export function rough(noise: SmoothNoise, x: number, y: number): number {
  return (noise(x, y) + 0.5 * noise(2.1 * x + 17, 2.1 * y + 5) + 0.25 * noise(4.3 * x + 31, 4.3 * y + 11)) / 1.4;
}
