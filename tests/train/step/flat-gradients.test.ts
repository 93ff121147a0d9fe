import { tensor, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it } from 'vitest';
import { useBackend } from '../../../src/backends/index';
import { random } from '../../../src/internal/random';
import {
  combineGradients,
  flatten,
  fromTriangle,
  innerProducts,
  unflatten,
} from '../../../src/train/step/flat-gradients';
import { useCpu } from '../../support/cpu';
import { expectNoLeak } from '../../support/leaks';

useCpu();

const places = [
  { size: 4, shape: [2, 2] },
  { size: 3, shape: [3] },
  { size: 1, shape: [] },
];

describe('the gradients of several places as one vector', () => {
  it('stand one after the other, zeros where none flows, to a whole number of blocks', async () => {
    await expectNoLeak(async () => {
      const gradients = [
        tensor([
          [1, 2],
          [3, 4],
        ]),
        undefined,
        tensor(5),
      ];
      const flat = flatten(gradients, places);
      expect(flat.shape).toEqual([1024]);
      expect([...(await flat.data())].slice(0, 9)).toEqual([1, 2, 3, 4, 0, 0, 0, 5, 0]);
      const parts = tidy(() => unflatten(flat, places));
      expect(parts.map(({ shape }) => shape)).toEqual([[2, 2], [3], []]);
      expect(await Promise.all(parts.map(async (part) => [...(await part.data())]))).toEqual([
        [1, 2, 3, 4],
        [0, 0, 0],
        [5],
      ]);
      for (const made of [...gradients, flat, ...parts]) made?.dispose();
    });
  });

  it.each([1023, 1024, 1025, 2048])('come back whole where there are %i of them', async (size) => {
    const values = Float32Array.from({ length: size }, (_, i) => i);
    const given = tensor1d(values);
    const flat = flatten([given], [given]);
    expect(flat.size).toBe(Math.ceil(size / 1024) * 1024);
    const [back] = tidy(() => unflatten(flat, [given]));
    expect(await back.data()).toEqual(values);
    for (const made of [given, flat, back]) made.dispose();
  });

  it('are one block of zeros where there is no place', async () => {
    const flat = flatten([], []);
    expect(flat.size).toBe(1024);
    expect(tidy(() => unflatten(flat, []))).toEqual([]);
    flat.dispose();
  });

  it('are added up with weights', async () => {
    const [a, b] = [tensor1d([1, 2]), tensor1d([10, -20])];
    const sum = combineGradients([a, b], [2, -0.5]);
    expect([...(await sum.data())]).toEqual([-3, 14]);
    for (const made of [a, b, sum]) made.dispose();
  });
});

describe('their inner products', () => {
  afterEach(async () => void (await useBackend('cpu')));

  it('are the upper triangle of a symmetric matrix, row by row', () => {
    expect(fromTriangle([1, 2, 3, 4, 5, 6], 3)).toEqual([
      [1, 2, 3],
      [2, 4, 5],
      [3, 5, 6],
    ]);
    expect(fromTriangle([7], 1)).toEqual([[7]]);
  });

  // Added one after the other in float32, as the backend does, half a million numbers lose more than three digits of seven.
  it.each(['cpu', 'wasm', 'simd'] as const)('keep their digits over half a million elements on %s', async (backend) => {
    await useBackend(backend);
    const draw = random(1, 'products');
    const rows = [0, 1, 2].map(() => Float32Array.from({ length: 512 * 1024 }, () => draw.uniform(-0.5, 1)));
    const exact = rows.flatMap((p, i) => rows.slice(i).map((q) => p.reduce((s, v, n) => s + v * q[n], 0)));
    const flats = rows.map((row) => tensor1d(row));
    const products = innerProducts(flats);
    const found = await products.data();
    for (const [k, value] of exact.entries()) expect(Math.abs(found[k] / value - 1)).toBeLessThan(1e-6);
    for (const made of [...flats, products]) made.dispose();
  });
});
