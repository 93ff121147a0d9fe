import { grad, ones, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { input, layers, type SymbolicTensor, model as toModel } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { SeededDropout, setDropoutStep } from '../../src/layers/index';
import { useCpu } from '../support/cpu';
import { expectNoLeak } from '../support/leaks';

useCpu();

function mask(layer: SeededDropout, size = 64): number[] {
  return tidy(() => Array.from((layer.apply(ones([size]), { training: true }) as Tensor).dataSync()));
}

describe('SeededDropout', () => {
  it('draws the same masks for the same seed, step after step', () => {
    const draw = () => {
      const layer = new SeededDropout({ rate: 0.5, seed: 1 });
      return [0, 1, 2].map((step) => {
        layer.setStep(step);
        return mask(layer);
      });
    };
    expect(draw()).toEqual(draw());
  });

  it('draws another mask for another step, another seed and another call', () => {
    const layer = new SeededDropout({ rate: 0.5, seed: 1 });
    const other = new SeededDropout({ rate: 0.5, seed: 2 });
    const masks = [mask(layer), mask(layer), mask(other)];
    layer.setStep(1);
    masks.push(mask(layer));
    for (const [i, a] of masks.entries()) for (const b of masks.slice(i + 1)) expect(a).not.toEqual(b);
  });

  it('draws the masks of a step again when it comes back to it, also where a step has several calls', () => {
    const layer = new SeededDropout({ rate: 0.5, seed: 1 });
    layer.setStep(7);
    const first = [mask(layer), mask(layer)];
    layer.setStep(8);
    mask(layer);
    layer.setStep(7);
    expect([mask(layer), mask(layer)]).toEqual(first);
  });

  it('drops the share that it was asked to, and scales the rest to keep the mean', () => {
    const n = 20_000;
    const values = mask(new SeededDropout({ rate: 0.3, seed: 5 }), n);
    const dropped = values.filter((value) => value === 0).length;
    // Five standard deviations of the binomial.
    expect(Math.abs(dropped - 0.3 * n)).toBeLessThan(5 * Math.sqrt(n * 0.3 * 0.7));
    const kept = [...new Set(values.filter((value) => value !== 0))];
    expect(kept).toEqual([Math.fround(1 / 0.7)]);
  });

  it('passes the gradient through the same mask', () => {
    tidy(() => {
      const layer = new SeededDropout({ rate: 0.5, seed: 1 });
      layer.setStep(3);
      const expected = mask(layer);
      layer.setStep(3);
      const dx = grad((x) => layer.apply(x, { training: true }) as Tensor)(ones([64]));
      expect(Array.from(dx.dataSync())).toEqual(expected);
    });
  });

  it('changes nothing in prediction', () => {
    tidy(() => {
      const y = new SeededDropout({ rate: 0.5 }).apply(ones([8])) as Tensor;
      expect(Array.from(y.dataSync())).toEqual(Array(8).fill(1));
    });
  });

  it('keeps the seed that it drew', () => {
    const layer = new SeededDropout({ rate: 0.5 });
    const copy = new SeededDropout(layer.getConfig() as { rate: number; seed: number });
    expect(mask(copy)).toEqual(mask(layer));
    expect(mask(new SeededDropout({ rate: 0.5 }))).not.toEqual(mask(new SeededDropout({ rate: 0.5 })));
  });

  it('refuses a rate outside [0, 1)', () => {
    expect(() => new SeededDropout({ rate: 1 })).toThrow(
      new RangeError('SeededDropout: rate must lie in [0, 1), got 1.'),
    );
    expect(() => new SeededDropout({ rate: Number.NaN })).toThrow('SeededDropout: rate must lie in [0, 1), got NaN.');
    expect(() => new SeededDropout({ rate: '0.5' as unknown as number })).toThrow(
      new TypeError('SeededDropout: rate must be a number, got string.'),
    );
  });

  it('leaves no tensor but its output', async () => {
    const layer = new SeededDropout({ rate: 0.5, seed: 1 });
    const x = ones([8]);
    await expectNoLeak(() => void layer.apply(x, { training: true }), 1);
  });
});

describe('setDropoutStep', () => {
  it('reaches every dropout layer, also in nested models', () => {
    const innerInput = input({ shape: [64] });
    const inner = toModel({
      inputs: innerInput,
      outputs: new SeededDropout({ rate: 0.5, seed: 1 }).apply(innerInput) as SymbolicTensor,
      name: 'inner',
    });
    const x = input({ shape: [64] });
    const hidden = layers.activation({ activation: 'linear' }).apply(inner.apply(x)) as SymbolicTensor;
    const net = toModel({
      inputs: x,
      outputs: new SeededDropout({ rate: 0.5, seed: 2 }).apply(hidden) as SymbolicTensor,
    });
    const step = (n: number) => {
      setDropoutStep(net, n);
      return tidy(() => Array.from((net.apply(ones([1, 64]), { training: true }) as Tensor).dataSync()));
    };
    const [first, second] = [step(0), step(1)];
    expect(second).not.toEqual(first);
    expect(step(0)).toEqual(first);
    expect(step(1)).toEqual(second);
  });
});
