import { backend, engine, setBackend, type Tensor, tensor1d, tensor4d, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { registerSimdBackend } from '../src';
import type { SimdBackend } from '../src/backend';
import { computeOn } from './on-threads';

/** What the heap leaves free behind its last block. */
const SLACK = 256;

beforeAll(async () => {
  await registerSimdBackend({ threads: 2 });
  await setBackend('simd');
});

/** Sums of three uniform numbers, repeatable: near enough to normal. */
function normals(size: number, seed: number): Float32Array {
  let state = seed;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  return Float32Array.from({ length: size }, () => uniform() + uniform() + uniform());
}

interface Shape {
  readonly batch: number;
  readonly size: number;
  readonly depth: number;
  readonly maps: number;
  readonly side: 2 | 3;
}

/** The three passes of a convolution with padding 'same' in double precision, each product where the definition has it. */
function oracle(x: Float32Array, w: Float32Array, dy: Float32Array, { batch, size, depth, maps, side }: Shape) {
  const y = new Float64Array(dy.length);
  const dx = new Float64Array(x.length);
  const dw = new Float64Array(w.length);
  const pad = side === 3 ? 1 : 0;
  for (let b = 0; b < batch; b++)
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++)
        for (let p = 0; p < side; p++)
          for (let q = 0; q < side; q++) {
            const [row, col] = [i + p - pad, j + q - pad];
            if (row < 0 || col < 0 || row >= size || col >= size) continue;
            for (let c = 0; c < depth; c++) {
              const atX = ((b * size + row) * size + col) * depth + c;
              for (let n = 0; n < maps; n++) {
                const atW = ((p * side + q) * depth + c) * maps + n;
                const atY = ((b * size + i) * size + j) * maps + n;
                y[atY] += x[atX] * w[atW];
                dx[atX] += dy[atY] * w[atW];
                dw[atW] += x[atX] * dy[atY];
              }
            }
          }
  return [y, dx, dw];
}

/** The largest error over the largest number. */
function error(actual: ArrayLike<number>, expected: Float64Array): number {
  let [worst, largest] = [0, 0];
  expected.forEach((value, i) => {
    worst = Math.max(worst, Math.abs(value - actual[i]));
    largest = Math.max(largest, Math.abs(value));
  });
  return worst / largest;
}

describe('Winograd convolution and both its gradients', () => {
  it.each<Shape>([
    { batch: 1, size: 30, depth: 8, maps: 12, side: 3 }, // one block of tiles, a filter transformed for all of it
    { batch: 4, size: 14, depth: 68, maps: 72, side: 3 }, // several of tiles and of both maps, a filter prepared once
    { batch: 1, size: 8, depth: 132, maps: 136, side: 3 }, // several shares of the maps, each preparing its filters
    { batch: 5, size: 25, depth: 20, maps: 28, side: 2 }, // tiles of five
  ])('err by less than 5e-6 of the largest result, against sums in double precision: %o', async (shape) => {
    const { batch, size, depth, maps, side } = shape;
    const values = [
      normals(batch * size * size * depth, 1),
      normals(side * side * depth * maps, 2),
      normals(batch * size * size * maps, 3),
    ] as const;
    const results = tidy(() => {
      const x = tensor4d(values[0], [batch, size, size, depth]);
      const filter = tensor4d(values[1], [side, side, depth, maps]);
      const dy = tensor4d(values[2], [batch, size, size, maps]);
      const attrs = { strides: [1, 1], pad: 'same', dataFormat: 'NHWC', dilations: [1, 1] };
      return [
        engine().runKernel('Conv2D', { x, filter }, attrs) as Tensor,
        engine().runKernel('Conv2DBackpropInput', { dy, filter }, { ...attrs, inputShape: x.shape }) as Tensor,
        engine().runKernel('Conv2DBackpropFilter', { x, dy }, { ...attrs, filterShape: filter.shape }) as Tensor,
      ];
    });
    const expected = oracle(...values, shape);
    for (const [i, result] of results.entries()) {
      expect(error(await result.data(), expected[i])).toBeLessThan(5e-6);
      result.dispose();
    }
  });

  it.each<Shape>([
    { batch: 2, size: 23, depth: 8, maps: 12, side: 3 },
    { batch: 1, size: 12, depth: 68, maps: 64, side: 3 },
    { batch: 2, size: 25, depth: 20, maps: 28, side: 2 },
  ])(
    'give exactly 0, or the bias, where the window is empty, so that a ReLU has the slope of the definition: %o',
    async (shape) => {
      const { batch, size, depth, maps, side } = shape;
      // A disc on black, with single black pixels and pixels that are black in all maps but the last.
      const onBlack = (values: Float32Array, channels: number): Float32Array =>
        values.map((value, i) => {
          const pixel = Math.floor(i / channels);
          const [row, col] = [Math.floor(pixel / size) % size, pixel % size];
          if ((row * 7 + col * 3) % 11 === 0) return i % channels === channels - 1 ? value : -0;
          return Math.hypot(row - size / 2, col - size / 2) < size / 3 ? value : 0;
        });
      const x = onBlack(normals(batch * size * size * depth, 1), depth);
      const w = normals(side * side * depth * maps, 2);
      const dy = onBlack(normals(batch * size * size * maps, 3), maps);
      const bias = normals(maps, 4);
      const attrs = { strides: [1, 1], pad: 'same', dataFormat: 'NHWC', dilations: [1, 1], activation: 'relu' };
      const results = tidy(() => {
        const image = tensor4d(x, [batch, size, size, depth]);
        const filter = tensor4d(w, [side, side, depth, maps]);
        const gradient = tensor4d(dy, [batch, size, size, maps]);
        return [
          engine().runKernel('Conv2D', { x: image, filter }, attrs) as Tensor,
          engine().runKernel('FusedConv2D', { x: image, filter, bias: tensor1d(bias) }, attrs) as Tensor,
          engine().runKernel(
            'Conv2DBackpropInput',
            { dy: gradient, filter },
            { ...attrs, inputShape: image.shape },
          ) as Tensor,
        ];
      });
      const [y, dx] = oracle(x, w, dy, shape);
      const [plain, fused, back] = await Promise.all(results.map((result) => result.data()));
      const empty = (values: Float64Array) => Array.from(values.keys()).filter((i) => values[i] === 0);
      expect(empty(y).length).toBeGreaterThan(y.length / 20);
      expect(empty(dx).length).toBeGreaterThan(dx.length / 20);
      expect(empty(y).every((i) => plain[i] === 0)).toBe(true);
      expect(empty(y).every((i) => fused[i] === Math.max(bias[i % maps], 0))).toBe(true);
      expect(empty(dx).every((i) => back[i] === 0)).toBe(true);
      expect(error(plain, y)).toBeLessThan(5e-6);
      for (const result of results) result.dispose();
    },
  );
});

