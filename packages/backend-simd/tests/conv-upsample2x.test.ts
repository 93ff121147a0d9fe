import {
  backend,
  conv2d,
  engine,
  fused,
  grads,
  image,
  mean,
  memory,
  mul,
  randomNormal,
  reshape,
  setBackend,
  square,
  squaredDifference,
  type Tensor,
  type Tensor4D,
  tensor1d,
  tensor4d,
  tidy,
  train,
  type Variable,
  variable,
  zeros,
} from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { registerSimdBackend } from '../src';
import type { SimdBackend } from '../src/backend';
import { difference, expectSame, numbers } from './compare';
import { input, pads } from './conv-inputs';
import { computeOn } from './on-threads';

beforeAll(() => registerSimdBackend({ threads: 2 }));

const up = (x: Tensor, factorY: number, factorX: number) =>
  image.resizeNearestNeighbor(x as Tensor4D, [x.shape[1]! * factorY, x.shape[2]! * factorX]);

const small = fc.integer({ min: 1, max: 6 });
const channels = fc.integer({ min: 1, max: 20 });
const fours = fc.integer({ min: 1, max: 14 }).map((n) => n * 4);

/** A convolution as an up path makes it: 2x2 taps on an image upsampled 2x. */
const upConv = (x: Tensor, w: Tensor) => conv2d(up(x, 2, 2) as Tensor4D, w as Tensor4D, 1, 'same');

/** The same in double precision, added up by the definition. */
function exactUpConv(x: Float32Array, w: Float32Array, [height, width, depth, out]: readonly number[]): number[] {
  const y: number[] = [];
  for (let row = 0; row < 2 * height; row++) {
    for (let column = 0; column < 2 * width; column++) {
      for (let n = 0; n < out; n++) {
        let sum = 0;
        for (const [i, j] of [
          [0, 0],
          [0, 1],
          [1, 0],
          [1, 1],
        ] as const) {
          const [r, c] = [(row + i) >> 1, (column + j) >> 1];
          if (r === height || c === width) continue;
          for (let k = 0; k < depth; k++)
            sum += x[(r * width + c) * depth + k] * w[((2 * i + j) * depth + k) * out + n];
        }
        y.push(sum);
      }
    }
  }
  return y;
}

