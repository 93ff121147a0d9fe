import { highest } from '../../internal/highest';
import type { Output } from '../../types';
import { type Grid, type Panel, paint } from './panel';

/** Which region each pixel belongs to, row-major: 0 is none. */
export interface Regions {
  readonly of: Uint8Array;
  readonly height: number;
  readonly width: number;
}

// Told apart by the colour-blind as well. Source: Okabe, Ito, 2008, https://jfly.uni-koeln.de/color/.
const COLOURS = [
  [230, 159, 0],
  [86, 180, 233],
  [0, 158, 115],
  [240, 228, 66],
  [0, 114, 178],
  [213, 94, 0],
  [204, 121, 167],
] as const;
const OPACITY = 0.45;
const OUTLINE = [0, 255, 255] as const;

function regions({ height, width }: Grid, at: (pixel: number) => number): Regions {
  return { height, width, of: Uint8Array.from({ length: height * width }, (_, pixel) => at(pixel)) };
}

const largest = ({ data, channels }: Grid, pixel: number): number => highest(data, channels * pixel, channels);

/** Of several classes that exclude each other the first one is the background. */
const hasBackground = ({ kind, width }: Output): boolean => kind === 'distribution' || (kind === 'logit' && width > 1);

/** Where an output is above one half, of several labels the largest; or its largest class. */
export function predictedRegions(grid: Grid, output: Output): Regions {
  const half = output.kind === 'logit' ? 0 : 0.5;
  if (hasBackground(output)) return regions(grid, (pixel) => largest(grid, pixel));
  return regions(grid, (pixel) => {
    const best = largest(grid, pixel);
    return grid.data[grid.channels * pixel + best] > half ? best + 1 : 0;
  });
}

/** The regions of the label of such an output: a value for each class, or their numbers. */
export function labelledRegions(label: Grid, output: Output): Regions {
  const { data, channels } = label;
  if (channels < output.width) {
    // Other numbers, such as 255, stand for what is not known.
    return regions(label, (pixel) => (data[pixel] < output.width ? data[pixel] : 0));
  }
  if (hasBackground(output)) return regions(label, (pixel) => largest(label, pixel));
  return regions(label, (pixel) => {
    const best = largest(label, pixel);
    const value = data[channels * pixel + best];
    return value > 0.5 && value <= 1 ? best + 1 : 0;
  });
}

/** A panel with regions in colours, and the outlines of others in cyan, which no scan has. */
export function overlay({ pixels, height, width }: Panel, filled: Regions, outlined?: Regions): Panel {
  const regionAt = (map: Regions, y: number, x: number): number =>
    map.of[Math.floor((y * map.height) / height) * map.width + Math.floor((x * map.width) / width)];
  const isOutline = (map: Regions, y: number, x: number): boolean => {
    const own = regionAt(map, y, x);
    if (own === 0) return false;
    if (y === 0 || x === 0 || y === height - 1 || x === width - 1) return true;
    return [regionAt(map, y - 1, x), regionAt(map, y + 1, x), regionAt(map, y, x - 1), regionAt(map, y, x + 1)].some(
      (beside) => beside !== own,
    );
  };
  return paint(height, width, (y, x, c) => {
    if (outlined !== undefined && isOutline(outlined, y, x)) return OUTLINE[c];
    const value = pixels[3 * (y * width + x) + c];
    const region = regionAt(filled, y, x);
    return region === 0 ? value : value + OPACITY * (COLOURS[(region - 1) % COLOURS.length][c] - value);
  });
}
