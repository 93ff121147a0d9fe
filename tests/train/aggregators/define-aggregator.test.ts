import { describe, expect, it } from 'vitest';
import { defineAggregator } from '../../../src/train/aggregators/define-aggregator';

const gramian = [
  [1, 0.5],
  [0.5, 2],
];
const context = { step: 0, losses: {} };

describe('defineAggregator', () => {
  it('names the Gramian whose weights could not be found', () => {
    const failing = defineAggregator('some', () => {
      throw new Error('no way out');
    });
    expect(() => failing.weights(gramian, ['a', 'b'], context)).toThrow(
      'some: no way out; the Gramian is [[1,0.5],[0.5,2]].',
    );
  });

  it('refuses weights that are no numbers', () => {
    const empty = defineAggregator('some', () => [1, Number.NaN]);
    expect(() => empty.weights(gramian, ['a', 'b'], context)).toThrow(
      'some: found the weights 1, NaN for the Gramian [[1,0.5],[0.5,2]].',
    );
  });
});
