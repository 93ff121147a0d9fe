import type { Random } from '../../internal/random';
import { mix } from './body';
import type { Canvas } from './canvas';
import { length } from './geometry';
import type { Lung } from './lungs';
import type { StrokePoint } from './view';

/** How the slice cuts the vessels. */
export interface VesselOptions {
  /** Thickness of the slice in millimetres: it shows what lies within half of that of its plane. */
  readonly thickness: number;
  /** From 0 to 1: how steeply the vessels cross the slice. */
  readonly steepness: number;
}

type Paint = (pixel: number, share: number) => void;

function tree(canvas: Canvas, lung: Lung, { thickness, steepness }: VesselOptions, draw: Random, paint: Paint): void {
  let budget = 500;
  const grow = (x: number, y: number, z: number, along: number, elevation: number, width: number): void => {
    let [px, py, pz, angle, rise, radius] = [x, y, z, along, elevation, width];
    while (radius > 0.42 && budget-- > 0) {
      const step = 3.5 + 2.2 * radius;
      const flat = step * Math.cos(rise);
      const nextX = px + lung.side * flat * Math.cos(angle);
      const nextY = py + flat * Math.sin(angle);
      const nextZ = pz + step * Math.sin(rise);
      const next = radius * 0.945;
      const visible = Math.min(1, (thickness / 2 + radius - Math.abs((pz + nextZ) / 2)) / (2 * radius));
      if (visible > 0) {
        const share = visible * Math.min(1, (2 * radius) / thickness);
        const end: StrokePoint = [nextX, nextY, next];
        canvas.stroke([[px, py, radius], end], (i, coverage) => paint(i, coverage * share));
      }
      [px, py, pz, radius] = [nextX, nextY, nextZ, next];
      // Far from the slice and on the way out, it hardly comes back.
      if (Math.abs(pz) > 12 && pz * rise > 0) return;
      const outwards = lung.angle(px, py);
      if (length(px - lung.hilum[0], py - lung.hilum[1]) > 0.96 * lung.reach(outwards)) return;
      angle += 0.1 * Math.sin(outwards - angle) + draw.normal(0, 0.11);
      rise += draw.normal(0, 0.09) - 0.1 * rise;
      if (draw.uniform() < 0.4) {
        const turn = draw.uniform(0.45, 1) * (draw.uniform() < 0.5 ? -1 : 1);
        const spin = draw.uniform(0, 2 * Math.PI);
        const share = draw.uniform(0.55, 0.82);
        grow(px, py, pz, angle + turn * Math.cos(spin), rise + turn * Math.sin(spin), radius * share);
        angle -= 0.3 * turn * Math.cos(spin);
        radius *= 0.93;
      }
    }
  };
  const roots = 9;
  for (let root = 0; root < roots; root++) {
    const angle = -1.75 + (3.5 * (root + draw.uniform(0.1, 0.9))) / roots;
    const z = draw.normal(0, 7);
    const [x, y] = lung.hilum;
    const rise = draw.normal(-z / 50, 0.18 + 0.6 * steepness);
    grow(x, y, z, angle, rise, draw.uniform(2, 4.4) * (1 - 0.4 * steepness));
  }
  // Branches of trees that enter the slice from above or below.
  for (let branch = 0; branch < 9; branch++) {
    const depth = draw.uniform(0.2, 0.7);
    const angle = draw.uniform(-1.8, 1.8);
    const [x, y] = lung.point(angle, depth);
    const z = draw.normal(0, 3);
    grow(x, y, z, angle + draw.normal(0, 0.4), draw.normal(-z / 30, 0.15), draw.uniform(1.1, 2.6) * (1.1 - depth));
  }
}

/** The main artery and vein where they enter the lung. */
function hilum(canvas: Canvas, { side, hilum: [x, y] }: Lung, steepness: number, draw: Random, paint: Paint): void {
  for (const shift of [-4, 7]) {
    const radius = draw.uniform(4.5, 7.5) * (1 - 0.6 * steepness);
    const [dx, dy] = [side * draw.uniform(-2, 5), shift + draw.uniform(-4, 4)];
    const end: StrokePoint = [x + dx, y + dy, 0.8 * radius];
    canvas.stroke([[x - side * 12, y + 0.5 * shift, radius + 1], end], paint);
  }
}

/** Short pieces of the many small vessels that cross the slice. */
function twigs(canvas: Canvas, lung: Lung, { thickness, steepness }: VesselOptions, draw: Random, paint: Paint): void {
  for (let twig = 0; twig < 110; twig++) {
    const depth = Math.sqrt(draw.uniform(0.03, 0.86));
    const [x, y] = lung.point(draw.uniform(-1.9, 1.9), depth);
    const radius = draw.uniform(0.45, 1.15) * (1.25 - depth);
    const direction = lung.angle(x, y) + draw.normal(0, 0.6);
    const span = (12 - 6 * steepness) * draw.uniform() ** 3;
    const share = Math.min(1, (2 * radius) / thickness);
    const end: StrokePoint = [x + lung.side * span * Math.cos(direction), y + span * Math.sin(direction), 0.7 * radius];
    canvas.stroke([[x, y, radius], end], (i, coverage) => paint(i, coverage * share));
  }
}

/**
 * The vessels of the lungs, trees that branch and taper from the hilum to the pleura, as far as the slice cuts them:
 * the share of each pixel that they fill.
 */
export function vesselCover(
  canvas: Canvas,
  lungs: readonly Lung[],
  options: VesselOptions,
  draw: Random,
): Float32Array {
  const cover = new Float32Array(canvas.pixels);
  const paint: Paint = (pixel, share) => {
    if (share > cover[pixel]) cover[pixel] = share;
  };
  for (const lung of lungs) {
    hilum(canvas, lung, options.steepness, draw, paint);
    tree(canvas, lung, options, draw, paint);
    twigs(canvas, lung, options, draw, paint);
  }
  return cover;
}

/** Airways near the hilum, each a dark lumen in a thin wall. */
export function paintBronchi(canvas: Canvas, hu: Float32Array, lung: Lung, draw: Random): void {
  for (let airway = 0; airway < 3; airway++) {
    const [x, y] = lung.point(draw.uniform(-0.8, 1.1), draw.uniform(0.1, 0.3));
    const radius = draw.uniform(0.8, 1.9);
    canvas.stroke([[x, y, radius + 0.8]], mix(hu, -250));
    canvas.stroke([[x, y, radius]], mix(hu, -950));
    // An artery runs beside it.
    canvas.stroke([[x + lung.side * 1.7 * radius, y - radius, 0.95 * radius]], mix(hu, 30));
  }
}
