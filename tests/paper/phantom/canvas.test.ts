import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCanvas, everywhere } from '../../../src/paper/phantom/canvas';
import { atLevel, closedCurve, mirrored, type Outline, type Point, reach } from '../../../src/paper/phantom/geometry';
import type { Draw } from '../../../src/paper/phantom/view';

const view = { size: 40, left: -10, top: -10, width: 20, height: 20 };
const pixelArea = 0.25;

/** The area that a shape covers, in square millimetres, and its coverage by pixel. */
function areaOf(paint: (draw: Draw) => void): { area: number; coverage: Map<number, number> } {
  const coverage = new Map<number, number>();
  paint((pixel, share) => coverage.set(pixel, share));
  return { area: [...coverage.values()].reduce((sum, share) => sum + share * pixelArea, 0), coverage };
}

function shoelace(outline: Outline): number {
  let twice = 0;
  for (let i = 0; i < outline.length; i += 2) {
    const next = (i + 2) % outline.length;
    twice += outline[i] * outline[next + 1] - outline[next] * outline[i + 1];
  }
  return Math.abs(twice) / 2;
}

const star = fc.array(fc.double({ min: 0.5, max: 9, noNaN: true }), { minLength: 3, maxLength: 12 }).map((radii) =>
  Float64Array.from(
    radii.flatMap((radius, i) => {
      const angle = (2 * Math.PI * i) / radii.length;
      return [radius * Math.cos(angle), radius * Math.sin(angle)];
    }),
  ),
);

describe('the phantom canvas', () => {
  it('covers exactly the area of an outline', () => {
    const canvas = createCanvas(view);
    fc.assert(
      fc.property(star, (outline) => {
        expect(areaOf((draw) => canvas.fill(outline, draw)).area).toBeCloseTo(shoelace(outline), 1);
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  it('gives each pixel its covered share', () => {
    const canvas = createCanvas({ size: 4, left: 0, top: 0, width: 4, height: 4 });
    const { coverage } = areaOf((draw) => canvas.fill(Float64Array.of(0.5, 1, 2.25, 1, 2.25, 2.5, 0.5, 2.5), draw));
    expect([...coverage].map(([pixel, share]) => [pixel, Number(share.toFixed(6))])).toEqual([
      [4, 0.5],
      [5, 1],
      [6, 0.25],
      [8, 0.25],
      [9, 0.5],
      [10, 0.125],
    ]);
  });

  it('clips what lies outside of the view', () => {
    const canvas = createCanvas(view);
    const over = Float64Array.of(-30, -4, 5, -4, 5, 40, -30, 40);
    expect(areaOf((draw) => canvas.fill(over, draw)).area).toBeCloseTo(15 * 14, 6);
    const beside = Float64Array.of(20, -4, 30, -4, 30, 4, 20, 4);
    expect(areaOf((draw) => canvas.fill(beside, draw)).area).toBe(0);
    expect(areaOf((draw) => canvas.fill(over, draw)).area).toBeCloseTo(15 * 14, 6);
  });

  it('covers about the area of a stroke, however thin', () => {
    const canvas = createCanvas(view);
    for (const radius of [0.1, 0.3, 1, 3]) {
      const stroke = areaOf((draw) =>
        canvas.stroke(
          [
            [-5.3, -2.1, radius],
            [4.2, 3.4, radius],
          ],
          draw,
        ),
      ).area;
      const exact = 2 * radius * Math.hypot(9.5, 5.5) + Math.PI * radius ** 2;
      expect(Math.abs(stroke / exact - 1), `radius ${radius}`).toBeLessThan(0.08);
    }
    for (const radius of [1, 3]) {
      const dot = areaOf((draw) => canvas.stroke([[0.1, 0.2, radius]], draw)).area;
      expect(Math.abs(dot / (Math.PI * radius ** 2) - 1), `radius ${radius}`).toBeLessThan(0.05);
    }
  });

  it('visits every pixel of the view once, with its centre', () => {
    const canvas = createCanvas({ size: 3, left: 0, top: 10, width: 6, height: 3 });
    const seen: number[][] = [];
    canvas.visit(everywhere, (pixel, x, y) => seen.push([pixel, x, y]));
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8].map((i) => [i, 1 + 2 * (i % 3), 10.5 + Math.floor(i / 3)]));
  });
});

describe('outlines of the phantom', () => {
  it('pass through their control points', () => {
    const points: Point[] = [
      [0, -4],
      [3, 0],
      [1, 5],
      [-4, 1],
    ];
    const curve = closedCurve(points, 4);
    expect(points.map((_, i) => [curve[8 * i], curve[8 * i + 1]])).toEqual(points);
  });

  it('are mirrored about the midline', () => {
    expect(
      mirrored([
        [0, -1],
        [2, 0],
        [0, 1],
      ]),
    ).toEqual([
      [0, -1],
      [2, 0],
      [0, 1],
      [-2, 0],
    ]);
  });

  it('blend between the levels of a table', () => {
    const table: Point[][] = [[[0, 0]], [[4, 8]], [[4, 0]]];
    expect([0, 0.25, 0.5, 0.75, 1].map((z) => atLevel(table, z)[0])).toEqual([
      [0, 0],
      [2, 4],
      [4, 8],
      [4, 4],
      [4, 0],
    ]);
  });

  it('are reached by a ray where it last leaves them', () => {
    const square = Float64Array.of(-2, -2, 2, -2, 2, 2, -2, 2);
    expect(reach(square, [0, 0], 0)).toBeCloseTo(2, 12);
    expect(reach(square, [1, 0.5], Math.PI / 2)).toBeCloseTo(1.5, 12);
    expect(reach(square, [-1, -1], Math.PI / 4)).toBeCloseTo(3 * Math.SQRT2, 12);
    expect(reach(square, [-5, 0], 0)).toBeCloseTo(7, 12);
    expect(reach(square, [5, 0], 0)).toBe(0);
  });
});
