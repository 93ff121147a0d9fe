import { type Body, tissue } from './body';
import { atLevel, closedCurve, length, mirrored, type Outline, type Point } from './geometry';
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
  // Breasts lie well below the collarbones, at about 40 degrees beside the front midline.
  const breastLevel = Math.sin(Math.PI * Math.min(1, Math.max(0, (z - 0.2) / 0.7)));
  return closedCurve(
    points.map(([x, y]): Point => {
      const radius = length(x, y);
      const front = Math.max(0, -y / radius);
      const side = Math.abs(x) / radius;
      const breast = patient.breast * breastLevel * front * Math.exp(-(((side - 0.68) / 0.25) ** 2));
      const thickness = patient.fat * (0.55 + 0.55 * side + 0.25 * front + breast) + 2 - inset;
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

/** Skin, fat and muscle with streaks of fat. */
export function paintChestWall(body: Body, wall: ChestWall, noise: SmoothNoise): void {
  const { canvas } = body;
  canvas.fill(wall.skin, tissue(body, 10));
  canvas.fill(wall.fat, tissue(body, -105));
  const [lean, fatty] = [tissue(body, 52), tissue(body, -70)];
  const { size, left, top, width, height } = canvas.view;
  canvas.fill(wall.muscle, (i, coverage) => {
    const x = left + ((i % size) / size) * width;
    const y = top + (Math.floor(i / size) / size) * height;
    (rough(noise, x / 9, y / 9) > 0.42 ? fatty : lean)(i, coverage);
  });
}
