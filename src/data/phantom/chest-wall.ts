import type { Random } from '../../internal/random';
import type { Canvas, StrokePoint } from './canvas';
import { atLevel, closedCurve, mirrored, type Outline, type Point, polarCurve } from './geometry';
import type { Patient } from './patient';
import { rough, type SmoothNoise } from './smooth-noise';
import { cage, muscle } from './thorax-levels';

/** The body around the lungs, as outlines of one slice. */
export interface ChestWall {
  readonly skin: Outline;
  readonly fat: Outline;
  readonly muscle: Outline;
  readonly cage: Outline;
}

const place = (points: readonly Point[], patient: Patient): Point[] => points.map(patient.place);

/** The muscles' outline with fat around it, `inset` millimetres below the skin. */
function skinCurve(points: readonly Point[], patient: Patient, z: number, inset: number): Outline {
  return closedCurve(
    points.map(([x, y]): Point => {
      const radius = Math.hypot(x, y);
      const front = Math.max(0, -y / radius);
      const side = Math.abs(x) / radius;
      // Breasts lie at about 40 degrees beside the front midline, below the collarbones.
      const breast = patient.breast * Math.exp(-(((side - 0.68) / 0.25) ** 2)) * front;
      const low = Math.max(0, Math.sin(Math.PI * Math.min(1, Math.max(0, (z - 0.2) / 0.7))));
      const thickness = patient.fat * (0.55 + 0.55 * side + 0.25 * front + breast * low) + 2 - inset;
      return [x * (1 + thickness / radius), y * (1 + thickness / radius)];
    }),
  );
}

export function chestWall(patient: Patient, z: number): ChestWall {
  const muscles = place(mirrored(atLevel(muscle, z)), patient);
  return {
    skin: skinCurve(muscles, patient, z, 0),
    fat: skinCurve(muscles, patient, z, 2),
    muscle: closedCurve(muscles),
    cage: closedCurve(place(mirrored(atLevel(cage, z)), patient)),
  };
}

/** Skin, fat and muscle, without what lies inside the rib cage. */
export function paintSoftWall(canvas: Canvas, hu: Float32Array, wall: ChestWall, noise: SmoothNoise): void {
  const { size, left, top, width, height } = canvas.view;
  const mix = (value: number) => (i: number, coverage: number) => {
    hu[i] += coverage * (value - hu[i]);
  };
  canvas.fill(wall.skin, mix(10));
  canvas.fill(wall.fat, mix(-105));
  canvas.fill(wall.muscle, (i, coverage) => {
    const x = left + ((i % size) / size) * width;
    const y = top + (Math.floor(i / size) / size) * height;
    const fatty = rough(noise, x / 9, y / 9) > 0.42 ? -70 : 52;
    hu[i] += coverage * (fatty - hu[i]);
  });
}

/** A bone's dense shell, then its marrow. */
function paintBone(
  canvas: Canvas,
  hu: Float32Array,
  path: readonly StrokePoint[],
  shell: number,
  density: number,
): void {
  canvas.stroke(path, (i, coverage) => {
    hu[i] += coverage * (550 * density - hu[i]);
  });
  const marrow = path.map(([x, y, radius]): StrokePoint => [x, y, Math.max(0, radius - shell)]);
  canvas.stroke(marrow, (i, coverage) => {
    hu[i] += coverage * (190 * density - hu[i]);
  });
}

/** Ribs run obliquely: a slice shows short arcs of them along the rib cage. */
function paintRibs(canvas: Canvas, hu: Float32Array, outline: Outline, density: number, draw: Random): void {
  const corners = outline.length / 2;
  const count = 7;
  const phase = draw.uniform();
  for (const side of [0, 1]) {
    for (let rib = 0; rib < count; rib++) {
      const start = (rib + phase + draw.uniform(-0.15, 0.15)) / count;
      // A quarter of the way round is the side; no rib at the breastbone and at the spine.
      const along = 0.055 + 0.38 * start;
      const length = draw.uniform(0.01, 0.028);
      const radius = draw.uniform(3, 4.6);
      const path = [-1, -0.5, 0, 0.5, 1].map((t): StrokePoint => {
        const position = along + t * length;
        const at = Math.round((side ? 1 - position : position) * corners) % corners;
        const [x, y] = [outline[2 * at], outline[2 * at + 1]];
        const outwards = 1 + (radius + 2.5 + 3 * t * (rib % 2 ? 1 : -1)) / Math.hypot(x, y);
        return [x * outwards, y * outwards, radius * (1 - 0.25 * t * t)];
      });
      paintBone(canvas, hu, path, 1.5, density);
    }
  }
}

