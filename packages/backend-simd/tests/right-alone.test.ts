// The cpu backend of version 4.22 has five gradients wrong: of batches, of padded edges, of windows that are no cubes. `simd` takes
// over what it does not compute itself from that backend, and must not take over these.
import '@tensorflow/tfjs-layers'; // registers the gradients
import {
  avgPool,
  avgPool3d,
  grad,
  image,
  maxPool3d,
  mul,
  setBackend,
  sum,
  type Tensor,
  type Tensor4D,
  type Tensor5D,
  tensor,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { registerSimdBackend } from '../src';
import { replaceOnCpu, WRONG_ON_CPU } from './right-gradients';

beforeAll(async () => {
  for (const name of WRONG_ON_CPU) {
    replaceOnCpu(name, () => {
      throw new Error(`${name} was left to the cpu backend`);
    });
  }
  await registerSimdBackend({ threads: 2 });
  await setBackend('simd');
});

/** The gradient of the sum of f, each output weighed by its place, counted from 1. */
async function gradient(f: (x: Tensor) => Tensor, x: Tensor): Promise<number[]> {
  const weighed = (v: Tensor) => {
    const y = f(v);
    const places = Float32Array.from({ length: y.size }, (_, i) => i + 1);
    return sum(mul(y, tensor(places, y.shape)));
  };
  return [...(await grad(weighed)(x).data())];
}

describe('simd without other kernels than its own', () => {
  it.each(['float32', 'int32'] as const)(
    'sends the gradient of pixels picked from %s images back to them',
    async (dtype) => {
      const x = tensor([1, 2, 3, 4], [2, 1, 2, 1], dtype);
      const nearest = (v: Tensor) => image.resizeNearestNeighbor(v as Tensor4D, [1, 4]);
      // outputs 1 and 2 are pixel 1, 3 and 4 pixel 2, and so on
      expect(await gradient(nearest, x)).toEqual([3, 7, 11, 15]);
      const centers = (v: Tensor) => image.resizeNearestNeighbor(v as Tensor4D, [1, 3], false, true);
      // places (i + 1/2) * 2/3 = 1/3, 1, 5/3
      expect(await gradient(centers, x)).toEqual([1, 5, 4, 11]);
    },
  );

  it.each(['float32', 'int32'] as const)('shares the gradient of bilinear resizing of %s images', async (dtype) => {
    const x = tensor([1, 2, 3, 4], [2, 1, 2, 1], dtype);
    const bilinear = (v: Tensor) => image.resizeBilinear(v as Tensor4D, [1, 4]);
    // places 0, 1/2, 1 and 3/2, which lies between the last pixel and itself
    expect(await gradient(bilinear, x)).toEqual([2, 8, 8, 18]);
  });

  it('divides the gradient of means at padded edges by the pixels that are there', async () => {
    const x = tensor([1, 2, 3], [1, 1, 3, 1]);
    // windows of pixels {1, 2}, {2, 3} and {3}
    expect(await gradient((v) => avgPool(v as Tensor4D, [1, 2], 1, 'same'), x)).toEqual([0.5, 1.5, 4]);
    const volume = tensor([1, 2, 3], [1, 1, 1, 3, 1]);
    expect(await gradient((v) => avgPool3d(v as Tensor5D, [1, 1, 2], 1, 'same'), volume)).toEqual([0.5, 1.5, 4]);
  });

  it.each(['float32', 'int32'] as const)(
    'sends the gradient of maxima of %s volumes to them, where windows are no cubes',
    async (dtype) => {
      const x = tensor([1, 4, 3, 2, 6, 5], [1, 1, 2, 3, 1], dtype);
      // windows of a pixel and the one below: 2, 6, 5
      expect(await gradient((v) => maxPool3d(v as Tensor5D, [1, 2, 1], 1, 'valid'), x)).toEqual([0, 0, 0, 1, 2, 3]);
    },
  );
});