describe('Conv2D of an image whose pixels are repeated', () => {
  it('2x2 and upsampled 2x, gives what the cpu backend gives for the larger image, and the same gradients', async () => {
    const sizes = fc.tuple(
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 9 }),
    );
    await fc.assert(
      fc.asyncProperty(sizes, fours, fours, async ([batch, height, width], depth, out) => {
        await expectSame(() => {
          const x = input([batch, height, width, depth]);
          const w = input([2, 2, depth, out], 2);
          return [upConv(x, w), ...grads((a: Tensor, b: Tensor) => square(upConv(a, b)))([x, w])];
        });
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it('2x2 and upsampled 2x, errs less than 1e-6 of the largest output', async () => {
    await setBackend('simd');
    const shape = [7, 6, 256, 12] as const;
    const x = randomNormal([1, 7, 6, 256], 0, 1, 'float32', 1);
    const w = randomNormal([2, 2, 256, 12], 0, 1, 'float32', 2);
    const y = tidy(() => upConv(x, w));
    const exact = exactUpConv((await x.data()) as Float32Array, (await w.data()) as Float32Array, shape);
    expect(difference(await y.data(), exact)).toBeLessThan(1e-6);
    for (const t of [x, w, y]) t.dispose();
  });

  it('2x2 and upsampled 2x, is the bias where the window is empty, and NaN or infinite only where it holds such a number', async () => {
    await setBackend('simd');
    const values = numbers(5 * 6 * 8);
    values.fill(0, 0, 3 * 6 * 8); // the upper three rows
    values[(4 * 6 + 4) * 8] = Number.POSITIVE_INFINITY;
    const y = tidy(() =>
      fused.conv2d({
        x: up(tensor4d(values, [1, 5, 6, 8]), 2, 2) as Tensor4D,
        filter: input([2, 2, 8, 4], 2),
        strides: 1,
        pad: 'same',
        bias: tensor1d([0.5, -0.25, 3, -0]),
      }),
    );
    const finite: boolean[] = [];
    const numbersOf = await y.data();
    for (let i = 0; i < numbersOf.length; i += 4) {
      const four = Array.from(numbersOf.slice(i, i + 4));
      finite.push(four.every(Number.isFinite));
      // row 5 reads row 6, too, which repeats the fourth of the image
      if (i / 4 < 5 * 12) expect(four).toEqual([0.5, -0.25, 3, 0]);
    }
    const held = Array.from(
      { length: 120 },
      (_, i) => [7, 8, 9].includes(Math.floor(i / 12)) && [7, 8, 9].includes(i % 12),
    );
    expect(finite).toEqual(held.map((holds) => !holds));
    y.dispose();
  });

  it('gives what the cpu backend gives for the larger image, and the same gradients, whatever the factors, filter and padding', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          batch: fc.integer({ min: 1, max: 2 }),
          height: small,
          width: small,
          depth: channels,
          out: channels,
        }),
        fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
        fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })),
        pads,
        fc.constantFrom(1, 1, 1, 2),
        fc.constantFrom(1, 1, 1, 2),
        async ({ batch, height, width, depth, out }, [factorY, factorX], [tall, wide], pad, strides, dilations) => {
          fc.pre(strides === 1 || dilations === 1);
          const reach = (size: number) => (size - 1) * dilations + 1;
          fc.pre(pad === 'same' || (height * factorY >= reach(tall) && width * factorX >= reach(wide)));
          const f = (x: Tensor, w: Tensor) =>
            conv2d(up(x, factorY, factorX), w as Tensor4D, strides, pad, 'NHWC', dilations);
          await expectSame(() => {
            const x = input([batch, height, width, depth]);
            const w = input([tall, wide, depth, out], 2);
            const y = f(x, w);
            // TensorFlow.js has no gradient of a dilated convolution
            return dilations > 1 ? y : [y, ...grads((a: Tensor, b: Tensor) => square(f(a, b)))([x, w])];
          });
        },
      ),
      { numRuns: 150, seed: 1 },
    );
  });

  it('adds the bias and applies the activation', async () => {
    for (const activation of ['linear', 'relu', 'relu6', 'sigmoid'] as const) {
      await expectSame(() =>
        fused.conv2d({
          x: up(input([2, 9, 7, 12]), 2, 2) as Tensor4D,
          filter: input([2, 2, 12, 11], 2),
          strides: 1,
          pad: 'same',
          bias: tensor1d(numbers(11, 3)),
          activation,
        }),
      );
    }
  });

  it('gives the same bits however many threads share it, and so do its gradients', async () => {
    for (const shape of [
      [2, 23, 17, 16],
      [3, 4, 4, 64],
      [1, 2, 2, 160],
    ] as [number, number, number, number][]) {
      const work = () => {
        const [x, w] = [input(shape), input([2, 2, shape[3], 24], 2)];
        return [upConv(x, w), ...grads((a: Tensor, b: Tensor) => square(upConv(a, b)))([x, w])];
      };
      const one = await computeOn(1, work);
      for (const threads of [2, 3]) expect(await computeOn(threads, work)).toEqual(one);
    }
  });
});

