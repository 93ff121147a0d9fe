import { ones, tensor, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { boundary, hausdorff } from '../../src/losses/index';
import { useCpu } from '../support/cpu';
import { expectNoLeak } from '../support/leaks';
import { evaluate, gradient } from './evaluate';

useCpu();

const line = (...values: number[]) => [values.map((value) => [value])];

describe('losses by distance', () => {
  it('boundary: the signed distance is its slope, the mask nothing', () => {
    const slopes = gradient(boundary(), line(1, 1, 1, 0, 0), line(0.5, 0.5, 0.5, 0.5, 0.5));
    for (const [i, phi] of [-2, -1, 0, 1, 2].entries()) expect(slopes[i]).toBeCloseTo(phi / 5, 6);
    const [value] = evaluate(boundary({ spacing: [2] }), line(1, 0, 0), line(0, 0, 1));
    expect(value).toBeCloseTo(4 / 3, 6);
  });

  it('hausdorff: the distances of the prediction are constants in its slope', () => {
    const [slope] = gradient(hausdorff(), line(0, 0, 1), line(0.25, 0, 0.75));
    // 2 (p - y) (d_y^2 + d_p^2) / 3, both distances 2.
    expect(slope).toBeCloseTo((2 * 0.25 * 8) / 3, 5);
  });

  it.each([boundary(), hausdorff()])(
    'cost nothing for what is nowhere or everywhere, and leave nothing behind',
    async (loss) => {
      const [none, all, guess] = [zeros([1, 3, 1]), ones([1, 3, 1]), tensor(line(0.1, 0.2, 0.3))];
      for (const label of [none, all]) expect(loss(label, guess).dataSync()[0]).toBe(0);
      await expectNoLeak(() => loss(none, guess), 1);
      expect(() => loss(ones([1, 3]), ones([1, 3]))).toThrow('must have axes of pixels');
    },
  );
});
