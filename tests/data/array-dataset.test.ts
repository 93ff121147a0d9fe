import { memory, tensor1d, tensor2d, tensor4d } from '@tensorflow/tfjs-core';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { type ArrayDatasetOptions, arrayDataset, batches, oneHot } from '../../src/data/index';
import type { Dataset } from '../../src/types';
import { useCpu } from '../support/cpu';

useCpu();

const images = { data: Float32Array.from({ length: 12 }, (_, i) => i / 12), shape: [3, 2, 2, 1] };

describe('arrayDataset', () => {
  it('takes typed arrays with their shape, lists with missing entries, ids, groups and strata', async () => {
    const dataset = arrayDataset({
      x: images,
      y: { covid: [1, null, 0], mask: [undefined, { data: Uint8Array.of(0, 1, 1, 0), shape: [2, 2, 1] }, null] },
      weight: { covid: [0.5, 1, 2] },
      ids: ['a', 'b', 'c'],
      groups: ['p', 'p', undefined],
      strata: ['s', 't', 's'],
    });
    expectTypeOf(dataset).toEqualTypeOf<Dataset<'covid' | 'mask'>>();
    expect(dataset.rows).toEqual([
      { id: 'a', tasks: ['covid'], group: 'p', stratum: 's' },
      { id: 'b', tasks: ['mask'], group: 'p', stratum: 't' },
      { id: 'c', tasks: ['covid'], stratum: 's' },
    ]);
    const [first, second] = [await dataset.read(0), await dataset.read(1)];
    expect(first.x).toEqual({ data: images.data.slice(0, 4), shape: [2, 2, 1] });
    expect(first.y).toEqual({ covid: { data: Float32Array.of(1), shape: [1] } });
    expect(first.weight).toEqual({ covid: 0.5 });
    expect(second.y.mask).toEqual({ data: Uint8Array.of(0, 1, 1, 0), shape: [2, 2, 1] });
    expect(second.weight).toBeUndefined();
  });

  it('reads tensors, which stay the caller’s, once', async () => {
    const x = tensor4d([0, 1, 2, 3], [2, 2, 1, 1]);
    const y = tensor2d([
      [1, 0],
      [0, 1],
    ]);
    const before = memory().numTensors;
    const dataset = arrayDataset({ x, y: { kind: y } });
    expect((await dataset.read(1)).x).toEqual({ data: Float32Array.of(2, 3), shape: [2, 1, 1] });
    expect((await dataset.read(0)).y.kind).toEqual({ data: Float32Array.of(1, 0), shape: [2] });
    expect(memory().numTensors).toBe(before);
    x.dispose();
    y.dispose();
  });

  it('goes into batches, which carry the ids', async () => {
    const dataset = arrayDataset({ x: images, y: { kind: oneHot([2, null, 0], 3) }, ids: ['a', 'b', 'c'] });
    for await (const batch of batches(dataset, { batchSize: 3, shuffle: false })(0)) {
      expect(batch.ids).toEqual(['a', 'b', 'c']);
      expect(batch.y.kind?.arraySync()).toEqual([
        [0, 0, 1],
        [0, 0, 0],
        [1, 0, 0],
      ]);
      expect(batch.weight?.kind?.arraySync()).toEqual([1, 0, 1]);
    }
  });

  it.each<[string, ArrayDatasetOptions<string>, string]>([
    ['of another length', { x: images, y: { a: [1, 0] } }, 'x holds 3 samples, and y.a 2; they must be as many.'],
    ['without samples', { x: [], y: {} }, 'x must hold at least one sample, got none.'],
    ['of one id', { x: images, y: {}, ids: ['a', 'b', 'a'] }, "ids must differ, got 'a' twice."],
    ['whose input is missing', { x: [[1], null], y: {} }, "x of sample '1' is missing."],
    ['weighed for a task without labels', { x: images, y: {}, weight: { a: [1] } }, "weight names 'a', and y holds no"],
    ['of a shape that its values do not fill', { x: { ...images, shape: [3, 5] }, y: {} }, 'needs 15 values, got 12'],
  ])('refuses samples %s', (_, options, message) => {
    expect(() => arrayDataset(options)).toThrow(RangeError);
    expect(() => arrayDataset(options)).toThrow(message);
  });

  it('refuses what is no list of values, and options that it does not know', () => {
    expect(() => arrayDataset({ x: 3 as never, y: {} })).toThrow(
      new TypeError('arrayDataset: x must be a tensor, a typed array, { data, shape } or a list of values, got 3.'),
    );
    expect(() => arrayDataset({ x: images, y: {}, label: [] } as never)).toThrow("unknown option 'label'");
    const words = tensor1d(['a']);
    expect(() => arrayDataset({ x: words, y: {} })).toThrow(
      new TypeError('arrayDataset: x must hold numbers, got a tensor of string.'),
    );
    words.dispose();
    expect(() => arrayDataset({ x: { ...images, shape: [3, 2, '2', 1] as never }, y: {} })).toThrow(
      new TypeError("arrayDataset: x: shape must hold whole numbers, got '2' in it."),
    );
  });

  it('refuses a label without a value where it is read', async () => {
    const dataset = arrayDataset({ x: [1, 2], y: { a: [1, []] } });
    await expect(dataset.read(1)).rejects.toThrow(new RangeError('arrayDataset: y.a[1] must hold a value, got none.'));
  });
});

describe('oneHot', () => {
  it('puts a 1 in the place of each class and leaves the unknown out', () => {
    expect(oneHot([1, null, 0], 2)).toEqual([
      { data: Uint8Array.of(0, 1), shape: [2] },
      undefined,
      { data: Uint8Array.of(1, 0), shape: [2] },
    ]);
    for (const label of [2, -1, 0.5, Number.NaN]) {
      expect(() => oneHot([label], 2)).toThrow(
        new RangeError(`oneHot: labels must be the numbers of 2 classes, 0 to 1, got ${label} at 0.`),
      );
    }
  });
});
