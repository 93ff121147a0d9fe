import { ones, type Tensor, tidy, zeros } from '@tensorflow/tfjs-core';
import { input } from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { AttentionGate } from '../../src/layers/index';
import { useCpu } from '../support/cpu';
import { expectNoLeak } from '../support/leaks';

useCpu();

it('AttentionGate lets half of the skip through where its weights are zero', () => {
  tidy(() => {
    const layer = new AttentionGate();
    const [skip, gate] = [ones([1, 2, 2, 4]), ones([1, 2, 2, 3])];
    layer.build([skip.shape, gate.shape]);
    layer.setWeights(layer.getWeights().map((weight) => zeros(weight.shape)));
    expect(Array.from((layer.apply([skip, gate]) as Tensor).dataSync())).toEqual(Array(16).fill(0.5));
  });
});

it('AttentionGate has an intermediate space of half the channels by default, and never an empty one', () => {
  const shapes = (channels: number) => {
    const layer = new AttentionGate();
    layer.build([
      [null, 2, 2, channels],
      [null, 2, 2, 3],
    ]);
    return layer.weights.map((weight) => weight.shape);
  };
  expect(shapes(6)).toEqual([[6, 3], [3, 3], [3], [3, 1], [1]]);
  expect(shapes(1)).toEqual([[1, 1], [3, 1], [1], [1, 1], [1]]);
});

it('AttentionGate refuses a gate of another size than the skip', () => {
  expect(() => new AttentionGate().apply([input({ shape: [8, 8, 2] }), input({ shape: [4, 4, 2] })])).toThrow(
    new RangeError('AttentionGate: skip and gate must have one height and width, got 8 x 8 and 4 x 4.'),
  );
});

it('AttentionGate refuses filters that are no positive integer', () => {
  expect(() => new AttentionGate({ filters: 1.5 })).toThrow(
    'AttentionGate: filters must be an integer of at least 1, got 1.5.',
  );
});

it('AttentionGate leaves no tensor but its output', async () => {
  const layer = new AttentionGate();
  const [skip, gate] = [ones([1, 2, 2, 4]), ones([1, 2, 2, 3])];
  layer.build([skip.shape, gate.shape]);
  await expectNoLeak(() => void layer.apply([skip, gate]), 1);
});
