import '@tensorflow/tfjs-backend-cpu';
import { setBackend } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { augment } from '../../src/data/augment';
import { type BatchesOptions, type BatchSource, batches } from '../../src/data/batches';
import type { Batch, Dataset, Row, Sample, Source } from '../../src/types';
import { expectNoLeak } from '../support/leaks';

type Task = 'mask' | 'class';

beforeAll(async () => {
  await setBackend('cpu');
});

/** Sample i has x = i everywhere, mask = 100 + i and class = 1000 + i. */
function numbered(tasks: readonly (readonly Task[])[]): Dataset<Task> & { readonly reads: number[] } {
  const reads: number[] = [];
  return {
    reads,
    rows: tasks.map((some, i): Row<Task> => ({ id: `sample-${i}`, tasks: some })),
    async read(i): Promise<Sample<Task>> {
      reads.push(i);
      const mask = { data: new Uint8Array(4).fill(100 + i), shape: [2, 2, 1] };
      return {
        x: { data: new Float32Array(4).fill(i), shape: [2, 2, 1] },
        y: {
          ...(tasks[i].includes('mask') && { mask }),
          ...(tasks[i].includes('class') && { class: { data: Float64Array.of(1000 + i), shape: [1] } }),
        },
      };
    },
  };
}

const both: readonly Task[] = ['mask', 'class'];
const few = (count: number): readonly (readonly Task[])[] => Array.from({ length: count }, () => both);

/** The numbers of the samples in each batch of an epoch. */
async function numbersOf(source: BatchSource<Task>, epoch: number): Promise<number[][]> {
  const result: number[][] = [];
  for await (const { x } of source(epoch)) {
    const values = await x.data();
    result.push(Array.from({ length: x.shape[0] }, (_, i) => values[i * 4]));
  }
  return result;
}

const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);
const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

describe('batches', () => {
  it('shows every sample once an epoch, four at a time, in a new order', async () => {
    const source = batches(numbered(few(10)), { seed: 3 });
    expect(source.steps).toBe(3);
    const first = await numbersOf(source, 0);
    const second = await numbersOf(source, 1);
    expect(first.map((batch) => batch.length)).toEqual([4, 4, 2]);
    expect(sorted(first.flat())).toEqual(range(10));
    expect(sorted(second.flat())).toEqual(range(10));
    expect(second.flat()).not.toEqual(first.flat());
  });

  it('is a function of seed and epoch alone', async () => {
    const data = numbered(few(12));
    const source = batches(data, { seed: 8 });
    const late = await numbersOf(source, 5);
    await numbersOf(source, 0);
    expect(await numbersOf(source, 5)).toEqual(late);
    expect(await numbersOf(batches(numbered(few(12)), { seed: 8 }), 5)).toEqual(late);
    expect(await numbersOf(batches(data, { seed: 9 }), 5)).not.toEqual(late);
  });

  it('keeps the order of its indices where it does not shuffle', async () => {
    const source = batches(numbered(few(9)), { indices: [7, 2, 5], batchSize: 2, shuffle: false });
    expect(await numbersOf(source, 4)).toEqual([[7, 2], [5]]);
  });

  it('can leave out a last batch that is not full', async () => {
    const source = batches(numbered(few(10)), { dropRemainder: true });
    expect(source.steps).toBe(2);
    expect((await numbersOf(source, 0)).map((batch) => batch.length)).toEqual([4, 4]);
  });

  it('stacks labels, fills the missing ones with 0 and gives them weight 0', async () => {
    const source = batches(numbered([['class'], both, ['class']]), { batchSize: 3, shuffle: false });
    for await (const { x, y, weight } of source(0)) {
      expect(x.shape).toEqual([3, 2, 2, 1]);
      expect(x.dtype).toBe('float32');
      expect([...(await y.mask!.data())]).toEqual([0, 0, 0, 0, 101, 101, 101, 101, 0, 0, 0, 0]);
      expect([...(await weight!.mask!.data())]).toEqual([0, 1, 0]);
      expect(y.class?.shape).toEqual([3, 1]);
      expect([...(await y.class!.data())]).toEqual([1000, 1001, 1002]);
      expect(weight).not.toHaveProperty('class');
    }
  });

  it('leaves out a task that nobody in the batch has, and the weights where all have all', async () => {
    const seen: Batch<Task>[] = [];
    for await (const batch of batches(numbered([['class'], ['class'], both, both]), { batchSize: 2, shuffle: false })(
      0,
    )) {
      seen.push(batch);
    }
    expect(seen.map(({ y }) => Object.keys(y).sort())).toEqual([['class'], ['class', 'mask']]);
    expect(seen.map(({ weight }) => weight)).toEqual([undefined, undefined]);
  });

  it('reads no more than the asked batches ahead', async () => {
    const data = numbered(few(20));
    const epoch = batches(data, { batchSize: 2, prefetch: 3, shuffle: false })(0);
    expect(data.reads).toEqual([]);
    await epoch.next();
    expect(data.reads).toEqual(range(8));
    await epoch.next();
    expect(data.reads).toEqual(range(10));
    await epoch.return();
  });

  it('refuses an augmentation that names a task without labels', () => {
    const misspelt = augment([], { labelKinds: { mask: 'keep', clas: 'keep' } });
    expect(() => batches(numbered(few(2)), { augment: misspelt as never })).toThrow(
      new RangeError("batches: augment names the task 'clas', and the rows have labels for mask, class."),
    );
    expect(batches(numbered(few(2)), { augment: augment([], { labelKinds: { mask: 'keep' } }) }).steps).toBe(1);
  });

  it('passes samples through an augmentation, with id, epoch and repeat', async () => {
    const calls: string[] = [];
    const source = batches(numbered([both, ['class'], ['class']]), {
      batchSize: 2,
      shuffle: false,
      balance: { mask: 1 },
      augment: (sample, { id, epoch, repeat }) => {
        calls.push(`${id} ${epoch} ${repeat}`);
        return { ...sample, x: { ...sample.x, data: Float32Array.from(sample.x.data, (value) => value + 0.5) } };
      },
    });
    expect(sorted((await numbersOf(source, 2)).flat())).toEqual([0.5, 0.5, 1.5, 2.5]);
    expect(calls.sort()).toEqual(['sample-0 2 0', 'sample-0 2 1', 'sample-1 2 0', 'sample-2 2 0']);
  });
});

