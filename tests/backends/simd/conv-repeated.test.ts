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
  reshape,
  setBackend,
  square,
  type Tensor,
  type Tensor4D,
  tensor1d,
  tidy,
  train,
  variable,
} from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { registerSimdBackend } from '../../../src/backends/simd';
import type { SimdBackend } from '../../../src/backends/simd/backend';
import { expectSame, numbers } from './compare';
import { input, pads } from './conv-inputs';
import { computeOn } from './on-threads';

beforeEach(() => registerSimdBackend({ threads: 2 }));

const up = (x: Tensor, factorY: number, factorX: number) =>
  image.resizeNearestNeighbor(x as Tensor4D, [x.shape[1]! * factorY, x.shape[2]! * factorX]);

const small = fc.integer({ min: 1, max: 6 });
const maps = fc.integer({ min: 1, max: 20 });

describe('Conv2D of an image whose pixels are repeated', () => {
  it('gives what the cpu backend gives for the larger image, and the same gradients, whatever the factors, filter and padding', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({ batch: fc.integer({ min: 1, max: 2 }), height: small, width: small, depth: maps, out: maps }),
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

  it('gives the same bits however many threads share it', async () => {
    const work = () => [conv2d(up(input([2, 23, 17, 16]), 2, 2) as Tensor4D, input([2, 2, 16, 24], 2), 1, 'same')];
    const one = await computeOn(1, work);
    for (const threads of [2, 3]) expect(await computeOn(threads, work)).toEqual(one);
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
        first0: moments[0]!,
        second0: moments[1]!,
        power1: powers[0]!,
        power2: powers[1]!,
      },
      { learningRate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
    );
    const changed = await weight.data();
    expect(changed.every((value, i) => Math.abs(value - before[i]!) > 0.05)).toBe(true);
    expect(Array.from(await large.data())).toEqual(Array.from(before).flatMap((value) => [value, value]));
    for (const t of [weight, ...moments, ...powers, gradient, large]) t.dispose();
    expect(memory().numTensors).toBe(tensors);
    expect(used()).toBe(0);
  });

  it('goes through training: the filter gets the gradient of the repeated pixels', async () => {
    const before = used();
    const w = tidy(() => variable(made([2, 2, 8, 8])));
    const optimizer = train.sgd(0.1);
    const x = made([1, 8, 8, 8], 3);
    for (let i = 0; i < 3; i++)
      optimizer.minimize(() => mean(square(conv2d(up(x, 2, 2) as Tensor4D, w as Tensor4D, 1, 'same'))));
    const after = used();
    optimizer.minimize(() => mean(square(conv2d(up(x, 2, 2) as Tensor4D, w as Tensor4D, 1, 'same'))));
    expect(used()).toBe(after);
    for (const t of [w, x]) t.dispose();
    optimizer.dispose();
    expect(used()).toBe(before);
  });
});
