import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BatchesOptions, batches } from '../../src/data/batches';
import type { Dataset, Row } from '../../src/types';
import { useCpu } from '../support/cpu';

useCpu();

/** Samples with these strata; x of sample i is i. */
function dataset(strata: readonly (string | undefined)[]): Dataset<'class'> {
  return {
    rows: strata.map(
      (stratum, i): Row<'class'> => ({
        id: `s${i}`,
        tasks: ['class'],
        ...(stratum !== undefined && { stratum }),
      }),
    ),
    read: async (i) => ({
      x: { data: Float32Array.of(i), shape: [1] },
      y: { class: { data: Float32Array.of(0), shape: [1] } },
    }),
  };
}

async function shown(
  data: Dataset<'class'>,
  options: BatchesOptions<'class'>,
  epoch = 0,
): Promise<readonly number[][]> {
  const found: number[][] = [];
  const source = batches(data, options);
  for await (const { x } of source(epoch)) found.push([...(await x.data())]);
  expect(found.length).toBe(source.steps);
  return found;
}

const strata = (...counts: number[]): string[] => counts.flatMap((count, k) => new Array(count).fill(`k${k}`));

describe('batches with balance.by', () => {
  it('show every key equally often, in every batch too, and every sample at least once', async () => {
    const cases = fc.record({
      counts: fc.array(fc.integer({ min: 3, max: 12 }), { minLength: 1, maxLength: 4 }),
      batchSize: fc.integer({ min: 1, max: 3 }),
      seed: fc.nat(99),
      shuffle: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ counts, batchSize, seed, shuffle }) => {
        const keys = strata(...counts);
        const epoch = await shown(dataset(keys), { batchSize, seed, shuffle, balance: { by: 'stratum' } }, 2);
        const most = Math.max(...counts);
        const times = keys.map((_, i) => epoch.flat().filter((other) => other === i).length);
        for (const [k, count] of counts.entries()) {
          const own = times.filter((_, i) => keys[i] === `k${k}`);
          expect(own.reduce((a, b) => a + b)).toBe(most);
          expect(Math.min(...own)).toBe(Math.floor(most / count));
          expect(Math.max(...own)).toBe(Math.ceil(most / count));
        }
        for (const batch of epoch) {
          expect(new Set(batch).size).toBe(batch.length);
          const perKey = counts.map((_, k) => batch.filter((i) => keys[i] === `k${k}`).length);
          expect(Math.max(...perKey) - Math.min(...perKey)).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it('are a function of seed and epoch alone, and mark what is shown again', async () => {
    const data = dataset(strata(2, 9));
    const options = { batchSize: 4, seed: 5, balance: { by: 'stratum' } } as const;
    const third = await shown(data, options, 3);
    expect(await shown(data, options, 3)).toEqual(third);
    expect(await shown(data, options, 4)).not.toEqual(third);
    expect(await shown(data, { ...options, seed: 6 }, 3)).not.toEqual(third);
    const repeats: [string, number][] = [];
    await shown(data, {
      ...options,
      augment: (sample, { id, repeat }) => {
        repeats.push([id, repeat]);
        return sample;
      },
    });
    for (const id of ['s0', 's1']) {
      const own = repeats.flatMap(([other, repeat]) => (other === id ? [repeat] : []));
      expect(own).toEqual(own.map((_, i) => i));
      expect(own.length).toBeGreaterThanOrEqual(4); // nine over two samples
    }
    expect(repeats.filter(([id]) => id === 's5')).toEqual([['s5', 0]]);
  });

  it('take the key from a function of row and index, among the chosen indices', async () => {
    const data = dataset(new Array(8).fill(undefined));
    const by = ({ id }: Row<string>, index: number): string => (id === 's7' || index === 5 ? 'rare' : 'common');
    const epoch = await shown(data, { indices: [1, 2, 3, 5, 7], batchSize: 2, balance: { by } });
    expect(epoch.map((batch) => batch.filter((i) => i === 5 || i === 7).length)).toEqual([1, 1, 1]);
    expect(new Set(epoch.flat())).toEqual(new Set([1, 2, 3, 5, 7]));
  });

  it('can leave out the last batch where it is smaller', async () => {
    const options = { batchSize: 4, balance: { by: 'stratum' } } as const;
    expect((await shown(dataset(strata(5, 2)), options)).map(({ length }) => length)).toEqual([4, 4, 2]);
    const full = await shown(dataset(strata(5, 2)), { ...options, dropRemainder: true });
    expect(full.map(({ length }) => length)).toEqual([4, 4]);
  });

  it('say what they cannot give', () => {
    const data = dataset(['a', 'a', 'a', 'a', 'b', undefined]);
    const source =
      (balance: unknown, batchSize = 4, indices = [0, 1, 2, 3, 4]) =>
      () =>
        batches(data, { balance, batchSize, indices } as BatchesOptions<'class'>);
    expect(source({ by: 'stratum' })).toThrow(
      new RangeError(
        "batches: a batch of 4 takes up to 2 samples of 'b', of which there are 1; make batchSize at most 2, or join 'b' " +
          'with another key.',
      ),
    );
    expect(source({ by: 'stratum' }, 2)().steps).toBe(4);
    expect(source({ by: 'stratum' }, 2, [0, 5])).toThrow(
      new TypeError("batches: balance.by 'stratum' needs a stratum in each row, got undefined for sample 's5'."),
    );
    expect(source({ by: () => Number.NaN }, 2)).toThrow("balance.by must return a string, got NaN for sample 's0'.");
    expect(source({ by: 'class' })).toThrow(
      new TypeError("batches: balance.by must be 'stratum' or a function of a row, got class."),
    );
    expect(source({ by: 'stratum', class: 1 }, 2)).toThrow("batches: balance: unknown option 'class'.");
  });

  it('leave a task of that name alone', async () => {
    const data: Dataset<'by'> = {
      rows: Array.from({ length: 4 }, (_, i) => ({ id: `${i}`, tasks: i === 0 ? ['by'] : [] })),
      read: async (i) => {
        const x = { data: Float32Array.of(i), shape: [1] };
        return { x, y: i === 0 ? { by: x } : {} };
      },
    };
    const source = batches(data, { balance: { by: 1 }, batchSize: 2 });
    for await (const { x } of source(0)) expect([...(await x.data())]).toContain(0);
    expect(source.steps).toBe(3);
  });
});
