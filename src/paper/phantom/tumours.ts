import type { Random } from '../../internal/random';
import { mix } from './body';
import type { Canvas } from './canvas';
import { closedCurve, type Point, polarCurve } from './geometry';
import type { Lung } from './lungs';

/** A lobed outline. */
function lobed(center: Point, radius: number, unevenness: number, draw: Random) {
  const waves = [2, 3, 5, 7].map(
    (order) => [order, (2 * unevenness * draw.normal()) / (order * order), draw.uniform(0, 7)] as const,
  );
  return polarCurve(center, (angle) => {
    let r = 1;
    for (const [order, height, phase] of waves) r += height * Math.sin(order * angle + phase);
    return radius * Math.max(0.4, r);
  });
}

/** One to six small round nodules anywhere in the lungs. */
export function paintNodules(canvas: Canvas, hu: Float32Array, lungs: readonly Lung[], draw: Random): void {
  const count = 1 + draw.integer(6);
  for (let i = 0; i < count; i++) {
    const lung = lungs[draw.integer(2)];
    const center = lung.point(draw.uniform(-1.3, 1.4), draw.uniform(0.35, 0.95));
    canvas.fill(lobed(center, draw.uniform(3, 9), 0.2, draw), mix(hu, draw.uniform(-80, 60)));
  }
}

/** One mass with spiky borders, sometimes hollow. */
export function paintMass(canvas: Canvas, hu: Float32Array, lungs: readonly Lung[], draw: Random): void {
  const lung = lungs[draw.integer(2)];
  const radius = draw.uniform(11, 30);
  const center = lung.point(draw.uniform(-1.1, 1.3), draw.uniform(0.15, 0.9));
  for (let spike = 0; spike < 22; spike++) {
    const angle = draw.uniform(0, 2 * Math.PI);
    const length = radius * draw.uniform(1.1, 1.65);
    const tip = [center[0] + length * Math.cos(angle), center[1] + length * Math.sin(angle), 0.3] as const;
    canvas.stroke([[...center, 2.4], tip], mix(hu, -120));
  }
  canvas.fill(lobed(center, radius, 0.4, draw), mix(hu, draw.uniform(10, 60)));
  if (draw.uniform() < 0.2) {
    canvas.fill(lobed([center[0], center[1] - 0.15 * radius], 0.45 * radius, 0.4, draw), mix(hu, -970));
  }
}

/** Thin-walled bubbles of air under the pleura. */
export function paintBullae(canvas: Canvas, hu: Float32Array, lungs: readonly Lung[], draw: Random): void {
  for (const lung of lungs) {
    const count = draw.integer(6);
    for (let i = 0; i < count; i++) {
      const center = lung.point(draw.uniform(-1.5, 1.4), draw.uniform(0.55, 0.97));
      const radius = draw.uniform(4, 15);
      const outline = (inset: number) => {
        const wall = radius - inset;
        const [x, y] = center;
        return closedCurve([
          [x - wall, y],
          [x, y - 0.8 * wall],
          [x + wall, y],
          [x, y + 0.8 * wall],
        ]);
      };
      canvas.fill(outline(0), mix(hu, -700));
      canvas.fill(outline(0.7), mix(hu, -985));
    }
  }
}
