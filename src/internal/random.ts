import { kindOf } from './check-kinds';
import { philox4x32 } from './philox';

/** A stream of random numbers that depends only on its seed and names. */
export interface Random {
  /** 32 random bits, as an integer in [0, 2^32). */
  bits(): number;
  /** Uniform in [low, high), with 32 bits of resolution. Default: [0, 1). */
  uniform(low?: number, high?: number): number;
  /**
   * Uniform over 0 .. n - 1, for n up to 2^32; where n is no power of 2, a number is up to n / 2^32 more likely than
   * another.
   *
   * @throws {RangeError} when n is not a whole number from 1 to 2^32.
   */
  integer(n: number): number;
  /** Normal by the Box-Muller transform. Default: mean 0, deviation 1. */
  normal(mean?: number, deviation?: number): number;
  /** A shuffled copy (Fisher and Yates). */
  shuffle<V>(values: readonly V[]): V[];
}

/** FNV-1a over the UTF-16 code units of the parts. */
function hash(parts: readonly (number | string)[], offset: number): number {
  let value = offset;
  for (const character of parts.map((part) => `${typeof part}:${part}`).join('|')) {
    value = Math.imul(value ^ character.charCodeAt(0), 0x01000193);
  }
  return value >>> 0;
}

/** A new seed, in [0, 2^31), for one named use of `seed`: a layer, an epoch, a sample. */
export function deriveSeed(seed: number, ...stream: readonly (number | string)[]): number {
  return random(seed, ...stream).bits() >>> 1;
}

/**
 * The random numbers of one named use of `seed`.
 *
 * The same seed and names lead to the same numbers on every machine; other names to an independent stream, so that no
 * use of a seed shifts the numbers of another one. There is no state to save: what was drawn in an epoch is drawn again
 * by naming the epoch. For simulations, not for secrets.
 *
 * The generator is Philox4x32-10, its key the seed, its counter how many blocks were drawn and a hash of the names.
 * Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011, doi:10.1145/2063384.2063405.
 *
 * `seed`: a whole number, with all of its 53 bits in use; `stream`: names and numbers of the use, where the string '3' is
 * another name than the number 3.
 *
 * @throws {RangeError} when `seed` is not a whole number of at most 53 bits.
 * @throws {TypeError} for a name that is neither a text nor a number.
 * @example
 * ```ts
 * import { random } from 'tfjs-multitask/data';
 *
 * const draw = random(1, 'order', 0);
 * const order = draw.shuffle([0, 1, 2, 3]);
 * const angle = random(1, 'angle', 0).normal(0, 10);
 * ```
 */
export function random(seed: number, ...stream: readonly (number | string)[]): Random {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`random: seed must be a whole number, got ${seed}.`);
  for (const part of stream) {
    if (typeof part === 'string' || (typeof part === 'number' && !Number.isNaN(part))) continue;
    throw new TypeError(`random: the names of a stream must be texts or numbers, got ${kindOf(part)}.`);
  }
  const key = [seed >>> 0, Math.floor(seed / 0x100000000) >>> 0];
  const streamLow = hash(stream, 0x811c9dc5);
  const streamHigh = hash(stream, 0x01234567);
  let low = 0;
  let high = 0;
  let block: readonly number[] = [];
  let used = 4;
  let spare: number | undefined;

  const bits = (): number => {
    if (used === 4) {
      block = philox4x32([low, high, streamLow, streamHigh], key);
      used = 0;
      low = (low + 1) >>> 0;
      if (low === 0) high = (high + 1) >>> 0;
    }
    return block[used++];
  };
  const uniform = (from = 0, to = 1): number => from + (to - from) * (bits() / 0x100000000);
  const integer = (n: number): number => {
    if (!Number.isInteger(n) || n < 1 || n > 0x100000000) {
      throw new RangeError(`random: integer(n) takes a whole number from 1 to 2^32, got ${n}.`);
    }
    return Math.floor((bits() / 0x100000000) * n);
  };
  const normal = (mean = 0, deviation = 1): number => {
    let value = spare;
    spare = undefined;
    if (value === undefined) {
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
      const angle = 2 * Math.PI * uniform();
      value = radius * Math.cos(angle);
      spare = radius * Math.sin(angle);
    }
    return mean + deviation * value;
  };
  const shuffle = <V>(values: readonly V[]): V[] => {
    const result = [...values];
    for (let i = result.length - 1; i > 0; i--) {
      const j = integer(i + 1);
      [result[i], result[j]] = [result[j], result[i]];
    }
    return result;
  };
  return { bits, uniform, integer, normal, shuffle };
}
