import { mean, memory, ones, type Tensor, type Tensor1D } from '@tensorflow/tfjs-core';
import { describe, expect, it, vi } from 'vitest';
import { checkCalled } from '../../src/internal/check-called';
import * as layers from '../../src/layers/index';
import * as losses from '../../src/losses/index';
import { hardSharing } from '../../src/models/index';
import { useCpu } from '../support/cpu';
import { squares } from '../support/tiny-model';

useCpu();

const factories = Object.entries({ ...losses, ...layers } as Record<string, unknown>).filter(
  ([name, value]) =>
    typeof value === 'function' && value.length < 2 && (name in losses || /(Encoder|Decoder|Head)$/.test(name)),
);

describe('checkCalled', () => {
  it.each(factories)('refuses %s itself', (name, factory) => {
    expect(() => checkCalled(factory, 'here')).toThrow(
      new TypeError(`here is not called, got ${name}; write ${name}().`),
    );
  });

  it('takes what they return', () => {
    for (const made of [losses.softDice(), losses.bce({ fromLogits: true }), losses.mse(), layers.UNetEncoder()]) {
      expect(() => checkCalled(made, 'here')).not.toThrow();
    }
    for (const made of [layers.MLPHead(), layers.UNetDecoder(), hardSharing()]) checkCalled(made, 'here');
  });

  it("takes one's own function, and does not call one of two arguments", () => {
    const own = vi.fn((yTrue: Tensor, yPred: Tensor) => squares(yTrue, yPred));
    Object.defineProperty(own, 'length', { value: 2 });
    checkCalled(own, 'here');
    expect(own).not.toHaveBeenCalled();
    checkCalled((...args: Parameters<typeof squares>) => squares(...args), 'here');
    checkCalled((yTrue: Tensor) => mean(yTrue) as unknown as Tensor1D, 'here');
    checkCalled('softDice', 'here');
    const before = memory().numTensors;
    checkCalled(() => ones([2]) as Tensor1D, 'here');
    expect(memory().numTensors).toBe(before);
  });
});
