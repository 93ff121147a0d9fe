import { type Random, random } from '../../internal/random';
import type { Point } from './geometry';

/** What stays the same in all slices of a patient. */
export interface Patient {
  /** How much thicker the fat under the skin is at the breasts. */
  readonly breast: number;
  /** Thickness of the fat under the skin, in millimetres. */
  readonly fat: number;
  /** Size of the heart over an average one. */
  readonly heart: number;
  /** Hounsfield units of the blood: about 40 without contrast agent. */
  readonly blood: number;
  /** Hounsfield units of aerated lung at the front. */
  readonly lung: number;
  /** How much denser (in Hounsfield units per millimetre) the lung gets towards the back. */
  readonly gravity: number;
  /** Density of the bones over an average one. */
  readonly bone: number;
  /** From 0 to 1: how far the disease of the patient has gone. */
  readonly extent: number;
  /** Where a point of the average body lies in this patient. */
  place(point: Point): Point;
}

export function createPatient(seed: number, index: number): Patient {
  const draw: Random = random(seed, 'patient', index);
  const female = draw.uniform() < 0.45;
  const scaleX = (female ? 0.93 : 1.02) * Math.exp(draw.normal(0, 0.05));
  const scaleY = (female ? 0.92 : 1.01) * Math.exp(draw.normal(0, 0.06));
  const tilt = draw.normal(0, 0.035);
  const lean = draw.normal(0, 0.03);
  const waves = Array.from({ length: 4 }, () => ({
    x: draw.uniform(-0.025, 0.025),
    y: draw.uniform(-0.025, 0.025),
    phase: draw.uniform(0, 2 * Math.PI),
    moveX: draw.normal(0, 1.6),
    moveY: draw.normal(0, 1.6),
  }));
  const place = ([x, y]: Point): Point => {
    let placedX = x * scaleX;
    let placedY = y * scaleY;
    for (const wave of waves) {
      const height = Math.sin(wave.x * x + wave.y * y + wave.phase);
      placedX += wave.moveX * height;
      placedY += wave.moveY * height;
    }
    return [placedX - tilt * placedY + lean * placedY, placedY + tilt * placedX];
  };
  return {
    breast: female ? draw.uniform(0.6, 2.2) : 0,
    fat: Math.exp(draw.normal(female ? 2.75 : 2.5, 0.4)),
    heart: Math.exp(draw.normal(0, 0.07)),
    blood: draw.uniform() < 0.3 ? draw.uniform(150, 330) : draw.uniform(35, 50),
    lung: draw.normal(-875, 22),
    gravity: draw.uniform(0.1, 0.55),
    bone: Math.exp(draw.normal(0, 0.15)),
    extent: draw.uniform(),
    place,
  };
}
