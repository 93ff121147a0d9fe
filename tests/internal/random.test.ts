import { describe, expect, it } from 'vitest';
import { philox4x32 } from '../../src/internal/philox';
import { deriveSeed, random } from '../../src/internal/random';

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

/** Philox4x32-10 once more, in whole numbers of any size. */
function exactPhilox(counter: readonly bigint[], key: readonly bigint[]): bigint[] {
  const MASK = 0xffffffffn;
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const [p0, p1] = [0xd2511f53n * c0, 0xcd9e8d57n * c2];
    [c0, c1, c2, c3] = [(p1 >> 32n) ^ c1 ^ k0, p1 & MASK, (p0 >> 32n) ^ c3 ^ k1, p0 & MASK];
    [k0, k1] = [(k0 + 0x9e3779b9n) & MASK, (k1 + 0xbb67ae85n) & MASK];
  }
  return [c0, c1, c2, c3];
}

/** FNV-1a of 32 bits, once more. */
const exactFnv = (text: string, offset = 0x811c9dc5n): bigint =>
  [...text].reduce((value, letter) => ((value ^ BigInt(letter.charCodeAt(0))) * 0x01000193n) & 0xffffffffn, offset);

describe('random', () => {
  it('draws from Philox4x32-10, keyed by the seed and counted from the hashes of its names', () => {
    const all = 0xffffffffn;
    expect(exactPhilox([all, all, all, all], [all, all])).toEqual([0x408f276dn, 0x41c83b0en, 0xa20bc7c6n, 0x6d5451fdn]);
    // Known answers of Landon Curt Noll's page on FNV, http://www.isthe.com/chongo/tech/comp/fnv/
    expect([exactFnv(''), exactFnv('a'), exactFnv('foobar')]).toEqual([0x811c9dc5n, 0xe40c292cn, 0xbf9cf968n]);

    const name = 'string:shuffle|number:3';
    const blocks = [0n, 1n, 2n].flatMap((block) =>
      exactPhilox([block, 0n, exactFnv(name), exactFnv(name, 0x01234567n)], [7n, 5n]),
    );
    const { bits } = random(5 * 2 ** 32 + 7, 'shuffle', 3);
    expect(blocks.map(() => BigInt(bits()))).toEqual(blocks);
  });

  it.each([0.5, Number.NaN, 2 ** 53, Number.POSITIVE_INFINITY])('refuses the seed %s', (seed) => {
    expect(() => random(seed)).toThrow(new RangeError(`random: seed must be a whole number, got ${seed}.`));
  });

  it.each([0, -1, 1.5, 2 ** 32 + 1, Number.NaN])('has no integer below %s', (n) => {
    expect(() => random(1).integer(n)).toThrow(`random: integer(n) takes a whole number from 1 to 2^32, got ${n}.`);
  });

  it('gives integers below the end, and all of them', () => {
    const { integer } = random(1, 'integers');
    expect(new Set(Array.from({ length: 200 }, () => integer(5)))).toEqual(new Set([0, 1, 2, 3, 4]));
    expect(random(1).integer(1)).toBe(0);
    expect(random(1).integer(2 ** 32)).toBe(random(1).bits());
  });

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
