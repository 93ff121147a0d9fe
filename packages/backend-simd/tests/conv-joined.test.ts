import {
  backend,
  concat,
  conv2d,
  engine,
  grads,
  mul,
  setBackend,
  square,
  type Tensor,
  type Tensor4D,
  tensor4d,
  tidy,
} from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { registerSimdBackend } from '../src';
import type { SimdBackend } from '../src/backend';
import { expectSame } from './compare';
import { input } from './conv-inputs';
import { computeOn } from './on-threads';

beforeAll(() => registerSimdBackend({ threads: 2 }));

const channels = fc.constantFrom(4, 8, 12, 20, 36, 64);

describe('Conv2D of two images, one behind the other in their channels', () => {
  it('gives what the cpu backend gives for both together, and the same gradients', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          batch: fc.integer({ min: 1, max: 2 }),
          height: fc.integer({ min: 1, max: 14 }),
          width: fc.integer({ min: 1, max: 14 }),
          side: fc.constantFrom(2, 3, 3),
          out: fc.constantFrom(4, 8, 16, 20),
          pad: fc.constantFrom('same' as const, 'valid' as const),
        }),
        channels,
        channels,
        async ({ batch, height, width, side, out, pad }, one, two) => {
          fc.pre(pad === 'same' || Math.min(height, width) >= side);
          const f = (a: Tensor, b: Tensor, w: Tensor) => conv2d(concat([a, b], 3) as Tensor4D, w as Tensor4D, 1, pad);
          await expectSame(() => {
            const a = input([batch, height, width, one]);
            const b = input([batch, height, width, two], 2);
            const w = input([side, side, one + two, out], 3);
            return [f(a, b, w), ...grads((p: Tensor, q: Tensor, r: Tensor) => square(f(p, q, r)))([a, b, w])];
          });
        },
      ),
      { numRuns: 60, seed: 1 },
    );
  });

  it('takes a window for empty only where it is so in both', async () => {
    await setBackend('simd');
    const size = 18;
    const some = (depth: number, seed: number, keep: (row: number, col: number) => boolean) =>
      tensor4d(
        input([1, size, size, depth], seed)
          .dataSync()
          .map((value, i) => (keep(Math.floor(i / depth / size), Math.floor(i / depth) % size) ? value : 0)),
        [1, size, size, depth],
      );
    const a = some(16, 1, (row, col) => row < 5 && col < 5);
    const b = some(8, 2, (row, col) => row > 12 && col > 12);
    const y = await conv2d(concat([a, b], 3), input([3, 3, 24, 8], 3) as never, 1, 'same').data();
    const near = (place: number, low: number, high: number) => place >= low - 1 && place <= high + 1;
    const wrong = Array.from(y.keys()).filter((i) => {
      const [row, col] = [Math.floor(i / 8 / size), Math.floor(i / 8) % size];
      const inOne = near(row, 0, 4) && near(col, 0, 4);
      const inOther = near(row, 13, 17) && near(col, 13, 17);
      return (y[i] === 0) === (inOne || inOther);
    });
    expect(wrong).toEqual([]);
  });

  it('gives the bits of the images put together, however many threads share it', async () => {
    const attrs = { strides: [1, 1], pad: 'same', dataFormat: 'NHWC', dilations: [1, 1] };
    const work = () => {
      const a = input([2, 20, 16, 72]);
      const b = input([2, 20, 16, 28], 2);
      const filter = input([3, 3, 100, 24], 3);
      const dy = input([2, 20, 16, 24], 4);
      const apart = concat([a, b], 3);
      const together = concat([a, b], 3);
      together.dataSync(); // makes it
      return [apart, together].flatMap((x) => [
        engine().runKernel('Conv2D', { x, filter }, attrs) as Tensor,
        engine().runKernel('Conv2DBackpropFilter', { x, dy }, { ...attrs, filterShape: filter.shape }) as Tensor,
      ]);
    };
    const [y, dw, y2, dw2] = await computeOn(1, work);
    expect(y).toEqual(y2);
    expect(dw).toEqual(dw2);
    for (const threads of [2, 3]) expect(await computeOn(threads, work)).toEqual([y, dw, y2, dw2]);
  });
});

describe('two images put together', () => {
  beforeEach(async () => void (await setBackend('simd')));
  const used = () => (backend() as unknown as SimdBackend).runtime.heap.used();

  it('take no memory for a convolution of them, have their numbers when they are gone, and leave nothing', async () => {
    const made = (shape: [number, number, number, number], seed: number) => tidy(() => mul(input(shape, seed), 1));
    const start = used();
    const a = made([1, 16, 16, 8], 1) as Tensor4D;
    const b = made([1, 16, 16, 4], 2) as Tensor4D;
    const w = made([3, 3, 12, 8], 3) as Tensor4D;
    const before = used();
    const joined = concat([a, b], 3);
    const y = conv2d(joined, w, 1, 'same');
    expect(used()).toBe(before + 16 * 16 * 8 * 4);
    const [one, two] = [await a.data(), await b.data()];
    for (const t of [a, b, y, w]) t.dispose();
    const expected = Array.from({ length: 256 }, (_, i) => [
      ...one.subarray(i * 8, i * 8 + 8),
      ...two.subarray(i * 4, i * 4 + 4),
    ]).flat();
    expect(Array.from(await joined.data())).toEqual(expected);
    joined.dispose();
    expect(used()).toBe(start);
  });
});
