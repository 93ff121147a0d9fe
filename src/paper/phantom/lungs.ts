import { type Outline, type Point, reach } from './geometry';
import type { Patient } from './patient';

/**
 * A lung in polar form about its hilum, where vessels and airways enter: `angle` is 0 towards the side, positive to the
 * back, and `depth` is 0 at the hilum and 1 at the rib cage.
 */
export interface Lung {
  /** -1 for the patient's right lung (left in the image). */
  readonly side: -1 | 1;
  readonly hilum: Point;
  /** Millimetres from the hilum to the rib cage. */
  reach(angle: number): number;
  point(angle: number, depth: number): Point;
  angle(x: number, y: number): number;
}

const sectors = 64;

function createLung(side: -1 | 1, hilum: Point, cage: Outline): Lung {
  const table = Float64Array.from({ length: sectors }, (_, sector) => {
    const angle = (2 * Math.PI * sector) / sectors - Math.PI;
    return Math.max(1, reach(cage, hilum, side > 0 ? angle : Math.PI - angle));
  });
  const reachAt = (angle: number): number => {
    const position = ((angle + Math.PI) / (2 * Math.PI)) * sectors;
    const sector = Math.floor(position);
    const a = table[sector % sectors];
    return a + (table[(sector + 1) % sectors] - a) * (position - sector);
  };
  return {
    side,
    hilum,
    reach: reachAt,
    point: (angle, depth) => {
      const distance = depth * reachAt(angle);
      return [hilum[0] + side * distance * Math.cos(angle), hilum[1] + distance * Math.sin(angle)];
    },
    angle: (x, y) => Math.atan2(y - hilum[1], side * (x - hilum[0])),
  };
}

/** The right and the left lung of a slice. */
export function lungsOf(patient: Patient, z: number, cage: Outline): readonly [right: Lung, left: Lung] {
  const low = Math.max(0, z - 0.5);
  return [
    createLung(-1, patient.place([-34 - 10 * low, 8 + 22 * low]), cage),
    createLung(1, patient.place([37 + 26 * low, 12 + 26 * low]), cage),
  ];
}