describe('balance', () => {
  const masks = fc.record({
    without: fc.nat(40),
    labelled: fc.integer({ min: 1, max: 40 }),
    batchSize: fc.integer({ min: 2, max: 7 }),
    n: fc.integer({ min: 1, max: 6 }),
    seed: fc.nat(1000),
  });

  it('guarantees labelled samples in every batch and shows the others once', async () => {
    await fc.assert(
      fc.asyncProperty(masks, async ({ without, labelled, batchSize, n, seed }) => {
        fc.pre(n < batchSize && n <= labelled);
        const data = numbered([...range(labelled).map(() => both), ...range(without).map((): Task[] => ['class'])]);
        const source = batches(data, { batchSize, seed, balance: { mask: n } });
        const epoch = await numbersOf(source, 3);
        expect(epoch.length).toBe(source.steps);
        expect(source.steps).toBe(
          Math.max(Math.ceil((without + labelled) / batchSize), Math.ceil(without / (batchSize - n))),
        );
        for (const batch of epoch) {
          expect(batch.filter((i) => i < labelled).length).toBeGreaterThanOrEqual(n);
          expect(new Set(batch).size).toBe(batch.length);
        }
        const shown = range(without + labelled).map((i) => epoch.flat().filter((other) => other === i).length);
        expect(shown.slice(labelled).every((count) => count === 1)).toBe(true);
        expect(Math.min(...shown)).toBe(1);
        expect(Math.max(...shown) - Math.min(...shown.slice(0, labelled))).toBeLessThanOrEqual(1);
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it('makes 265 batches of four of the 794 images without and 50 with a mask', () => {
    const data = numbered([...range(50).map(() => both), ...range(794).map((): Task[] => ['class'])]);
    expect(batches(data, { balance: { mask: 1 } }).steps).toBe(265);
  });

  it('counts a sample for every label that it has', async () => {
    const tasks: Task[][] = [['mask'], ['mask'], ['class'], ['class'], ['class'], ['mask', 'class']];
    const data = numbered([...tasks, ...range(9).map(() => [])]);
    for (const batch of await numbersOf(batches(data, { batchSize: 3, balance: { mask: 1, class: 1 } }), 0)) {
      expect(batch.some((i) => data.rows[i].tasks.includes('mask'))).toBe(true);
      expect(batch.some((i) => data.rows[i].tasks.includes('class'))).toBe(true);
    }
  });

  it('knows the tasks of its dataset', () => {
    const source: Source<Task> = batches(numbered(few(4)), { balance: { mask: 1 } });
    expect(source.steps).toBe(1);
    // @ts-expect-error a task that the dataset does not have
    expect(() => batches(numbered(few(4)), { balance: { masc: 1 } })).toThrow("0 of 4 have a label for 'masc'");
  });

  it('says what it cannot give', () => {
    const data = numbered([both, both, ['class'], ['class']]);
    expect(() => batches(data, { balance: { mask: 3 } })).toThrow(
      "batches: balance.mask asks for 3 labelled samples in each batch, but only 2 of 4 have a label for 'mask'.",
    );
    expect(() => batches(data, { batchSize: 2, balance: { mask: 2 } })).toThrow(
      'batches: a batch of 2 has no room for what balance asks beside the samples without those labels',
    );
    expect(() => batches(data, { balance: { mask: 0.5 } })).toThrow('batches: balance.mask must be an integer');
  });
});

describe('batches, as the owner of its tensors and reads,', () => {
  const data = numbered([both, ['class'], both, ['class'], both]);

  it('disposes each batch when the next one is asked for', async () => {
    await expectNoLeak(async () => {
      let previous: Batch<Task> | undefined;
      for await (const batch of batches(data, { batchSize: 2 })(0)) {
        expect(batch.x.isDisposed).toBe(false);
        expect(previous?.x.isDisposed ?? true).toBe(true);
        previous = batch;
      }
    });
  });

  it('leaves no tensor and no unhandled rejection when the loop is left early', async () => {
    const unhandled: unknown[] = [];
    const listen = (reason: unknown): void => {
      unhandled.push(reason);
    };
    process.on('unhandledRejection', listen);
    await expectNoLeak(async () => {
      const failing: Dataset<Task> = {
        rows: data.rows,
        read: async (i) => {
          if (i >= 2) throw new Error('gone');
          return data.read(i);
        },
      };
      for await (const _ of batches(failing, { batchSize: 2, prefetch: 2, shuffle: false })(0)) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    });
    process.off('unhandledRejection', listen);
    expect(unhandled).toEqual([]);
  });

  const readWith = (change: (sample: Sample<Task>) => Sample<Task>, options: BatchesOptions<Task> = {}) =>
    expectNoLeak(async () => {
      const dataset: Dataset<Task> = {
        rows: data.rows,
        read: async (i) => (i === 2 ? change(await data.read(i)) : data.read(i)),
      };
      for await (const _ of batches(dataset, { shuffle: false, ...options })(0));
    });

  it('names the sample that could not be read', async () => {
    const fails = (): never => {
      throw new RangeError('truncated file');
    };
    await expect(readWith(fails)).rejects.toThrow("batches: sample 'sample-2' could not be read: truncated file");
    const thrower: Dataset<Task> = { rows: data.rows, read: fails };
    await expect(batches(thrower)(0).next()).rejects.toThrow('truncated file');
  });

  it('names the sample that does not fit the others', async () => {
    const nan = { data: Float32Array.of(0, 0, Number.NaN, 0), shape: [2, 2, 1] };
    await expect(readWith((sample) => ({ ...sample, x: nan }))).rejects.toThrow(
      "batches: x of sample 'sample-2' must be finite, got NaN at 2.",
    );
    const wide = { data: new Float32Array(6), shape: [2, 3, 1] };
    await expect(readWith((sample) => ({ ...sample, x: wide }))).rejects.toThrow(
      "batches: x of sample 'sample-2' has shape [2,3,1], beside [2,2,1] of 'sample-0'; all samples of a batch need one shape.",
    );
    const short = { data: new Float32Array(3), shape: [2, 2, 1] };
    await expect(readWith(({ x, y }) => ({ x, y: { ...y, mask: short } }))).rejects.toThrow(
      "batches: 'mask' of sample 'sample-2': shape [2,2,1] needs 4 values, got 3.",
    );
    await expect(readWith(({ x }) => ({ x, y: {} }))).rejects.toThrow(
      "batches: the row of sample 'sample-2' names 'mask', but it has no such label.",
    );
  });

  it('names the sample whose labels are not those of its row', async () => {
    const mask = { data: new Uint8Array(4), shape: [2, 2, 1] };
    await expect(readWith((sample) => sample, {})).resolves.toBeUndefined();
    const surplus: Dataset<Task> = {
      rows: [{ id: 'scan 7', tasks: ['class'] }],
      read: async () => ({ x: mask, y: { mask, class: { data: Uint8Array.of(1), shape: [1] } } }),
    };
    await expect(batches(surplus)(0).next()).rejects.toThrow(
      new RangeError(
        "batches: sample 'scan 7' has a label for 'mask', but its row names class; name the task in the row, or leave it " +
          'out of the sample.',
      ),
    );
    const odd = async () => ({ x: mask, y: { class: mask }, weight: { mask: 1 } });
    await expect(batches({ ...surplus, read: odd })(0).next()).rejects.toThrow(
      "sample 'scan 7' has a weight for 'mask', but its row names class;",
    );
  });

  it('names the sample that is none', async () => {
    for (const [sample, said] of [
      [null, 'must be { x, y }, got null.'],
      [undefined, 'must be { x, y }, got undefined.'],
      [{ x: { data: new Uint8Array(4), shape: [2, 2, 1] } }, 'must be { x, y }, got { x, y: undefined }.'],
    ] as const) {
      await expect(readWith(() => sample as never)).rejects.toThrow(`batches: sample 'sample-2' ${said}`);
    }
    await expect(readWith((sample) => ({ ...sample, x: null as never }))).rejects.toThrow(
      new TypeError("batches: x of sample 'sample-2' must be { data, shape } with a typed array, got null."),
    );
    const plain = { data: [1, null], shape: [2] } as never;
    await expect(readWith(({ x, y }) => ({ x, y: { ...y, mask: plain } }))).rejects.toThrow(
      "batches: 'mask' of sample 'sample-2' must be { data, shape } with a typed array",
    );
  });

  it('refuses rows that name no task, so that no one trains on nothing', async () => {
    const unnamed = numbered([[], [], ['class']]);
    expect(() => batches(unnamed, { indices: [0, 1] })).toThrow(
      new RangeError(
        'batches: none of the 2 rows names a task, so that there is nothing to learn; each row must list the tasks that ' +
          "its sample has labels for, such as { id: 'a', tasks: ['segmentation'] }. To predict without labels, set shuffle: " +
          'false.',
      ),
    );
    expect(batches(unnamed, { indices: [0, 1], shuffle: false }).steps).toBe(1);
    expect(batches(unnamed).steps).toBe(1);
    const rows = [{ id: 'a' }] as never;
    expect(() => batches({ rows, read: unnamed.read })).toThrow(
      new TypeError("batches: the row of sample 'a' must list its tasks as an array, got undefined."),
    );
  });

  it('refuses sizes, indices and epochs that make no sense', async () => {
    expect(() => batches(data, { augment: [] as never })).toThrow(
      new TypeError('batches: augment must be a function, such as augment([flipHorizontal()]) returns, got object.'),
    );
    expect(() => batches(data, { batchSize: 0 })).toThrow(
      'batches: batchSize must be an integer of at least 1, got 0.',
    );
    for (const seed of [Number.NaN, 1.5, -1]) {
      expect(() => batches(data, { seed })).toThrow(
        new RangeError(`batches: seed must be an integer of at least 0, got ${seed}.`),
      );
    }
    expect(() => batches(data, { prefetch: -1 })).toThrow('batches: prefetch must be an integer');
    expect(() => batches(data, { indices: [0, 5] })).toThrow('batches: indices must lie in 0 .. 4, got 5.');
    expect(() => batches(data, { indices: [] })).toThrow('batches: there must be at least one sample, got none.');
    expect(() => batches(data, { indices: [1, 2, 1] })).toThrow(
      'batches: indices must differ, got 3 of which 2 differ.',
    );
    await expect(batches(data)(-1).next()).rejects.toThrow('batches: epoch must be an integer');
  });
});