describe('an image whose pixels are repeated', () => {
  beforeEach(async () => void (await setBackend('simd')));
  const used = () => (backend() as unknown as SimdBackend).runtime.heap.used();
  const bytes = (...shape: number[]) => shape.reduce((a, b) => a * b, 4);

  /** Numbers that a kernel made. */
  const made = (shape: [number, number, number, number], seed = 1) => tidy(() => mul(input(shape, seed), 1));

  it('takes no memory for a convolution of it, nor when it is disposed unread', () => {
    const x = made([1, 16, 16, 16]);
    const w = made([2, 2, 16, 16], 2);
    const before = used();
    const large = up(x, 2, 2);
    expect(used()).toBe(before);
    const y = conv2d(large as Tensor4D, w as Tensor4D, 1, 'same');
    expect(used()).toBe(before + bytes(1, 32, 32, 16));
    large.dispose();
    y.dispose();
    expect(used()).toBe(before);
    x.dispose();
    w.dispose();
    expect(used()).toBe(0);
  });

  it('has the numbers that were there when it was made, also when the image is gone and its memory is used again', async () => {
    const x = made([1, 2, 2, 1]) as Tensor4D;
    const [a, b, c, d] = await x.data();
    const large = up(x, 2, 2);
    const flat = reshape(large, [4, 4]);
    x.dispose();
    const other = tidy(() => mul(tensor1d([7, 7, 7, 7]), 1));
    expect(Array.from(await large.data())).toEqual([a, a, b, b, a, a, b, b, c, c, d, d, c, c, d, d]);
    expect(Array.from(await flat.data())).toEqual(Array.from(await large.data()));
    for (const t of [large, flat, other]) t.dispose();
    expect(used()).toBe(0);
  });

  it('keeps the numbers of a weight that Adam then changes in place', async () => {
    const tensors = memory().numTensors;
    const weight = tidy(() => variable(made([1, 2, 2, 1]))) as never as Tensor4D;
    const before = await weight.data();
    const moments = [0, 1].map(() => tidy(() => mul(made([1, 2, 2, 1]), 0)));
    const powers = [0.9, 0.999].map((power) => tensor1d([power]));
    const gradient = input([1, 2, 2, 1], 5);
    const large = up(weight, 1, 2);
    engine().runKernel(
      'AdamUpdate',
      {
        value0: weight,
        gradient0: gradient,
        first0: moments[0],
        second0: moments[1],
        power1: powers[0],
        power2: powers[1],
      },
      { learningRate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
    );
    const changed = await weight.data();
    expect(changed.every((value, i) => Math.abs(value - before[i]) > 0.05)).toBe(true);
    expect(Array.from(await large.data())).toEqual(Array.from(before).flatMap((value) => [value, value]));
    for (const t of [weight, ...moments, ...powers, gradient, large]) t.dispose();
    expect(memory().numTensors).toBe(tensors);
    expect(used()).toBe(0);
  });

  it('has a gradient that is not made for a convolution of it, only for who reads it', async () => {
    const w = made([2, 2, 16, 16], 2);
    const dy = made([1, 32, 32, 16], 3);
    const before = used();
    const run = (kernel: string, inputs: Record<string, Tensor>, attrs: Record<string, unknown>) =>
      engine().runKernel(kernel, inputs, attrs as never) as Tensor;
    const ofLarge = () =>
      run(
        'Conv2DBackpropInput',
        { dy, filter: w },
        { strides: 1, pad: 'same', dataFormat: 'NHWC', inputShape: [1, 32, 32, 16] },
      );
    const small = zeros([1, 16, 16, 16]);
    const ofSmall = (large: Tensor) =>
      run('ResizeNearestNeighborGrad', { images: small, dy: large }, { alignCorners: false, halfPixelCenters: false });

    const unread = ofLarge();
    expect(used()).toBe(before);
    const direct = ofSmall(unread);
    expect(used()).toBe(before + bytes(1, 16, 16, 16));
    const read = ofLarge();
    await read.data();
    expect(used()).toBe(before + bytes(1, 16, 16, 16) + bytes(1, 32, 32, 16));
    const summed = ofSmall(read);
    expect(difference(await direct.data(), await summed.data())).toBeLessThan(1e-6);
    for (const t of [unread, direct, read, summed, small, dy, w]) t.dispose();
    expect(used()).toBe(0);
  });

  it('is never made in training, nor its gradient, and the filter learns what on the cpu backend it learns', async () => {
    const x = made([1, 16, 16, 16], 3);
    const target = made([1, 32, 32, 8], 4);
    const learn = async () => {
      const w = tidy(() => variable(made([2, 2, 16, 8]))) as never as Variable;
      const optimizer = train.sgd(0.01);
      const losses: number[] = [];
      for (let i = 0; i < 4; i++) {
        const loss = optimizer.minimize(() => mean(squaredDifference(upConv(x, w), target)), true)!;
        losses.push((await loss.data())[0]);
        loss.dispose();
      }
      w.dispose();
      optimizer.dispose();
      return losses;
    };
    const before = used();
    const allocate = vi.spyOn((backend() as unknown as SimdBackend).runtime.heap, 'allocate');
    const losses = await learn();
    const allocated = allocate.mock.calls.flat();
    allocate.mockRestore();
    expect(used()).toBe(before);
    expect(allocated).toContain(bytes(1, 32, 32, 8));
    expect(allocated).not.toContain(bytes(1, 32, 32, 16));
    const [inputs, targets] = [await x.array(), await target.array()];
    for (const t of [x, target]) t.dispose();
    await setBackend('cpu');
    const [cpuX, cpuTarget] = [inputs, targets].map((values) => tensor4d(values as number[][][][]));
    const w = tidy(() => variable(mul(input([2, 2, 16, 8]), 1)));
    const optimizer = train.sgd(0.01);
    for (const loss of losses) {
      const expected = optimizer.minimize(() => mean(squaredDifference(upConv(cpuX, w), cpuTarget)), true)!;
      expect(Math.abs(loss - (await expected.data())[0])).toBeLessThan(1e-5);
      expected.dispose();
    }
    for (const t of [cpuX, cpuTarget, w]) t.dispose();
    optimizer.dispose();
  });
});
