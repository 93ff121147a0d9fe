import type { Random } from '../../internal/random';
import { crescent, type Lesion, type PatchOptions, patch, sector } from './lesions';
import type { Lung } from './lungs';
import type { Patient } from './patient';
import type { SmoothNoise } from './smooth-noise';

/** What a phantom patient has. Only `'covid'` counts as COVID-19. */
export const phantomKinds = ['covid', 'normal', 'pneumonia', 'oedema', 'nodules', 'cancer', 'emphysema'] as const;

/** One of {@link phantomKinds}. */
export type PhantomKind = (typeof phantomKinds)[number];

type Lungs = readonly [right: Lung, left: Lung];

function hazyPatch(
  lung: Lung,
  noise: SmoothNoise,
  draw: Random,
  shape: PatchOptions,
  density: number,
  solid: number,
): Lesion[] {
  const { box, field } = patch(lung, noise, draw, shape);
  const size = Math.min(shape.along, shape.across);
  const reticular = Math.max(0, draw.uniform(-0.6, 1));
  const haze: Lesion = { type: 'groundGlass', box, field, softness: draw.uniform(4, 11), density, reticular };
  if (solid <= 0) return [haze];
  // The core: deep inside of the haze, and frayed on its own.
  const core = patch(lung, noise, draw, { ...shape, along: solid * shape.along, across: solid * shape.across });
  return [
    haze,
    {
      type: 'consolidation',
      box,
      field: (x, y) => Math.min(core.field(x, y), field(x, y) - 0.1 * size),
      softness: draw.uniform(2, 5),
      density: draw.uniform(-60, 40),
      reticular: 0,
    },
  ];
}

const fluid = (lung: Lung, height: number): Lesion => ({
  type: 'effusion',
  ...crescent(lung, height),
  softness: 1.5,
  density: 0,
  reticular: 0,
});

/** Patchy, mostly on both sides, at the edge and to the back; solid parts with a longer course. */
function covid(lungs: Lungs, patient: Patient, z: number, noise: SmoothNoise, draw: Random): Lesion[] {
  const { extent } = patient;
  const count = 1 + Math.floor(draw.uniform(0.5, 1) * (2 + 7 * extent) * (0.7 + 0.5 * z));
  const first = draw.integer(2);
  const both = draw.uniform() < 0.85;
  const lesions: Lesion[] = [];
  for (let i = 0; i < count; i++) {
    const lung = lungs[both ? (first + i) % 2 : first];
    const peripheral = draw.uniform() < 0.82;
    const grown = 0.75 + 0.7 * extent;
    const shape = {
      angle: draw.uniform() < 0.7 ? draw.uniform(0, 1.7) : draw.uniform(-1.4, 0.4),
      depth: peripheral ? draw.uniform(0.8, 0.96) : draw.uniform(0.4, 0.75),
      along: grown * draw.uniform(13, 36),
      across: grown * draw.uniform(11, 22),
    };
    const solid = draw.uniform() < 0.25 + 0.3 * extent ? draw.uniform(0.4, 0.8) : 0;
    lesions.push(...hazyPatch(lung, noise, draw, shape, draw.uniform(220, 460), solid));
  }
  if (draw.uniform() < 0.08) lesions.push(fluid(lungs[first], draw.uniform(0.1, 0.2)));
  return lesions;
}

/** One lobe or segment of one lung, solid with a hazy rim, sometimes with fluid beside it. */
function pneumonia(lungs: Lungs, patient: Patient, noise: SmoothNoise, draw: Random): Lesion[] {
  const lung = lungs[draw.integer(2)];
  const angle = draw.uniform(-0.9, 1.3);
  const halfAngle = draw.uniform(0.3, 0.45) + 0.35 * patient.extent;
  const from = draw.uniform(0.15, 0.5);
  const rim = { angle, halfAngle: halfAngle + 0.12, from: from - 0.08, to: 2 };
  const solid = { angle, halfAngle, from: from + 0.08, to: draw.uniform() < 0.6 ? 2 : draw.uniform(0.85, 1.1) };
  const lesions: Lesion[] = [
    {
      type: 'groundGlass',
      ...sector(lung, noise, draw, rim),
      softness: 12,
      density: draw.uniform(200, 400),
      reticular: 0.2,
    },
  ];
  if (draw.uniform() < 0.8) {
    lesions.push({
      type: 'consolidation',
      ...sector(lung, noise, draw, solid),
      softness: 5,
      density: draw.uniform(-40, 40),
      reticular: 0,
    });
  }
  if (draw.uniform() < 0.4) lesions.push(fluid(lung, draw.uniform(0.12, 0.35)));
  return lesions;
}

/** Haze around both hila that spares the edge, and fluid on both sides. */
function oedema(lungs: Lungs, patient: Patient, noise: SmoothNoise, draw: Random): Lesion[] {
  const reach = draw.uniform(0.45, 0.7) + 0.2 * patient.extent;
  const density = draw.uniform(150, 330);
  return lungs.flatMap((lung): Lesion[] => {
    const height = draw.uniform(0.08, 0.3);
    const haze: Lesion = {
      type: 'groundGlass',
      ...sector(lung, noise, draw, { angle: draw.uniform(0, 0.6), halfAngle: 1.5, from: -1, to: reach }),
      softness: 26,
      density,
      reticular: draw.uniform(0, 0.7),
    };
    return draw.uniform() < 0.75 ? [haze, fluid(lung, height)] : [haze];
  });
}

/** The lesions that the masks of a slice hold: none for kinds whose disease is of another type. */
export function lesionsOf(
  kind: PhantomKind,
  lungs: Lungs,
  patient: Patient,
  z: number,
  noise: SmoothNoise,
  draw: Random,
): Lesion[] {
  if (kind === 'covid') return covid(lungs, patient, z, noise, draw);
  if (kind === 'pneumonia') return pneumonia(lungs, patient, noise, draw);
  if (kind === 'oedema') return oedema(lungs, patient, noise, draw);
  return [];
}