function paintSpine(canvas: Canvas, hu: Float32Array, patient: Patient, z: number, opaque: (outline: Outline) => void) {
  const density = patient.bone;
  const [x, y] = patient.place([0, 64 + 8 * z]);
  const size = 0.86 + 0.18 * z;
  const body = (inset: number) =>
    polarCurve([x, y - 2], (angle) => {
      const round = Math.hypot(Math.cos(angle) / 19, Math.sin(angle) / 15);
      const waist = 1 - 0.16 * Math.max(0, Math.sin(angle)) ** 6;
      return (size * waist) / round - inset;
    });
  const bone = (path: readonly (readonly [number, number, number])[]) =>
    paintBone(
      canvas,
      hu,
      path.map(([dx, dy, radius]): StrokePoint => [x + dx * size, y + dy * size, radius * size]),
      1.8,
      density,
    );
  for (const side of [-1, 1]) {
    bone([
      [side * 13, 24, 4.4],
      [side * 28, 30, 3.8],
      [side * 36, 33, 3.6],
    ]);
    bone([
      [side * 11, 10, 3.8],
      [side * 12, 22, 3.6],
      [side * 7, 33, 3.6],
      [0, 37, 3.4],
    ]);
  }
  bone([
    [0, 37, 3.6],
    [0, 48, 2.6],
    [0, 57, 2.6],
  ]);
  const vertebra = body(0);
  opaque(vertebra);
  canvas.fill(vertebra, (i, coverage) => {
    hu[i] += coverage * (520 * density - hu[i]);
  });
  canvas.fill(body(1.8), (i, coverage) => {
    hu[i] += coverage * (230 * density - hu[i]);
  });
  canvas.stroke([[x, y + 23 * size, 8.5 * size]], (i, coverage) => {
    hu[i] += coverage * (25 - hu[i]);
  });
}

/** The bones of a slice; `opaque` is told what stands in front of the lungs. */
export function paintBones(
  canvas: Canvas,
  hu: Float32Array,
  wall: ChestWall,
  patient: Patient,
  z: number,
  draw: Random,
  opaque: (outline: Outline) => void,
): void {
  const at = (x: number, y: number, radius: number): StrokePoint => [...patient.place([x, y]), radius];
  paintRibs(canvas, hu, wall.cage, patient.bone, draw);
  const front = atLevel(cage, z)[0][1] - 10;
  const breastbone = 24 - 12 * Math.min(1, 2 * z);
  paintBone(canvas, hu, [at(-breastbone, front, 5.5), at(breastbone, front, 5.5)], 1.6, patient.bone);
  if (z < 0.45) {
    for (const side of [-1, 1]) {
      const spread = 6 * draw.normal();
      const path = [at(side * (138 + spread), 30, 6), at(side * (128 + spread), 62, 3.4), at(side * 98, 100, 3)];
      paintBone(canvas, hu, path, 1.6, patient.bone);
      if (z < 0.3) {
        paintBone(canvas, hu, [at(side * 130, 58, 3), at(side * 146, 76, 4)], 1.6, patient.bone);
      }
    }
  } else {
    for (const side of [-1, 1]) {
      canvas.stroke([at(side * 20, front + 1, 5), at(side * 48, front - 4, 5)], (i, coverage) => {
        hu[i] += coverage * (120 - hu[i]);
      });
    }
  }
  paintSpine(canvas, hu, patient, z, opaque);
}
