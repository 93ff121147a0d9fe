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
  readonly channels: number;
  readonly filters: number;
  readonly side: 2 | 3;
}

/** The three passes of a convolution with padding 'same' in double precision, each product where the definition has it. */
function oracle(x: Float32Array, w: Float32Array, dy: Float32Array, { batch, size, channels, filters, side }: Shape) {
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
            for (let c = 0; c < channels; c++) {
              const atX = ((b * size + row) * size + col) * channels + c;
              for (let n = 0; n < filters; n++) {
                const atW = ((p * side + q) * channels + c) * filters + n;
                const atY = ((b * size + i) * size + j) * filters + n;
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
    { batch: 1, size: 30, channels: 8, filters: 12, side: 3 }, // one block of tiles, a filter transformed for all of it
    { batch: 4, size: 14, channels: 68, filters: 72, side: 3 }, // several of tiles, channels and filters, a filter prepared once
    { batch: 1, size: 8, channels: 132, filters: 136, side: 3 }, // several shares of the filters, each preparing its filters
    { batch: 5, size: 25, channels: 20, filters: 28, side: 2 }, // tiles of five
  ])('err by less than 5e-6 of the largest result, against sums in double precision: %o', async (shape) => {
    const { batch, size, channels, filters, side } = shape;
    const values = [
      normals(batch * size * size * channels, 1),
      normals(side * side * channels * filters, 2),
      normals(batch * size * size * filters, 3),
    ] as const;
    const results = tidy(() => {
      const x = tensor4d(values[0], [batch, size, size, channels]);
      const filter = tensor4d(values[1], [side, side, channels, filters]);
      const dy = tensor4d(values[2], [batch, size, size, filters]);
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
    { batch: 2, size: 23, channels: 8, filters: 12, side: 3 },
    { batch: 1, size: 12, channels: 68, filters: 64, side: 3 },
    { batch: 2, size: 25, channels: 20, filters: 28, side: 2 },
  ])(
    'give exactly 0, or the bias, where the window is empty, so that a ReLU has the slope of the definition: %o',
    async (shape) => {
      const { batch, size, channels, filters, side } = shape;
      // A disc on black, with single black pixels and pixels that are black in all channels but the last.
      const onBlack = (values: Float32Array, channels: number): Float32Array =>
        values.map((value, i) => {
          const pixel = Math.floor(i / channels);
          const [row, col] = [Math.floor(pixel / size) % size, pixel % size];
          if ((row * 7 + col * 3) % 11 === 0) return i % channels === channels - 1 ? value : -0;
          return Math.hypot(row - size / 2, col - size / 2) < size / 3 ? value : 0;
        });
      const x = onBlack(normals(batch * size * size * channels, 1), channels);
      const w = normals(side * side * channels * filters, 2);
      const dy = onBlack(normals(batch * size * size * filters, 3), filters);
      const bias = normals(filters, 4);
      const attrs = { strides: [1, 1], pad: 'same', dataFormat: 'NHWC', dilations: [1, 1], activation: 'relu' };
      const results = tidy(() => {
        const image = tensor4d(x, [batch, size, size, channels]);
        const filter = tensor4d(w, [side, side, channels, filters]);
        const gradient = tensor4d(dy, [batch, size, size, filters]);
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
      expect(empty(y).every((i) => fused[i] === Math.max(bias[i % filters], 0))).toBe(true);
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
      const [size, channels, filters] = [20, 64, 64];
      const bytes = side * side * channels * filters * 4;
      const end = heap.size();
      const room = heap.allocate(4 * 1024 * 1024); // for all but the filter
      const rest = heap.allocate(end - SLACK - (room + 4 * 1024 * 1024) - bytes);
      const x = tensor4d(normals(size * size * channels, 1), [1, size, size, channels]);
      const filter = tensor4d(normals(side * side * channels * filters, 2), [side, side, channels, filters]);
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
    { batch: 4, size: 8, channels: 128, filters: 64, side: 3 }, // few tiles: the filters are shared out
    { batch: 4, size: 16, channels: 64, filters: 32, side: 3 },
    { batch: 4, size: 32, channels: 32, filters: 16, side: 2 },
    { batch: 1, size: 16, channels: 132, filters: 136, side: 3 }, // products summed over blocks of channels
    { batch: 4, size: 40, channels: 8, filters: 12, side: 3 },
  ])(
    'do not change a single bit of any pass, whatever their number: %o',
    async ({ batch, size, channels, filters, side }) => {
      const work = () => {
        const x = tensor4d(normals(batch * size * size * channels, 1), [batch, size, size, channels]);
        const filter = tensor4d(normals(side * side * channels * filters, 2), [side, side, channels, filters]);
        const dy = tensor4d(normals(batch * size * size * filters, 3), [batch, size, size, filters]);
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
