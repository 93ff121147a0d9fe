import { describe, expect, it } from 'vitest';
import { cached } from '../../src/data/cached';
import type { Dataset, Sample } from '../../src/types';

/** Ten samples of 16 bytes, of which the reconstruction shares the image's; counts what is read. */
function counting(): { dataset: Dataset<'reconstruction'> & { extra: string }; reads: number[] } {
  const reads: number[] = [];
  const read = async (index: number): Promise<Sample<'reconstruction'>> => {
    reads.push(index);
    const x = { data: new Float32Array(4).fill(index), shape: [2, 2, 1] };
    return { x, y: { reconstruction: x } };
  };
  const rows = Array.from({ length: 10 }, (_, i) => ({ id: String(i), tasks: ['reconstruction'] as const }));
  return { dataset: { rows, read, extra: 'kept' }, reads };
}

describe('cached', () => {
  it('reads each sample once, also when asked for it twice at a time', async () => {
    const { dataset, reads } = counting();
    const { read, rows, extra } = cached(dataset);
    expect([rows, extra]).toEqual([dataset.rows, 'kept']);
    const [a, b] = await Promise.all([read(3), read(3)]);
    expect(a).toBe(b);
    expect(a.x.data[0]).toBe(3);
    expect(await read(3)).toBe(a);
    expect(reads).toEqual([3]);
  });

  it('keeps as many samples as fit, and reads the others anew', async () => {
    const { dataset, reads } = counting();
    const { read } = cached(dataset, { bytes: 3 * 16 });
    for (let epoch = 0; epoch < 2; epoch++) for (let i = 0; i < 5; i++) await read(i);
    expect(reads).toEqual([0, 1, 2, 3, 4, 3, 4]);
  });

  it('does not keep errors', async () => {
    const { dataset } = counting();
    let failures = 1;
    const { read } = cached({
      ...dataset,
      read: async (index: number) => {
        if (failures-- > 0) throw new Error('not yet');
        return dataset.read(index);
      },
    });
    await expect(read(0)).rejects.toThrow('not yet');
    expect((await read(0)).x.shape).toEqual([2, 2, 1]);
  });

  it('refuses a size that is none', () => {
    expect(() => cached(counting().dataset, { bytes: -1 })).toThrow(
      'cached: bytes must be an integer of at least 0, got -1.',
    );
  });
});
