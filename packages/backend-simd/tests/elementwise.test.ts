import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { registerSimdBackend } from '../src';
import { expectSame, numbers } from './compare';

beforeAll(() => registerSimdBackend({ threads: 2 }));

const SPECIAL = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  0,
  -0,
  1,
  -1,
  1e-40,
  -1e-40,
  3.4e38,
  88.5,
  89,
  -87,
  -103.5,
  -110,
  0.5,
  1.5,
  2.5,
  1e-5,
  -1e-5,
];
const UNARY = [
  'relu',
  'relu6',
  'sigmoid',
  'exp',
  'log',
  'sqrt',
  'square',
  'neg',
  'abs',
  'step',
  'leakyRelu',
  'elu',
  'tanh',
  'rsqrt',
  'reciprocal',
  'floor',
  'ceil',
  'round',
] as const;
const BINARY = ['add', 'sub', 'mul', 'div', 'maximum', 'minimum', 'squaredDifference', 'prelu'] as const;
const COMPARE = ['greater', 'greaterEqual', 'less', 'lessEqual', 'equal', 'notEqual'] as const;

type Unary = (x: tf.Tensor) => tf.Tensor;
type Binary = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;
const unary = (name: string) => (tf as unknown as Record<string, Unary>)[name];
const binary = (name: string) => (tf as unknown as Record<string, Binary>)[name];
const filled = (shape: number[], seed: number) =>
  tf.tensor(
    numbers(
      shape.reduce((a, b) => a * b, 1),
      seed,
    ),
    shape,
  );

/** Units in the last place between two floats of one sign. */
function ulps(a: number, b: number): number {
  const words = new Int32Array(new Float32Array([a, b]).buffer);
  return Math.abs(words[0] - words[1]);
}

describe('functions of one tensor', () => {
  it('treat NaN, infinities, zeros, subnormals and overflow as the cpu backend does', async () => {
    for (const name of UNARY) await expectSame(() => unary(name)(tf.tensor1d(SPECIAL)), 1e-6);
    await expectSame(() => tf.clipByValue(tf.tensor1d(SPECIAL), -1.5, 2));
  });

  it('give what the cpu backend gives for any length', async () => {
    for (const size of [0, 1, 2, 3, 4, 5, 7, 8, 9, 33, 70_001]) {
      for (const name of ['exp', 'relu', 'tanh'] as const) await expectSame(() => unary(name)(filled([size], 1)), 1e-6);
    }
  });

  it('are within 2 units in the last place of the exact exp, log, tanh and elu, 3 for sigmoid', async () => {
    await tf.setBackend('simd');
    const count = 4001;
    const grid = Float32Array.from({ length: count }, (_, i) => (i - 2000) / 23.7);
    const positive = Float32Array.from({ length: count }, (_, i) => 2 ** ((i - 2000) / 16));
    const exact: [string, Float32Array, (x: number) => number, number][] = [
      ['exp', grid, Math.exp, 2],
      ['log', positive, Math.log, 2],
      ['tanh', grid, Math.tanh, 2],
      ['elu', grid, (x) => (x >= 0 ? x : Math.expm1(x)), 2],
      ['sigmoid', grid, (x) => 1 / (1 + Math.exp(-x)), 3],
    ];
    for (const [name, at, f, most] of exact) {
      const values = await tf.tidy(() => unary(name)(tf.tensor1d(at))).data();
      const worst = Math.max(...Array.from(at, (x, i) => ulps(values[i], Math.fround(f(x)))));
      expect([name, worst <= most, worst]).toEqual([name, true, worst]);
    }
  });
});

