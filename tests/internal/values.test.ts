import '@tensorflow/tfjs-backend-cpu';
import { tensor2d } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { readArray } from '../../src/internal/values';

describe('readArray', () => {
  it('reads tensors, typed arrays, nested arrays and NDArrays alike', async () => {
    const t = tensor2d([1, 2, 3, 4], [2, 2]);
    const same = [
      await readArray(t, 't'),
      await readArray(
        [
          [1, 2],
          [3, 4],
        ],
        'a',
      ),
    ];
    same.push(await readArray({ data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] }, 'n'));
    t.dispose();
    for (const { data, shape } of same) {
      expect(Array.from(data)).toEqual([1, 2, 3, 4]);
      expect(shape).toEqual([2, 2]);
    }
    expect((await readArray(Uint8Array.of(1, 0), 'u')).shape).toEqual([2]);
    expect((await readArray([], 'e')).shape).toEqual([0]);
  });

  it('says what is wrong', async () => {
    await expect(readArray([[1, 2], [3]], 'yTrue')).rejects.toThrow('yTrue must have rows of length 2, got 1.');
    await expect(readArray([[1], 2] as never, 'yTrue')).rejects.toThrow('yTrue must have rows of length 1, got 2.');
    await expect(readArray([1, [2]] as never, 'yTrue')).rejects.toThrow('yTrue must be numbers, got an array.');
    await expect(readArray(['a'] as never, 'yTrue')).rejects.toThrow("yTrue must be numbers, got 'a'.");
    await expect(readArray(null as never, 'yTrue')).rejects.toThrow(TypeError);
    await expect(readArray({ data: new Float32Array(3), shape: [2, 2] }, 'p')).rejects.toThrow(
      'p: data must hold 4 values of shape [2,2], got 3.',
    );
  });
});
