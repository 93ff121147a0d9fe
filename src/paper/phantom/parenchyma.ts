import type { Random } from '../../internal/random';
import type { Body } from './body';
import { type Canvas, everywhere } from './canvas';
import type { ChestWall } from './chest-wall';
import { smoothStep } from './geometry';
import { crescent, type LesionFields } from './lesions';
import type { Lung } from './lungs';
import type { Patient } from './patient';
import type { PhantomKind } from './patterns';
import { rough, type SmoothNoise } from './smooth-noise';
import { paintBullae, paintMass, paintNodules } from './tumours';
import { paintBronchi, vesselCover } from './vessels';
import type { StrokePoint } from './view';

interface LungParts {
  readonly body: Body;
  readonly patient: Patient;
  readonly z: number;
  readonly kind: PhantomKind;
  readonly wall: ChestWall;
  readonly lungs: readonly Lung[];
  readonly lesions: LesionFields;
  readonly noise: SmoothNoise;
  /** Thickness of the slice in millimetres. */
  readonly thickness: number;
  /** The random numbers of one named part. */
  stream(name: string): Random;
}

/** Air, ground glass and the fine mottle of the lung, denser towards the back. */
function aerated({ body, patient, kind, wall, lungs, lesions, noise, stream }: LungParts): Float32Array {
  const { canvas, lung: share } = body;
  const density = new Float32Array(canvas.pixels);
  const front = wall.cage[1];
  canvas.visit(everywhere, (i, x, y) => {
    if (share[i] === 0) return;
    density[i] = patient.lung + patient.gravity * (y - front) + 16 * rough(noise, x / 11, y / 11) + lesions.haze[i];
    if (kind === 'emphysema') density[i] -= 110 * smoothStep(0.05, 0.45, rough(noise, x / 10 + 40, y / 10 + 40));
  });
  const draw = stream('collapse');
  for (const lung of lungs) {
    // A band at the back that a lying patient does not ventilate: no disease, but it looks like one.
    if (draw.uniform() > 0.2) continue;
    const strength = draw.uniform(60, 160);
    const { box, field } = crescent(lung, draw.uniform(0.1, 0.22));
    canvas.visit(box, (i, x, y) => {
      if (share[i] > 0) density[i] += strength * smoothStep(-5, 7, field(x, y)) * (0.8 + 0.4 * noise(x / 6, y / 6));
    });
  }
  return density;
}

/** The thin line between two lobes. */
function paintFissure(canvas: Canvas, density: Float32Array, lung: Lung, draw: Random): void {
  const [from, to] = [draw.uniform(-1, 0.4), draw.uniform(0.9, 1.5)];
  const path = [0, 0.25, 0.5, 0.75, 1].map((t): StrokePoint => {
    const [x, y] = lung.point(from + (to - from) * t, 1 - 0.62 * t ** 0.8);
    return [x, y, 0.35];
  });
  canvas.stroke(path, (i, coverage) => {
    density[i] += 0.6 * coverage * (-450 - density[i]);
  });
}

/** Hounsfield units of the lungs with all that lies in them, as if nothing stood in front. */
export function lungDensity(parts: LungParts): Float32Array {
  const { body, patient, z, kind, lungs, lesions, thickness, stream } = parts;
  const { canvas } = body;
  const { cover, filling } = lesions;
  const density = aerated(parts);
  const steepness = Math.min(1, 1.7 * Math.abs(z - 0.58));
  const vessels = vesselCover(canvas, lungs, { thickness, steepness }, stream('vessels'));
  const airways = stream('airways');
  for (const lung of lungs) {
    if (airways.uniform() < 0.7) paintFissure(canvas, density, lung, airways);
    paintBronchi(canvas, density, lung, airways);
  }
  for (let i = 0; i < density.length; i++) density[i] += vessels[i] * (patient.blood - density[i]);

  const growths = stream('growths');
  if (kind === 'nodules') paintNodules(canvas, density, lungs, growths);
  if (kind === 'cancer') paintMass(canvas, density, lungs, growths);
  if (kind === 'emphysema') paintBullae(canvas, density, lungs, growths);

  if (cover.consolidation.some((share) => share > 0)) {
    // It hides the vessels, but its airways stay open.
    const open = vesselCover(canvas, lungs, { thickness: 2 * thickness, steepness: 0 }, airways);
    for (let i = 0; i < density.length; i++) {
      density[i] += cover.consolidation[i] * (filling[i] - density[i]);
      density[i] += 0.7 * open[i] * cover.consolidation[i] * (-850 - density[i]);
    }
  }
  for (let i = 0; i < density.length; i++) density[i] += cover.effusion[i] * (12 - density[i]);
  return density;
}
