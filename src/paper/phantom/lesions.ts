import type { Random } from '../../internal/random';
import { type Box, type Canvas, everywhere } from './canvas';
import { length, type Point, smoothStep } from './geometry';
import type { Lung } from './lungs';
import { rough, type SmoothNoise } from './smooth-noise';

/** The kinds of lesions, in the order of the channels of a slice's `lesionMasks`. */
export const lesionTypes = ['groundGlass', 'consolidation', 'effusion'] as const;

/** One of {@link lesionTypes}. */
export type LesionType = (typeof lesionTypes)[number];

/** A lesion is where its field is above 0. */
export interface Lesion {
  readonly type: LesionType;
  readonly box: Box;
  /** Millimetres into the lesion, roughly. */
  field(x: number, y: number): number;
  /** Over how many millimetres its edge fades. */
  readonly softness: number;
  /** Hounsfield units: what ground glass adds to the lung, what a consolidation is filled with. */
  readonly density: number;
  /** From 0 to 1: thickened septa, "crazy paving", in ground glass. */
  readonly reticular: number;
}

const around = ([x, y]: Point, margin: number): Box => ({
  left: x - margin,
  top: y - margin,
  right: x + margin,
  bottom: y + margin,
});

/** Where a lesion lies. */
export type LesionShape = Pick<Lesion, 'box' | 'field'>;

export interface PatchOptions {
  readonly angle: number;
  readonly depth: number;
  /** Half-lengths along the rib cage and towards it, in millimetres. */
  readonly along: number;
  readonly across: number;
}

/** An irregular patch. */
export function patch(
  lung: Lung,
  noise: SmoothNoise,
  draw: Random,
  { angle, depth, along, across }: PatchOptions,
): LesionShape {
  const distance = Math.max(10, depth * lung.reach(angle));
  const [dx, dy] = [draw.uniform(0, 60), draw.uniform(0, 60)];
  const size = Math.min(along, across);
  const grain = 5 + 0.45 * size;
  return {
    box: around(lung.point(angle, depth), 1.6 * Math.max(along, across) + 10),
    field: (x, y) => {
      const pixelAngle = lung.angle(x, y);
      const offset = length(x - lung.hilum[0], y - lung.hilum[1]) - depth * lung.reach(pixelAngle);
      const wrapped = Math.abs(pixelAngle - angle);
      const turn = Math.min(wrapped, 2 * Math.PI - wrapped) * distance;
      return size * (1 - length(turn / along, offset / across) + 0.55 * rough(noise, x / grain + dx, y / grain + dy));
    },
  };
}

/** A sector of the lung, as a lobe or segment: sharp along its fissure, frayed elsewhere. */
export function sector(
  lung: Lung,
  noise: SmoothNoise,
  draw: Random,
  { angle, halfAngle, from, to }: { angle: number; halfAngle: number; from: number; to: number },
): LesionShape {
  const [dx, dy] = [draw.uniform(0, 60), draw.uniform(0, 60)];
  return {
    box: everywhere,
    field: (x, y) => {
      const pixelAngle = lung.angle(x, y);
      const distance = length(x - lung.hilum[0], y - lung.hilum[1]);
      const whole = lung.reach(pixelAngle);
      const sideways = distance * (halfAngle - Math.abs(pixelAngle - angle));
      const inwards = distance - from * whole;
      const outwards = to * whole - distance;
      return Math.min(sideways, inwards, outwards) + 9 * rough(noise, x / 13 + dx, y / 13 + dy);
    },
  };
}

/** Fluid between lung and rib cage: a crescent along the back, at most `height` of the depth thick. */
export function crescent(lung: Lung, height: number): LesionShape {
  return {
    box: everywhere,
    field: (x, y) => {
      const angle = lung.angle(x, y);
      const whole = lung.reach(angle);
      const thickness = height * Math.exp(-(((angle - 1.15) / 0.75) ** 2)) - 0.15 * height;
      return length(x - lung.hilum[0], y - lung.hilum[1]) - (1 - thickness) * whole;
    },
  };
}

/** The lesions of a slice as fields over its pixels. */
export interface LesionFields {
  /** Covered share of each pixel, by type: 0.5 is the lesion's border. */
  readonly cover: Readonly<Record<LesionType, Float32Array>>;
  /** Hounsfield units that ground glass adds. */
  readonly haze: Float32Array;
  /** Hounsfield units of consolidations. */
  readonly filling: Float32Array;
}

export function renderLesions(canvas: Canvas, lesions: readonly Lesion[], noise: SmoothNoise): LesionFields {
  const empty = () => new Float32Array(canvas.pixels);
  const cover = { groundGlass: empty(), consolidation: empty(), effusion: empty() };
  const [haze, filling] = [empty(), empty()];
  const fine = smoothStep(3, 1, canvas.spacing);
  for (const { type, box, field, softness, density, reticular } of lesions) {
    const edge = Math.max(softness, canvas.spacing) / 2;
    canvas.visit(box, (i, x, y) => {
      const share = smoothStep(-edge, edge, field(x, y));
      if (share === 0) return;
      cover[type][i] = Math.max(cover[type][i], share);
      if (type === 'groundGlass') {
        const mottled = 1 + 0.3 * rough(noise, x / 7, y / 7);
        const septa = reticular * fine * smoothStep(0.2, 0.05, Math.abs(noise(x / 4.5 + 9, y / 4.5 + 3)));
        haze[i] = Math.max(haze[i], share * (density * mottled + 260 * septa));
      } else if (type === 'consolidation') filling[i] = density + 25 * noise(x / 5, y / 5);
    });
  }
  return { cover, haze, filling };
}
