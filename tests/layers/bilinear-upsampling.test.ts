import { ones, type Tensor, tensor4d, tidy } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { BilinearUpsampling } from '../../src/layers/index';
import { useCpu } from '../support/cpu';
import { expectNoLeak } from '../support/leaks';

useCpu();

it('BilinearUpsampling places the new samples a quarter of the way between the old, and repeats the border', () => {
  tidy(() => {
    const y = new BilinearUpsampling().apply(tensor4d([0, 4], [1, 1, 2, 1])) as Tensor;
    expect(y.shape).toEqual([1, 2, 4, 1]);
    expect(Array.from(y.dataSync())).toEqual([0, 1, 3, 4, 0, 1, 3, 4]);
  });
});

it('BilinearUpsampling leaves a sample of one pixel as it is', () => {
  tidy(() => {
    const y = new BilinearUpsampling().apply(tensor4d([2, 3], [1, 1, 1, 2])) as Tensor;
    expect(Array.from(y.dataSync())).toEqual([2, 3, 2, 3, 2, 3, 2, 3]);
  });
});

it('BilinearUpsampling leaves no tensor but its output', async () => {
  const x = ones([1, 2, 3, 2]);
  await expectNoLeak(() => void new BilinearUpsampling().apply(x), 1);
});
