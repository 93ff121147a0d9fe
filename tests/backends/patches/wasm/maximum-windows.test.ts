import {
  dilation2d,
  grad,
  grads,
  maxPool,
  maxPool3d,
  mul,
  setBackend,
  sum,
  type Tensor,
  type Tensor3D,
  type Tensor4D,
  type Tensor5D,
  tensor,
  tensor3d,
  tensor4d,
  tensor5d,
  tidy,
} from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { registerWasmTrainingKernels } from '../../../../src/backends';
import { random } from '../../../../src/internal/random';
import { differenceFromSlopes, runOn, values } from '../../support';

beforeAll(() => registerWasmTrainingKernels());
beforeEach(async () => {
  await setBackend('wasm');
});

/** A shuffle of values 0.1 apart: no window has a tie, and a step of 0.04 changes no maximum. */
function distinct(seed: number, shape: readonly number[], offset: number): Float32Array {
  const size = shape.reduce((a, b) => a * b, 1);
  return Float32Array.from(random(seed).shuffle(Array.from({ length: size }, (_, i) => offset + i / 10)));
}

/** The largest difference of the gradient of `sum(m * f(x))` from its slopes, for weights `m` drawn once. */
function slopeError(f: (x: Tensor) => Tensor, x: Float32Array, shape: number[]): number {
  const weighted = (x: Tensor): Tensor => {
    const y = f(x);
    return sum(mul(y, tensor(values(7, y.shape), y.shape)));
  };
  const gradient = tidy(() => grad(weighted)(tensor(x, shape)).dataSync());
  return differenceFromSlopes((v) => tidy(() => weighted(tensor(v, shape)).dataSync()[0]), x, gradient, 0.04);
}

const size = (max: number) => fc.integer({ min: 1, max });
const pair = (max: number) => fc.tuple(size(max), size(max));
const triple = (max: number) => fc.tuple(size(max), size(max), size(max));
const pad = fc.constantFrom('same' as const, 'valid' as const);
// All values negative, of both signs, or positive: the backend's own kernels fail where a window has none above 0.
const offset = fc.constantFrom(-30, -5, 1);

describe('gradients of pooling by the maximum on wasm', () => {
  it('go to the largest value, also where all are negative, by hand', async () => {
    const x = { data: Float32Array.of(-4, -1, -3, -2), shape: [1, 2, 2, 1] };
    const dy = { data: Float32Array.of(5), shape: [1, 1, 1, 1] };
    const output = { data: Float32Array.of(-1), shape: [1, 1, 1, 1] };
    const attrs = { filterSize: 2, strides: 2, pad: 'valid' };
    expect([...(await runOn('wasm', 'MaxPoolGrad', { dy, input: x, output }, attrs))]).toEqual([0, 5, 0, 0]);
  });

  it('go to the first of equal values, as on cpu', async () => {
    const x = { data: Float32Array.of(1, 2, 2, 2), shape: [1, 2, 2, 1] };
    const dy = { data: Float32Array.of(5), shape: [1, 1, 1, 1] };
    const output = { data: Float32Array.of(2), shape: [1, 1, 1, 1] };
    const attrs = { filterSize: 2, strides: 2, pad: 'valid' };
    for (const backend of ['cpu', 'wasm'] as const) {
      expect([...(await runOn(backend, 'MaxPoolGrad', { dy, input: x, output }, attrs))]).toEqual([0, 5, 0, 0]);
    }
  });

  it('are the slopes of maxPool for any shape, window, stride and padding', () => {
    fc.assert(
      fc.property(
        size(2),
        pair(6),
        size(3),
        pair(3),
        pair(3),
        pad,
        offset,
        fc.nat(),
        (n, hw, c, k, s, p, low, seed) => {
          fc.pre(p === 'same' || (k[0] <= hw[0] && k[1] <= hw[1]));
          const shape = [n, ...hw, c];
          const f = (x: Tensor): Tensor => maxPool(x as Tensor4D, k, s, p);
          expect(slopeError(f, distinct(seed, shape, low), shape)).toBeLessThan(5e-3);
        },
      ),
      { numRuns: 60, seed: 1 },
    );
  });

  it('are the slopes of maxPool3d for any shape, window, stride and padding', () => {
    fc.assert(
      fc.property(triple(4), size(2), triple(3), triple(2), pad, offset, fc.nat(), (dhw, c, k, s, p, low, seed) => {
        fc.pre(p === 'same' || k.every((n, axis) => n <= dhw[axis]));
        const shape = [1, ...dhw, c];
        const f = (x: Tensor): Tensor => maxPool3d(x as Tensor5D, k, s, p);
        expect(slopeError(f, distinct(seed, shape, low), shape)).toBeLessThan(5e-3);
      }),
      { numRuns: 40, seed: 2 },
    );
  });
});

describe('windows of negative values on wasm', () => {
  it('have their largest value as the result of maxPool3d', () => {
    expect([...maxPool3d(tensor5d([-4, -1, -3, -2], [1, 1, 2, 2, 1]), [1, 2, 2], 1, 'valid').dataSync()]).toEqual([-1]);
  });

  it('have their largest sum with the filter as the result of dilation2d', () => {
    const filter = tensor3d([0, 0, 0.5, 1.5], [2, 2, 1]);
    expect([...dilation2d(tensor4d([-4, -1, -3, -2], [1, 2, 2, 1]), filter, 1, 'valid').dataSync()]).toEqual([-0.5]);
  });
});

describe('gradients of dilation2d on wasm', () => {
  it('are its slopes in the input and in the filter', () => {
    fc.assert(
      fc.property(
        pair(5),
        size(2),
        pair(3),
        size(2),
        pair(2),
        pad,
        offset,
        fc.nat(),
        (hw, c, k, s, d, p, low, seed) => {
          // A dilated window may lie outside the image whole, and then has no largest value.
          fc.pre(p === 'same' ? d[0] === 1 && d[1] === 1 : k.every((n, axis) => (n - 1) * d[axis] < hw[axis]));
          const shape = [1, ...hw, c];
          const filterShape = [...k, c];
          // Filter values on a finer grid than the input's: sums of the two differ by 0.01 at least.
          const filter = distinct(seed + 1, filterShape, 0).map((v) => v / 10);
          const image = distinct(seed, shape, low);
          const f = (x: Tensor, w: Tensor): Tensor => dilation2d(x as Tensor4D, w as Tensor3D, s, p, d);
          const weighted = (x: Tensor, w: Tensor): Tensor => {
            const y = f(x, w);
            return sum(mul(y, tensor(values(7, y.shape), y.shape)));
          };
          tidy(() => {
            const [dx, dw] = grads(weighted)([tensor(image, shape), tensor(filter, filterShape)]);
            const at = (x: Float32Array, w: Float32Array): number =>
              tidy(() => weighted(tensor(x, shape), tensor(w, filterShape)).dataSync()[0]);
            expect(differenceFromSlopes((v) => at(v, filter), image, dx.dataSync(), 0.004)).toBeLessThan(0.05);
            expect(differenceFromSlopes((v) => at(image, v), filter, dw.dataSync(), 0.004)).toBeLessThan(0.05);
          });
        },
      ),
      { numRuns: 40, seed: 3 },
    );
  });
});
