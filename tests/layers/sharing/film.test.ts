import { randomNormal, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { Film, RepeatBatch, SliceBatch } from '../../../src/layers/index';
import { useCpu } from '../../support/cpu';
import { expectNoLeak } from '../../support/leaks';

useCpu();

const numbers = (y: unknown) => Array.from((y as Tensor).dataSync());

it('RepeatBatch puts copies of the batch after each other, and SliceBatch takes one out', () => {
  tidy(() => {
    const x = tensor([
      [1, 2],
      [3, 4],
    ]);
    const copies = new RepeatBatch({ times: 3 }).apply(x) as Tensor;
    expect(numbers(copies)).toEqual([1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4]);
    const parts = tensor([[1], [2], [3], [4], [5], [6]]);
    const part = (index: number) => numbers(new SliceBatch({ index, parts: 3 }).apply(parts));
    expect([0, 1, 2].map(part)).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
  });
});

it('Film scales and shifts the channels of each part of the batch by its own numbers', () => {
  tidy(() => {
    const layer = new Film({ conditions: 3 });
    const shape = [6, 2, 1, 2];
    const x = Array.from({ length: 24 }, (_, i) => Math.sin(1 + 3 * i));
    const [gamma, beta] = [2, 5].map((step) => [0, 1, 2].map((k) => [0, 1].map((c) => Math.cos(step * k + c))));
    layer.build(shape);
    layer.setWeights([tensor(gamma), tensor(beta)]);
    const given = numbers(layer.apply(tensor(x, shape)));
    for (const [i, value] of x.entries()) {
      // Two samples of four values each in a part.
      const [condition, channel] = [Math.floor(i / 8), i % 2];
      expect(given[i]).toBeCloseTo(gamma[condition][channel] * value + beta[condition][channel], 5);
    }
  });
});

it('Film starts as the identity', () => {
  tidy(() => {
    const x = randomNormal([4, 3, 2]);
    expect(numbers(new Film({ conditions: 2 }).apply(x))).toEqual(numbers(x));
  });
});

it('refuses options out of range', () => {
  expect(() => new Film({ conditions: 0 })).toThrow('Film: conditions must be an integer of at least 1, got 0.');
  expect(() => new RepeatBatch({ times: 1.5 })).toThrow(
    'RepeatBatch: times must be an integer of at least 1, got 1.5.',
  );
  expect(() => new SliceBatch({ index: -1, parts: 2 })).toThrow(
    'SliceBatch: index must be an integer of at least 0, got -1.',
  );
  expect(() => new SliceBatch({ index: 2, parts: 2 })).toThrow(
    new RangeError('SliceBatch: index must be below parts (2), got 2.'),
  );
});

it('leaves no tensor but the outputs', async () => {
  const x = randomNormal([4, 2, 2, 3]);
  const film = new Film({ conditions: 2 });
  film.build(x.shape);
  await expectNoLeak(() => void film.apply(x), 1);
  await expectNoLeak(() => void new RepeatBatch({ times: 2 }).apply(x), 1);
  await expectNoLeak(() => void new SliceBatch({ index: 0, parts: 2 }).apply(x), 1);
});
