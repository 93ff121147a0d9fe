import type { Random } from '../../internal/random';
import { type Body, tissue } from './body';
import { everywhere } from './canvas';
import { atLevel, closedCurve, length, type Point, smoothStep } from './geometry';
import type { Patient } from './patient';
import { heart, mediastinum } from './thorax-levels';
import type { StrokePoint } from './view';

const air = -960;
const heartLevel = 0.5;

type Stroke = (value: number, ...points: readonly (readonly [x: number, y: number, radius: number])[]) => void;

/** The great vessels, from the branches of the arch down to the descending aorta. */
function paintVessels(stroke: Stroke, blood: number, z: number): void {
  if (z < 0.18) {
    stroke(blood, [-13, -22, 6.5]);
    stroke(blood, [4, -26, 5.5]);
    stroke(blood, [17, -14, 5.5]);
    for (const side of [-1, 1]) stroke(0.9 * blood, [side * 21, -36, 7]);
    return;
  }
  if (z < 0.36) {
    stroke(blood, [-8, -36, 12], [10, -14, 13], [24, 22, 12]);
    stroke(0.9 * blood, [-22, -24, 8]);
    return;
  }
  if (z < 0.66) {
    stroke(blood, [-14, -36, 16]);
    stroke(0.9 * blood, [-33, -18, 9]);
    stroke(blood, [16, -44, 14], [22, -16, 11]);
    if (z > 0.42) stroke(blood, [18, -30, 12], [-10, -12, 9], [-36, -2, 8]);
  }
  stroke(blood, [26 - 4 * z, 44 + 4 * z, 12.5]);
}

/** The windpipe, its fork and the main airways below. */
function paintAirways(stroke: Stroke, z: number): void {
  if (z < 0.44) stroke(air, [-2, 2 + 12 * z, 8.5], [-1, 5 + 12 * z, 8]);
  else if (z < 0.58) {
    const apart = 80 * (z - 0.44);
    stroke(air, [-9 - apart, 10, 6.5], [-18 - 1.6 * apart, 12, 5.5]);
    stroke(air, [9 + apart, 11, 6], [22 + 1.8 * apart, 15, 5]);
  } else if (z < 0.75) {
    stroke(air, [-30, 12, 3.6], [-33, 15, 3.4]);
    stroke(air, [34, 16, 3.3], [38, 19, 3]);
  }
}

/** What lies between the lungs: fat, the heart, great vessels, gullet and airways. */
export function paintMediastinum(body: Body, patient: Patient, z: number, draw: Random): void {
  const { blood } = patient;
  const outline = (points: readonly Point[]) =>
    closedCurve(
      points.map(([x, y]) => {
        const growth = 1 + (patient.heart - 1) * smoothStep(0.4, 0.8, z);
        return patient.place([x * growth + draw.normal(0, 1.3), y * (y < 0 ? growth : 1) + draw.normal(0, 1.3)]);
      }),
    );
  const stroke: Stroke = (value, ...points) =>
    body.canvas.stroke(
      points.map(([x, y, radius]): StrokePoint => [...patient.place([x, y]), radius]),
      tissue(body, value),
    );
  body.canvas.fill(outline(atLevel(mediastinum, z)), tissue(body, -60));
  if (z > heartLevel) {
    body.canvas.fill(outline(atLevel(heart, (z - heartLevel) / (1 - heartLevel))), tissue(body, 45));
  }
  if (z > 0.6 && blood > 100) {
    // Contrast agent shows the chambers.
    stroke(blood, [40, -34, 20], [22, -14, 16]);
    stroke(0.85 * blood, [-18, -42, 17], [-22, -20, 17]);
    stroke(blood, [4, 6, 13], [-8, 4, 11]);
  }
  paintVessels(stroke, blood, z);
  stroke(35, [3, 34 + 8 * z, 6.5], [7, 35 + 8 * z, 6]);
  if (draw.uniform() < 0.3) stroke(air, [5, 34 + 8 * z, 2]);
  paintAirways(stroke, z);
}

/** The domes of liver and spleen under the diaphragm, which rise into the lungs and are cut with a blurred edge. */
export function paintDomes(body: Body, patient: Patient, z: number): void {
  const domes = [
    { center: patient.place([-80, 8]), rise: (0.72 * (z - 0.82)) / 0.18, width: 54, height: 78 },
    { center: patient.place([92, 26]), rise: (0.72 * (z - 0.92)) / 0.08, width: 36, height: 52 },
  ];
  const paint = tissue(body, 55);
  body.canvas.visit(everywhere, (i, x, y) => {
    if (body.lung[i] === 0) return;
    for (const { center, rise, width, height } of domes) {
      const away = length((x - center[0]) / width, (y - center[1]) / height);
      // Only what is lung can become dome.
      const cover = smoothStep(-0.13, 0.13, rise - away * away);
      if (cover > 0) paint(i, cover * body.lung[i]);
    }
  });
}
