import { gather, grad, mul, setBackend, sum, tensor, tensor1d, unsortedSegmentSum } from '@tensorflow/tfjs-core';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { registerWasmTrainingKernels } from '../../../../src/backends';
import '../../support';

beforeAll(() => registerWasmTrainingKernels());
beforeEach(async () => {
  await setBackend('wasm');
});

describe('unsortedSegmentSum on wasm', () => {
  it('sums the rows of each segment, in any order, by hand', () => {
    const x = tensor([1, 2, 10, 20, 100, 200], [3, 2]);
    const y = unsortedSegmentSum(x, tensor1d([2, 0, 2], 'int32'), 4);
    expect(y.arraySync()).toEqual([
      [10, 20],
      [0, 0],
      [101, 202],
      [0, 0],
    ]);
  });

  it('leaves out rows whose id lies outside the segments', () => {
    const y = unsortedSegmentSum(tensor1d([1, 2, 4]), tensor1d([0, -1, 2], 'int32'), 2);
    expect(y.arraySync()).toEqual([1, 0]);
  });

  it('keeps integers integers', () => {
    const y = unsortedSegmentSum(tensor1d([1, 2, 4], 'int32'), tensor1d([0, 1, 0], 'int32'), 2);
    expect(y.dtype).toBe('int32');
    expect(y.arraySync()).toEqual([5, 2]);
  });

  it('gives the gradient of gather: a row taken twice gets both gradients', () => {
    const weights = tensor([1, 2, 4], [3, 1]);
    const taken = (x: ReturnType<typeof tensor>) => sum(mul(gather(x, tensor1d([1, 0, 1], 'int32')), weights));
    expect(grad(taken)(tensor([7, 8, 9], [3, 1])).arraySync()).toEqual([[2], [5], [0]]);
  });
});
