import { describe, expect, it } from 'vitest';
import type { Affine } from '../../src/data/affine';
import { type AugmentPiece, augment, type GeometricPiece } from '../../src/data/augment';
import { flipHorizontal, flipVertical, rotate, scale, shift } from '../../src/data/augment-geometry';
import { cutout, intensity, noise } from '../../src/data/augment-intensity';
import { random } from '../../src/internal/random';
import type { NDArray, Sample } from '../../src/types';
import golden from '../golden/data/warp.json';

type Task = 'reconstruction' | 'segmentation' | 'classification';

const at = { id: 'a', epoch: 0, repeat: 0 };
const move = (affine: Affine): GeometricPiece => ({ kind: 'geometric', draw: () => affine });
const everyGeometry = [flipHorizontal(), flipVertical(), rotate(30), shift(0.1), scale(0.3)];
const everyPiece = [...everyGeometry, intensity(), noise(), cutout()];

/** An image with a bright disc off centre, and the disc as its mask. */
function disc(size = 24): Sample<Task> {
  const inside = Array.from({ length: size * size }, (_, i) => {
    return Math.hypot((i % size) - size * 0.4, Math.floor(i / size) - size * 0.6) < size / 4 ? 1 : 0;
  });
  const x: NDArray = { data: Float32Array.from(inside), shape: [size, size, 1] };
  return {
    x,
    y: {
      reconstruction: x,
      segmentation: { data: Uint8Array.from(inside), shape: [size, size, 1] },
      classification: { data: Float32Array.of(1), shape: [1] },
    },
  };
}

describe('augment', () => {
  it('leaves every value as it was when all is off', () => {
    const off: AugmentPiece[] = [
      flipHorizontal(0),
      flipVertical(0),
      rotate(0),
      shift(0),
      scale(0),
      cutout({ count: 0 }),
    ];
    const sample = disc();
    expect(augment<Task>(off)(sample, at)).toEqual(sample);
    expect(augment<Task>([])(sample, at)).toEqual(sample);
  });

  it('moves the mask with the image', () => {
    const { x, y } = disc();
    const run = augment<Task>(everyGeometry, { seed: 5 });
    for (let epoch = 0; epoch < 20; epoch++) {
      const moved = run({ x, y }, { ...at, epoch });
      const mask = moved.y.segmentation!.data;
      expect(mask).not.toEqual(y.segmentation!.data);
      // The nearest pixel has at least a quarter of the weight among the four that bilinear interpolation mixes.
      moved.x.data.forEach((value, i) => {
        if (mask[i] === 1) expect(value).toBeGreaterThanOrEqual(0.25 - 1e-6);
        else expect(value).toBeLessThanOrEqual(0.75 + 1e-6);
      });
      expect(new Set(mask)).toEqual(new Set([0, 1]));
      expect(moved.y.classification).toBe(y.classification);
    }
  });

  for (const { map, bilinear } of golden.cases) {
    it(`interpolates as PyTorch's grid_sample under [${map.map((value) => value.toFixed(2))}]`, () => {
      const x = { data: Float32Array.from(golden.image), shape: golden.shape };
      const moved = augment([move(map as unknown as Affine)])({ x, y: {} }, at).x.data;
      bilinear.forEach((value, i) => {
        expect(Math.abs(moved[i] - value)).toBeLessThan(1e-4);
      });
    });
  }

  it('applies the pieces in their order, in one interpolation', () => {
    const image = { data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9), shape: [3, 3, 1] };
    const clockwise = move([0, 1, 0, -1, 0, 0]);
    const right = move([1, 0, -1, 0, 1, 0]);
    const run = (...pieces: AugmentPiece[]) => [...augment(pieces)({ x: image, y: {} }, at).x.data];
    expect(run(clockwise)).toEqual([7, 4, 1, 8, 5, 2, 9, 6, 3]);
    expect(run(right)).toEqual([0, 1, 2, 0, 4, 5, 0, 7, 8]);
    expect(run(clockwise, right)).toEqual([0, 7, 4, 0, 8, 5, 0, 9, 6]);
    expect(run(right, clockwise)).toEqual([0, 0, 0, 7, 4, 1, 8, 5, 2]);
  });

  it('fills the frame of an image as asked and that of a mask with 0', () => {
    const mask = { data: Uint8Array.of(1, 1, 1, 1), shape: [2, 2, 1] };
    const x = { data: Float32Array.of(0.5, 0.5, 0.5, 0.5), shape: [2, 2, 1] };
    const moved = augment<'mask'>([move([1, 0, -1, 0, 1, 0])], { fill: 0.25 })({ x, y: { mask } }, at);
    expect([...moved.x.data]).toEqual([0.25, 0.5, 0.25, 0.5]);
    expect([...moved.y.mask!.data]).toEqual([0, 1, 0, 1]);
  });

  it('reconstructs the clean moved image, or what the network sees where asked', () => {
    const sample = disc();
    const pieces = [flipHorizontal(1), cutout({ count: 3 })];
    const clean = augment<Task>(pieces)(sample, at);
    expect(clean.y.reconstruction).toEqual(augment<Task>([flipHorizontal(1)])(sample, at).x);
    expect(clean.x).not.toEqual(clean.y.reconstruction);
    const seen = augment<Task>(pieces, { labelKinds: { reconstruction: 'input' } })(sample, at);
    expect(seen.x).toEqual(clean.x);
    expect(seen.y.reconstruction).toBe(seen.x);
  });

  it('treats a label as it is told to', () => {
    const { x, y } = disc();
    const run = (segmentation: 'keep' | 'image') =>
      augment<Task>([rotate(30)], { labelKinds: { segmentation } })({ x, y }, at).y.segmentation as NDArray;
    expect(run('keep')).toBe(y.segmentation);
    expect(run('image')).toEqual(augment<Task>([rotate(30)])({ x, y }, at).x);
  });

  it('draws anew for each epoch, sample and repeat, and the same for the same', () => {
    const run = augment<Task>(everyPiece, { seed: 2 });
    const first = run(disc(), at);
    expect(run(disc(), at)).toEqual(first);
    for (const other of [
      { ...at, epoch: 1 },
      { ...at, id: 'b' },
      { ...at, repeat: 1 },
    ]) {
      expect(run(disc(), other).x).not.toEqual(first.x);
    }
    expect(augment<Task>(everyPiece, { seed: 3 })(disc(), at).x).not.toEqual(first.x);
  });

  it('does not write into its input', () => {
    const sample = disc();
    augment<Task>(everyPiece)(sample, at);
    expect(sample).toEqual(disc());
  });

  it('says what does not fit', () => {
    const { x } = disc();
    const mask = { data: new Uint8Array(12), shape: [3, 4, 1] };
    expect(() => augment<'mask'>([])({ x, y: { mask } }, at)).toThrow(
      "augment: 'mask' of sample 'a' is 3 x 4, but its image 24 x 24; resize it, or name the task in labelKinds as 'keep'.",
    );
    expect(() => augment([])({ x: { data: new Float32Array(4), shape: [4] }, y: {} }, at)).toThrow(
      "augment: x of sample 'a' must have a shape [height, width, channels], got [4].",
    );
    expect(() => augment([], { labelKinds: { mask: 'masc' as never } })).toThrow(
      "augment: labelKinds.mask must be one of 'mask'",
    );
    expect(() => augment([rotate(5), flipHorizontal as never])).toThrow(
      new TypeError('augment: piece 1 must be one such as flipHorizontal() returns, got a function: call it.'),
    );
    expect(() => augment([null as never])).toThrow(
      'augment: piece 0 must be one such as flipHorizontal() returns, got null.',
    );
    expect(() => augment([], { fill: Number.NaN })).toThrow('augment: fill must be a finite number, got NaN.');
    expect(() => cutout({ fill: null as never })).toThrow('cutout: fill must be a finite number, got null.');
    expect(() => rotate(200)).toThrow('rotate: degrees must lie in [0, 180], got 200.');
    expect(() => flipHorizontal(2)).toThrow('flipHorizontal: probability must lie in [0, 1], got 2.');
    expect(() => cutout({ size: 1.5 })).toThrow('cutout: size must lie in [0, 1], got 1.5.');
  });
});

