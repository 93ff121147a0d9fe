import { fill, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { type GradDropOptions, gradDrop } from '../../../src/train/index';
import { useCpu } from '../../support/cpu';
import { expectNoLeak } from '../../support/leaks';

useCpu();

function join(rows: number[][], options: GradDropOptions<string> = {}, step = 0, place = 0): number[] {
  const tasks = rows.map((_, k) => `t${k}`);
  return tidy(() => gradDrop(options).join(tensor2d(rows), tasks, { step, losses: {}, place }).arraySync());
}

const repeat = (value: number, count: number) => Array.from({ length: count }, () => value);

describe('gradDrop', () => {
  it('keeps a sign as often as its share of the gradients has it', () => {
    const count = 20000;
    const joined = join([repeat(3, count), repeat(0.5, count), repeat(-1.5, count)]);
    expect(new Set(joined)).toEqual(new Set([3.5, -1.5]));
    const share = joined.filter((value) => value > 0).length / count;
    // P = (1 + 2 / 5) / 2; three standard deviations.
    expect(Math.abs(share - 0.7)).toBeLessThan(3 * Math.sqrt((0.7 * 0.3) / count));
  });

  it('is the sum where all tasks agree, however long it draws', () => {
    const count = 20000;
    expect(new Set(join([repeat(0.75, count), repeat(0.5, count)]))).toEqual(new Set([1.25]));
    expect(new Set(join([repeat(-0.75, count), repeat(-0.5, count)]))).toEqual(new Set([-1.25]));
  });

  it('leaves the gradient of a single task alone, and gives zero for zero gradients', () => {
    const row = [1, -2, 0, 0.125];
    expect(join([row])).toEqual(row);
    expect(join([repeat(0, 3), repeat(0, 3)])).toEqual([0, 0, 0]);
  });

  it('lets the leak of a task pass whatever its sign', () => {
    const count = 50;
    const joined = join([repeat(4, count), repeat(-4, count)], { leak: { t0: 0.25 } });
    expect(new Set(joined)).toEqual(new Set([4, -3]));
    expect(join([repeat(4, 9), repeat(-1, 9)], { leak: { t0: 1, t1: 1 } })).toEqual(repeat(3, 9));
  });

  it('draws anew for each seed, step and place, and the same again for the same', () => {
    const rows = [repeat(1, 64), repeat(-1, 64)];
    const drawn = [join(rows), join(rows, { seed: 1 }), join(rows, {}, 1), join(rows, {}, 0, 1)];
    expect(new Set(drawn.map(String)).size).toBe(4);
    expect(join(rows, {}, 1)).toEqual(drawn[2]);
  });

  it('leaves one tensor behind: what it gives', async () => {
    const gradients = fill([2, 5], 1);
    await expectNoLeak(() => gradDrop().join(gradients as never, ['a', 'b'], { step: 0, losses: {}, place: 0 }), 1);
  });

  it('refuses a seed and a leak out of range', () => {
    expect(() => gradDrop({ seed: -1 })).toThrow(
      new RangeError('gradDrop: seed must be an integer of at least 0, got -1.'),
    );
    expect(() => gradDrop({ leak: { a: 1.5 } })).toThrow(
      new RangeError("gradDrop: leak of 'a' must lie in [0, 1], got 1.5."),
    );
  });
});
