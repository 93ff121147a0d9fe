import type { Random } from '../../internal/random';
import type { Canvas, StrokePoint } from './canvas';
import { atLevel, closedCurve, length, type Outline, type Point, smoothStep } from './geometry';
import type { Patient } from './patient';
import { heart, mediastinum } from './thorax-levels';

export interface Mediastinum {
  readonly outline: Outline;
  readonly heart: Outline | undefined;
}

/** Where the heart begins. */
const heartLevel = 0.5;

export function mediastinalOutlines(patient: Patient, z: number, draw: Random): Mediastinum {
  const grown = (points: readonly Point[]) =>
    closedCurve(
      points.map(([x, y]) => {
        const growth = 1 + (patient.heart - 1) * smoothStep(0.4, 0.8, z);
        return patient.place([x * growth + draw.normal(0, 1.3), y * (y < 0 ? growth : 1) + draw.normal(0, 1.3)]);
      }),
    );
  return {
    outline: grown(atLevel(mediastinum, z)),
    heart: z < heartLevel ? undefined : grown(atLevel(heart, (z - heartLevel) / (1 - heartLevel))),
  };
}

/** Vessels, airways and the heart between the lungs, and the domes of the diaphragm that rise into them. */
export function paintMediastinum(
  canvas: Canvas,
  hu: Float32Array,
  shapes: Mediastinum,
  patient: Patient,
  z: number,
  draw: Random,
): void {
  const at = (x: number, y: number, radius: number): StrokePoint => [...patient.place([x, y]), radius];
  const stroke = (value: number, ...path: StrokePoint[]) =>
    canvas.stroke(path, (i, coverage) => {
      hu[i] += coverage * (value - hu[i]);
    });
  const { blood } = patient;
  const air = -960;
  canvas.fill(shapes.outline, (i, coverage) => {
    hu[i] += coverage * (-60 - hu[i]);
  });
  if (shapes.heart) {
    canvas.fill(shapes.heart, (i, coverage) => {
      hu[i] += coverage * (45 - hu[i]);
    });
    if (blood > 100 && z > 0.6) {
      stroke(blood, at(40, -34, 20), at(22, -14, 16));
      stroke(0.85 * blood, at(-18, -42, 17), at(-22, -20, 17));
      stroke(blood, at(4, 6, 13), at(-8, 4, 11));
    }
  }
  if (z < 0.18) {
    for (const [x, y, radius] of [
      [-13, -22, 6.5],
      [4, -26, 5.5],
      [17, -14, 5.5],
      [-22, -36, 7],
      [20, -36, 7],
    ]) {
      stroke(blood, at(x + draw.normal(), y + draw.normal(), radius));
    }
  } else if (z < 0.36) {
    stroke(blood, at(-8, -36, 12), at(10, -14, 13), at(24, 22, 12));
    stroke(0.9 * blood, at(-22, -24, 8));
  } else {
    if (z < 0.66) {
      stroke(blood, at(-14, -36, 16));
      stroke(0.9 * blood, at(-33, -18, 9));
      stroke(blood, at(16, -44, 14), at(22, -16, 11));
      if (z > 0.42) stroke(blood, at(18, -30, 12), at(-10, -12, 9), at(-36, -2, 8));
    }
    stroke(blood, at(26 - 4 * z, 44 + 4 * z, 12.5));
  }
  stroke(35, at(3, 34 + 8 * z, 6.5), at(7, 35 + 8 * z, 6));
  if (draw.uniform() < 0.3) stroke(air, at(5, 34 + 8 * z, 2));

  if (z < 0.44) stroke(air, at(-2, 2 + 12 * z, 8.5), at(-1, 5 + 12 * z, 8));
  else if (z < 0.58) {
    const apart = 80 * (z - 0.44);
    stroke(air, at(-9 - apart, 10, 6.5), at(-18 - 1.6 * apart, 12, 5.5));
    stroke(air, at(9 + apart, 11, 6), at(22 + 1.8 * apart, 15, 5));
  } else if (z < 0.75) {
    stroke(air, at(-30, 12, 3.6), at(-33, 15, 3.4));
    stroke(air, at(34, 16, 3.3), at(38, 19, 3));
  }
}

/** The tops of liver and spleen, which a slice cuts with a blurred edge: how much of a point they cover. */
export function domeCover(patient: Patient, z: number): (x: number, y: number) => number {
  const domes = [
    { center: patient.place([-80, 8]), size: 0.85 * Math.sqrt(Math.max(0, (z - 0.82) / 0.18)), width: 54, height: 78 },
    { center: patient.place([92, 26]), size: 0.85 * Math.sqrt(Math.max(0, (z - 0.92) / 0.08)), width: 36, height: 52 },
  ].filter(({ size }) => size > 0);
  return (x, y) => {
    let cover = 0;
    for (const { center, size, width, height } of domes) {
      const radius = length((x - center[0]) / width, (y - center[1]) / height);
      cover = Math.max(cover, smoothStep(size + 0.12 / size, size - 0.12 / size, radius));
    }
    return cover;
  };
}