describe('pieces of an augmentation', () => {
  const draws = (piece: GeometricPiece) => Array.from({ length: 200 }, (_, i) => piece.draw(random(1, i), 40, 80));

  it('stay within their limits and reach both sides of them', () => {
    const angles = draws(rotate(15)).map(([a, b]) => (Math.atan2(b, a) * 180) / Math.PI);
    expect(Math.max(...angles)).toBeLessThanOrEqual(15);
    expect(Math.max(...angles)).toBeGreaterThan(13);
    expect(Math.min(...angles)).toBeGreaterThanOrEqual(-15);
    expect(Math.min(...angles)).toBeLessThan(-13);

    const factors = draws(scale(0.25)).map(([a]) => 1 / a);
    expect(Math.max(...factors)).toBeLessThanOrEqual(1.25);
    expect(Math.min(...factors)).toBeGreaterThanOrEqual(0.8);
    expect(Math.max(...factors) / Math.min(...factors)).toBeGreaterThan(1.45);

    const shifts = draws(shift(0.1));
    expect(Math.max(...shifts.map(([, , c]) => Math.abs(c)))).toBeGreaterThan(7);
    expect(Math.max(...shifts.map(([, , c]) => Math.abs(c)))).toBeLessThanOrEqual(8);
    expect(Math.max(...shifts.map((affine) => Math.abs(affine[5])))).toBeLessThanOrEqual(4);

    const flipped = draws(flipHorizontal(0.25)).filter(([a]) => a === -1).length;
    expect(flipped).toBeGreaterThan(30);
    expect(flipped).toBeLessThan(70);
  });

  const grey = { data: new Float32Array(32 * 32).fill(0.5), shape: [32, 32, 1] };

  it('cutout blanks squares of at most its size', () => {
    for (let i = 0; i < 50; i++) {
      const cut = cutout({ size: 0.25, fill: 1 }).apply(grey, random(3, i)).data;
      const area = cut.filter((value) => value === 1).length;
      expect([16, 25, 36, 49, 64]).toContain(area);
      expect(cut.filter((value) => value === 0.5).length).toBe(32 * 32 - area);
    }
  });

  it('noise has its standard deviation and the image its mean', () => {
    const data = noise(0.05).apply(grey, random(4)).data as Float32Array;
    const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
    const variance = data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length;
    expect(mean).toBeCloseTo(0.5, 2);
    expect(Math.sqrt(variance)).toBeCloseTo(0.05, 2);
  });

  it('intensity keeps the order of grey values and stays in [0, 1]', () => {
    const ramp = { data: Float32Array.from({ length: 64 }, (_, i) => i / 63), shape: [8, 8, 1] };
    for (let i = 0; i < 50; i++) {
      const { data } = intensity({ brightness: 0.3, contrast: 0.3, gamma: 0.5 }).apply(ramp, random(5, i));
      for (let k = 0; k + 1 < 64; k++) expect(data[k + 1]).toBeGreaterThanOrEqual(data[k]);
      expect(Math.min(...data)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...data)).toBeLessThanOrEqual(1);
    }
    const off = intensity({ brightness: 0, contrast: 0, gamma: 0 }).apply(ramp, random(6)).data;
    off.forEach((value, i) => {
      expect(value).toBeCloseTo(i / 63, 6);
    });
  });
});
