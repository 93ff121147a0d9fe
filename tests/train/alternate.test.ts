import { memory, type Tensor, type Tensor1D, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { alternate } from '../../src/train/alternate';
import type { Batch, Source } from '../../src/types';
import { useCpu } from '../support/cpu';

useCpu();

type Task = 'a' | 'b' | 'c';

interface Labels {
  tasks: readonly Task[];
  weight?: { readonly [K in Task]?: readonly number[] };
}

/** A source of batches with the given labels, which it owns; tells when it is left early. */
function sourceOf(labels: readonly Labels[], left: () => void = () => {}): Source<Task> {
  return function* () {
    try {
      for (const { tasks, weight = {} } of labels) {
        const x = tensor2d([[1], [2]]);
        const y = Object.fromEntries(tasks.map((task) => [task, tensor2d([[3], [4]])])) as Record<Task, Tensor>;
        const weights = Object.fromEntries(
          Object.entries(weight).map(([task, values]) => [task, tensor1d([...values])]),
        ) as Record<Task, Tensor1D>;
        try {
          yield { x, y, weight: weights };
        } finally {
          for (const value of [x, ...Object.values(y), ...Object.values(weights)]) value.dispose();
        }
      }
    } finally {
      left();
    }
  };
}

const all: Labels = { tasks: ['a', 'b', 'c'] };

async function turns(source: Source<Task>, epoch = 0): Promise<string[]> {
  const found: string[] = [];
  for await (const { y } of source(epoch)) found.push(Object.keys(y).join());
  return found;
}

describe('alternate', () => {
  it('keeps the labels of one task a step, in turn', async () => {
    expect(await turns(alternate(sourceOf(Array(5).fill(all)), ['a', 'b']))).toEqual(['a', 'b', 'a', 'b', 'a']);
  });

  it('begins each epoch with the next task, and always the same for the same epoch', async () => {
    const source = alternate(sourceOf(Array(4).fill(all)), ['a', 'b', 'c']);
    const epochs = await Promise.all([0, 1, 2, 3].map((epoch) => turns(source, epoch)));
    expect(epochs).toEqual([
      ['a', 'b', 'c', 'a'],
      ['b', 'c', 'a', 'b'],
      ['c', 'a', 'b', 'c'],
      ['a', 'b', 'c', 'a'],
    ]);
    expect(await turns(source, 1)).toEqual(epochs[1]);
  });

  it('gives a task that stands in the order twice two turns', async () => {
    expect(await turns(alternate(sourceOf(Array(6).fill(all)), ['a', 'a', 'b']))).toEqual([
      'a',
      'a',
      'b',
      'a',
      'a',
      'b',
    ]);
  });

  it('passes the turn on where a batch has no label of the task, also none that counts', async () => {
    const labels: Labels[] = [
      { tasks: ['b'] },
      { tasks: ['a', 'b'], weight: { b: [0, 0] } },
      { tasks: ['a', 'b'], weight: { a: [0, 0], b: [0, 1] } },
      { tasks: ['c'] },
      { tasks: [] },
    ];
    expect(await turns(alternate(sourceOf(labels), ['a', 'b']))).toEqual(['b', 'a', 'b', '', '']);
  });

  it('keeps the images and the weights of the task, as the same tensors', async () => {
    const batch: Batch<Task> = {
      x: tensor2d([[1]]),
      y: { a: tensor2d([[2]]), b: tensor2d([[3]]) },
      weight: { a: tensor1d([0.5]), b: tensor1d([2]) },
    };
    const given: Batch<Task>[] = [];
    for await (const one of alternate<Task>(() => [batch, { x: batch.x, y: batch.y }], ['b'])(0)) given.push(one);
    expect(given[0].x).toBe(batch.x);
    expect(given[0].y).toEqual({ b: batch.y.b });
    expect(given[0].weight).toEqual({ b: batch.weight?.b });
    expect(given[1].weight).toEqual({});
    for (const value of [batch.x, batch.y.a, batch.y.b, batch.weight?.a, batch.weight?.b]) value?.dispose();
  });

  it('leaves the batches to their source, also where a loop ends early', async () => {
    const before = memory().numTensors;
    let left = 0;
    const source = alternate(
      sourceOf([all, all, all], () => left++),
      ['a', 'c'],
    );
    for await (const { y } of source(0)) {
      expect(y.a?.isDisposed).toBe(false);
      break;
    }
    expect([left, memory().numTensors]).toEqual([1, before]);
    await turns(source);
    expect([left, memory().numTensors]).toEqual([2, before]);
  });

  it('has the steps of its source, where they are known', () => {
    expect(alternate(Object.assign(sourceOf([]), { steps: 7 }), ['a']).steps).toBe(7);
    expect(alternate(sourceOf([]), ['a']).steps).toBeUndefined();
  });

  it('refuses an empty order, and tasks that the source does not have', () => {
    expect(() => alternate(sourceOf([]), [])).toThrow(
      new RangeError('alternate: order must name at least 1 task, got none.'),
    );
    expect(() => alternate([], ['a' as never])).toThrow(
      new RangeError('alternate: source must have at least 1 batch, got an empty array.'),
    );
    // @ts-expect-error the source has no such task
    expectTypeOf(alternate(sourceOf([]), ['d'])).toExtend<Source<Task>>();
  });
});