describe('functions of two tensors', () => {
  const dimension = fc.constantFrom(1, 1, 2, 3, 5, 8);

  it('broadcast as the cpu backend does', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(dimension, fc.constantFrom(0, 1, 2, 2)), { maxLength: 5 }),
        fc.constantFrom(...BINARY),
        fc.nat(2),
        async (dims, name, cut) => {
          const a = dims.map(([size, kind]) => (kind === 0 ? 1 : size));
          const b = dims.map(([size, kind]) => (kind === 1 ? 1 : size)).slice(Math.min(cut, dims.length));
          await expectSame(() => binary(name)(filled(a, 1), filled(b, 2)));
        },
      ),
      { numRuns: 120, seed: 1 },
    );
    // more rows than one thread takes at a time
    for (const shape of [[5], [41, 1], [29, 1, 5], [3, 1, 41, 1], [3, 1, 1, 5]])
      await expectSame(() => [
        binary('sub')(filled([3, 29, 41, 5], 1), filled(shape, 2)),
        binary('sub')(filled(shape, 2), filled([3, 29, 41, 5], 1)),
      ]);
  });

  it('treat NaN and infinities as the cpu backend does', async () => {
    const n = SPECIAL.length;
    const a = SPECIAL.flatMap((x) => Array<number>(n).fill(x));
    const b = SPECIAL.flatMap(() => SPECIAL);
    for (const name of [...BINARY, ...COMPARE])
      await expectSame(() => binary(name)(tf.tensor1d(a), tf.tensor1d(b)), 1e-6);
  });

  it('hand a gradient through a ReLU where its output is positive or NaN, for any length', async () => {
    await tf.setBackend('simd');
    const dys = [3, -2, Number.POSITIVE_INFINITY, Number.NaN, 5];
    const cases: [y: number, dys: number[]][] = [
      [2, dys],
      [1e-40, dys],
      [Number.POSITIVE_INFINITY, dys],
      [Number.NaN, dys],
      [0, [0, 0, 0, 0, 0]],
      [-0, [0, 0, 0, 0, 0]],
      [-1, [0, 0, 0, 0, 0]],
    ];
    for (const [y, expected] of cases) {
      for (const size of [1, 5, 30_003]) {
        const repeated = (values: readonly number[]) => Array.from({ length: size }, (_, i) => values[i % 5]);
        const values = tf.tidy(() => {
          const dy = tf.tensor1d(repeated(dys));
          return tf.engine().runKernel('ReluGrad', { dy, y: tf.fill([size], y) }) as tf.Tensor;
        });
        expect(Array.from(await values.data())).toEqual(repeated(expected));
        values.dispose();
      }
    }
  });

  it('compare with one number on either side, and of any length', async () => {
    for (const name of COMPARE) {
      for (const [a, b] of [
        [[7], [7]],
        [[], [9]],
        [[6, 3], [1]],
        [[40_003], [40_003]],
        [[2, 3], [3]],
      ] as const) {
        await expectSame(() => binary(name)(tf.round(filled([...a], 1)), tf.round(filled([...b], 2))));
      }
    }
  });

  it('add, subtract and multiply integers without wrapping into floats', async () => {
    for (const name of ['add', 'sub', 'mul', 'maximum'] as const) {
      await expectSame(() => binary(name)(tf.tensor1d([1, 2, -3], 'int32'), tf.tensor1d([4, 5, 6], 'int32')));
    }
  });
});

describe('the rest', () => {
  it('selects, casts, fills and adds many', async () => {
    for (const n of [1, 6, 35_001]) {
      await expectSame(() => tf.where(tf.greater(filled([n], 1), 0), filled([n], 2), filled([n], 3)));
      await expectSame(() => tf.cast(tf.greater(filled([n], 1), 0), 'float32'));
      await expectSame(() => tf.cast(tf.cast(tf.mul(filled([n], 1), 100), 'int32'), 'float32'));
      await expectSame(() => [tf.zerosLike(filled([n], 1)), tf.onesLike(filled([n], 1)), tf.fill([n], 2.5)]);
      await expectSame(() => tf.addN([filled([n], 1), filled([n], 2), filled([n], 3)]));
    }
  });

  it('reads what was a truth value as an integer', async () => {
    await expectSame(() => {
      const x = tf.cast(tf.tensor1d([true, false, true, true, true], 'bool'), 'int32');
      return [
        tf.slice(x, 1, 3),
        tf.cast(x, 'float32'),
        tf.cast(tf.cast(tf.greater(filled([9], 1), 0), 'int32'), 'float32'),
      ];
    });
  });

  it('passes a gradient through relu, elu, sigmoid and tanh', async () => {
    for (const name of ['relu', 'elu', 'sigmoid', 'tanh'] as const) {
      await expectSame(() => tf.grad((x) => tf.square(unary(name)(x)))(filled([37], 1)));
    }
  });
});
