import { memory, type Tensor, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { checkSource, openSource, stepsOf } from '../../src/internal/open-source';
import type { Batch, SourceLike, TfDataset } from '../../src/types';
import { useCpu } from '../support/cpu';

useCpu();

type Task = 'level';
const batch = (value: number): Batch<Task> => ({ x: tensor2d([[value, 0]]), y: { level: tensor2d([[value]]) } });

/** The first value of each batch. */
async function valuesOf(source: SourceLike<Task>, epoch = 0): Promise<number[]> {
  const values: number[] = [];
  for await (const { x } of openSource(source, epoch, 'fit')) values.push((await x.data())[0]);
  return values;
}

/** What tf.data has: an iterator for each epoch, which promises one element after the other. */
function tfDataset(elements: () => unknown[]): TfDataset<Task> {
  return {
    size: 2,
    async iterator() {
      const all = elements().values();
      return { next: async () => all.next() as never };
    },
  };
}

const refusal = (source: unknown): Promise<unknown> =>
  valuesOf(source as SourceLike<Task>).then(
    () => 'taken',
    (error: Error) => error.message,
  );

describe('a source', () => {
  it('may be an array of batches, which every epoch reads again and nobody disposes', async () => {
    const source = [batch(1), batch(2)];
    const before = memory().numTensors;
    expect(await valuesOf(source, 0)).toEqual([1, 2]);
    expect(await valuesOf(source, 1)).toEqual([1, 2]);
    expect(memory().numTensors).toBe(before);
    expect(stepsOf(source)).toBe(2);
  });

  it('may be an iterator, which is refused when it is read again', async () => {
    for (const source of [[batch(1), batch(2)].values(), asynchronous()]) {
      expect(await valuesOf(source)).toEqual([1, 2]);
      expect(stepsOf(source)).toBeUndefined();
      const said =
        'fit: the source is an iterator that has been read before; give an array of batches, or a function that makes ' +
        'them anew for each epoch.';
      expect(await refusal(source)).toBe(said);
      expect(await refusal(() => source)).toBe(said);
    }
    async function* asynchronous() {
      yield batch(1);
      yield batch(2);
    }
  });

  it('may be a dataset of tf.data, whose elements are disposed after use', async () => {
    const before = memory().numTensors;
    const named = tfDataset(() => [1, 2].map((value) => ({ xs: batch(value).x, ys: { level: tensor1d([value]) } })));
    const before2 = memory().numTensors;
    expect(before2).toBe(before);
    const plain = tfDataset(() => [batch(3)]);
    for (let epoch = 0; epoch < 2; epoch++) {
      expect(await valuesOf(plain, epoch)).toEqual([3]);
      expect(memory().numTensors).toBe(before);
    }
    const seen: (readonly string[] | undefined)[] = [];
    const kept: Tensor[] = [];
    const stacked = tfDataset(() => [{ ...batch(1), ids: tensor1d(['a'], 'string') }]);
    for await (const { ids, x } of openSource(stacked, 0, 'fit')) {
      seen.push(ids);
      kept.push(x);
      expect(x.isDisposed).toBe(false);
    }
    expect(seen).toEqual([['a']]);
    expect(kept[0].isDisposed).toBe(true);
    expect(memory().numTensors).toBe(before);
    expect(stepsOf(named)).toBe(2);
  });

  it('of tf.data loses nothing where it is left early, or an element is none', async () => {
    const before = memory().numTensors;
    let made = 0;
    const lazy: TfDataset<Task> = {
      iterator: async () => ({ next: async () => ({ value: batch(++made), done: false }) }),
    };
    for await (const { x } of openSource(lazy, 0, 'fit')) if ((await x.data())[0] === 2) break;
    expect(made).toBe(2);
    const wrong = tfDataset(() => [{ xs: tensor1d([1]), ys: tensor1d([1]) }]);
    expect(await refusal(wrong)).toBe(
      'fit: element 0 of the dataset of tf.data must have tensors by the names of tasks as y, got an object of class Tensor.',
    );
    expect(memory().numTensors).toBe(before);
  });

  it.each<[unknown, string]>([
    [7, 'got 7.'],
    [null, 'got null.'],
    ['batches', "got 'batches'."],
    [{ rows: [], read() {} }, 'got a dataset; make batches of it with batches(dataset).'],
    [{}, 'got an object.'],
    [new Float32Array(0), 'got an object of class Float32Array.'],
  ])('must be one: %j', async (source, said) => {
    expect(() => checkSource(source, 'fit: the source')).toThrow(said);
    expect(await refusal(source)).toContain(
      'fit: the source must be a function of the epoch, such as batches(dataset)',
    );
  });

  it('must hold at least one batch, where that is known', async () => {
    expect(await refusal([])).toBe('fit: the source must have at least 1 batch, got an empty array.');
  });

  it('must hold batches', async () => {
    const { x, y } = batch(1);
    for (const [element, said] of [
      [7, 'fit: batch 0 of the source must be { x, y }, got 7.'],
      [{ y }, 'fit: batch 0 of the source must be { x, y } with a tensor x, got undefined for x.'],
      [{ xs: x, ys: y }, 'with a tensor x, got undefined for x.'],
      [{ x }, 'fit: batch 0 of the source must have tensors by the names of tasks as y, got undefined.'],
      [{ x, y: { level: [1] } }, 'fit: batch 0 of the source must have a tensor as y.level, got an array.'],
      [{ x, y, weight: [1] }, 'must have tensors by the names of tasks as weight, got an array.'],
      [{ x, y, ids: 'ab' }, "must have texts as ids, got 'ab'."],
      [{ x, y, ids: ['a', 'b'] }, 'must have an id for each of its 1 samples, got 2.'],
    ] as const) {
      expect(await refusal([element])).toContain(said);
      expect(await refusal(() => [element])).toContain(said);
    }
    expect(await refusal(() => new Float32Array(0))).toContain('got an object of class Float32Array.');
    expect(await refusal(() => 7)).toBe(
      'fit: the source must return batches that can be iterated, as a generator or an array does, got 7.',
    );
  });
});
