import { describe, expect, it } from 'vitest';
import { deriveSeed, philox4x32, random } from '../../src/internal/random';

describe('philox4x32', () => {
  // Known answers published with Random123 (kat_vectors, philox 4x32 10).
  it('gives the published answers', () => {
    const all = 0xffffffff;
    expect(philox4x32([0, 0, 0, 0], [0, 0])).toEqual([0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
    expect(philox4x32([all, all, all, all], [all, all])).toEqual([0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]);
    expect(philox4x32([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0])).toEqual([
      0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1,
    ]);
  });
});

describe('random', () => {
  it('depends on the seed and the stream alone', () => {
    const draw = (seed: number, ...stream: (string | number)[]) => {
      const rng = random(seed, ...stream);
      return Array.from({ length: 9 }, () => rng.bits());
    };
    expect(draw(7, 'shuffle', 3)).toEqual(draw(7, 'shuffle', 3));
    expect(draw(7, 'shuffle', 3)).not.toEqual(draw(7, 'shuffle', 4));
    expect(draw(7, 'shuffle', 3)).not.toEqual(draw(8, 'shuffle', 3));
    expect(draw(7, '3')).not.toEqual(draw(7, 3));
    expect(draw(1)).not.toEqual(draw(1 + 2 ** 32));
  });

  it('has the moments of its distributions', () => {
    const rng = random(1, 'moments');
    const n = 100_000;
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / n;
    const uniform = Array.from({ length: n }, () => rng.uniform());
    expect(mean(uniform)).toBeCloseTo(0.5, 2);
    expect(mean(uniform.map((u) => (u - 0.5) ** 2))).toBeCloseTo(1 / 12, 2);
    const normal = Array.from({ length: n }, () => rng.normal(2, 3));
    expect(Math.abs(mean(normal) - 2)).toBeLessThan(0.05);
    expect(Math.abs(mean(normal.map((v) => (v - 2) ** 2)) - 9)).toBeLessThan(0.2);
  });

  it('shuffles without losing anything', () => {
    const values = Array.from({ length: 50 }, (_, i) => i);
    const shuffled = random(3, 'x').shuffle(values);
    expect(shuffled).not.toEqual(values);
    expect([...shuffled].sort((a, b) => a - b)).toEqual(values);
  });

  it('derives seeds that a 31-bit seed field can hold', () => {
    expect(deriveSeed(5, 'a')).toBeLessThan(2 ** 31);
    expect(deriveSeed(5, 'a')).not.toBe(deriveSeed(5, 'b'));
  });
});
