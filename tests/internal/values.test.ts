import '@tensorflow/tfjs-backend-cpu';
import { tensor2d } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { readValues } from '../../src/internal/values';

describe('readValues', () => {
  it('reads tensors, typed arrays, nested arrays and NDArrays alike', async () => {
    const t = tensor2d([1, 2, 3, 4], [2, 2]);
    const same = [
      await readValues(t, 't'),
      await readValues(
        [
          [1, 2],
          [3, 4],
        ],
        'a',
      ),
    ];
    same.push(await readValues({ data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] }, 'n'));
    t.dispose();
    for (const { data, shape } of same) {
      expect(Array.from(data)).toEqual([1, 2, 3, 4]);
      expect(shape).toEqual([2, 2]);
    }
    expect((await readValues(Uint8Array.of(1, 0), 'u')).shape).toEqual([2]);
    expect((await readValues([], 'e')).shape).toEqual([0]);
  });

  it('says what is wrong', async () => {
    await expect(readValues([[1, 2], [3]], 'yTrue')).rejects.toThrow('yTrue: rows differ in length, got 1 beside 2.');
    await expect(readValues([[1], 2] as never, 'yTrue')).rejects.toThrow('depth');
    await expect(readValues(['a'] as never, 'yTrue')).rejects.toThrow('expected numbers, got string');
    await expect(readValues(null as never, 'yTrue')).rejects.toThrow(TypeError);
    await expect(readValues({ data: new Float32Array(3), shape: [2, 2] }, 'p')).rejects.toThrow(
      'needs 4 values, got 3',
    );
  });
});