describe('the filter of a Winograd convolution', () => {
  it.each([2, 3])('may lie at the very end of the memory: nothing behind it is read (%i taps a side)', async (side) => {
    await computeOn(1, () => {
      const { heap } = (backend() as unknown as SimdBackend).runtime;
      const [size, depth, maps] = [20, 64, 64];
      const bytes = side * side * depth * maps * 4;
      const end = heap.size();
      const room = heap.allocate(4 * 1024 * 1024); // for all but the filter
      const rest = heap.allocate(end - SLACK - (room + 4 * 1024 * 1024) - bytes);
      const x = tensor4d(normals(size * size * depth, 1), [1, size, size, depth]);
      const filter = tensor4d(normals(side * side * depth * maps, 2), [side, side, depth, maps]);
      expect((backend() as unknown as SimdBackend).address(filter) + bytes).toBe(end - SLACK);
      heap.release(room);
      const y = engine().runKernel(
        'Conv2D',
        { x, filter },
        { strides: [1, 1], pad: 'same', dataFormat: 'NHWC', dilations: [1, 1] },
      ) as Tensor;
      expect(heap.size()).toBe(end);
      heap.release(rest);
      return [y];
    });
  });
});

describe('threads of Winograd convolution', () => {
  it.each<Shape>([
    { batch: 4, size: 8, depth: 128, maps: 64, side: 3 }, // few tiles: the output's maps are shared out
    { batch: 4, size: 16, depth: 64, maps: 32, side: 3 },
    { batch: 4, size: 32, depth: 32, maps: 16, side: 2 },
    { batch: 1, size: 16, depth: 132, maps: 136, side: 3 }, // products summed over blocks of the input's maps
    { batch: 4, size: 40, depth: 8, maps: 12, side: 3 },
  ])(
    'do not change a single bit of any pass, whatever their number: %o',
    async ({ batch, size, depth, maps, side }) => {
      const work = () => {
        const x = tensor4d(normals(batch * size * size * depth, 1), [batch, size, size, depth]);
        const filter = tensor4d(normals(side * side * depth * maps, 2), [side, side, depth, maps]);
        const dy = tensor4d(normals(batch * size * size * maps, 3), [batch, size, size, maps]);
        const attrs = { strides: [1, 1], pad: 'same', dataFormat: 'NHWC', dilations: [1, 1] };
        return [
          engine().runKernel('Conv2D', { x, filter }, attrs) as Tensor,
          engine().runKernel('Conv2DBackpropInput', { dy, filter }, { ...attrs, inputShape: x.shape }) as Tensor,
          engine().runKernel('Conv2DBackpropFilter', { x, dy }, { ...attrs, filterShape: filter.shape }) as Tensor,
        ];
      };
      const one = await computeOn(1, work);
      for (const threads of [2, 3, 5]) {
        const several = await computeOn(threads, work);
        expect(several.map((values, i) => values.every((value, j) => value === one[i][j]))).toEqual([true, true, true]);
      }
    },
  );
});
