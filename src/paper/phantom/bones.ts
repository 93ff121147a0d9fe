import type { Random } from '../../internal/random';
import { type Body, tissue } from './body';
import type { ChestWall } from './chest-wall';
import { atLevel, length, polarCurve } from './geometry';
import type { Patient } from './patient';
import { cage } from './thorax-levels';
import type { StrokePoint } from './view';

/** Thickness of the dense shell of a bone, in millimetres. */
const shell = 1.6;

function paintBone(body: Body, path: readonly StrokePoint[], density: number): void {
  body.canvas.stroke(path, tissue(body, 550 * density));
  const marrow = path.map(([x, y, radius]): StrokePoint => [x, y, Math.max(0, radius - shell)]);
  body.canvas.stroke(marrow, tissue(body, 190 * density));
}

/** Ribs run obliquely: a slice shows short arcs of them along the rib cage. */
function paintRibs(body: Body, { cage: outline }: ChestWall, density: number, draw: Random): void {
  const corners = outline.length / 2;
  const count = 7;
  const phase = draw.uniform();
  for (const side of [0, 1]) {
    for (let rib = 0; rib < count; rib++) {
      // Shares of the way round: 0 is the breastbone, a quarter the side, a half the spine; no rib at either end.
      const middle = 0.055 + (0.38 * (rib + phase + draw.uniform(-0.15, 0.15))) / count;
      const half = draw.uniform(0.01, 0.028);
      const radius = draw.uniform(3, 4.6);
      const tilt = rib % 2 ? 3 : -3;
      const path = [-1, -0.5, 0, 0.5, 1].map((t): StrokePoint => {
        const along = middle + t * half;
        const corner = Math.round((side ? 1 - along : along) * corners) % corners;
        const [x, y] = [outline[2 * corner], outline[2 * corner + 1]];
        const outwards = 1 + (radius + 2.5 + tilt * t) / length(x, y);
        return [x * outwards, y * outwards, radius * (1 - 0.25 * t * t)];
      });
      paintBone(body, path, density);
    }
  }
}

/** A vertebra with its arch and processes around the spinal canal. */
function paintSpine(body: Body, patient: Patient, z: number): void {
  const density = patient.bone;
  const [x, y] = patient.place([0, 64 + 8 * z]);
  const size = 0.86 + 0.18 * z;
  const at = (dx: number, dy: number, radius: number): StrokePoint => [x + dx * size, y + dy * size, radius * size];
  for (const side of [-1, 1]) {
    paintBone(body, [at(side * 13, 24, 4.4), at(side * 28, 30, 3.8), at(side * 36, 33, 3.6)], density);
    const arch = [at(side * 11, 10, 3.8), at(side * 12, 22, 3.6), at(side * 7, 33, 3.6), at(0, 37, 3.4)];
    paintBone(body, arch, density);
  }
  paintBone(body, [at(0, 37, 3.6), at(0, 48, 2.6), at(0, 57, 2.6)], density);
  const vertebra = (inset: number) =>
    polarCurve([x, y - 2], (angle) => {
      const waist = 1 - 0.16 * Math.max(0, Math.sin(angle)) ** 6;
      return (size * waist) / length(Math.cos(angle) / 19, Math.sin(angle) / 15) - inset;
    });
  body.canvas.fill(vertebra(0), tissue(body, 520 * density));
  body.canvas.fill(vertebra(shell), tissue(body, 230 * density));
  body.canvas.stroke([at(0, 23, 8.5)], tissue(body, 25));
}

/** Ribs, breastbone, shoulder blades or rib cartilage, and the spine. */
export function paintBones(body: Body, wall: ChestWall, patient: Patient, z: number, draw: Random): void {
  const at = (x: number, y: number, radius: number): StrokePoint => [...patient.place([x, y]), radius];
  paintRibs(body, wall, patient.bone, draw);
  const front = atLevel(cage, z)[0][1] - 10;
  const breastbone = 24 - 12 * Math.min(1, 2 * z);
  paintBone(body, [at(-breastbone, front, 5.5), at(breastbone, front, 5.5)], patient.bone);
  for (const side of [-1, 1]) {
    const spread = 6 * draw.normal();
    if (z > 0.45) body.canvas.stroke([at(side * 20, front + 1, 5), at(side * 48, front - 4, 5)], tissue(body, 120));
    else {
      const blade = [at(side * (138 + spread), 30, 6), at(side * (128 + spread), 62, 3.4), at(side * 98, 100, 3)];
      paintBone(body, blade, patient.bone);
    }
    if (z < 0.3) paintBone(body, [at(side * 130, 58, 3), at(side * 146, 76, 4)], patient.bone);
  }
  paintSpine(body, patient, z);
}
