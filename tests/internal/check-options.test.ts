import { describe, expect, it } from 'vitest';
import { checkOptions } from '../../src/internal/check-options';
import { nearest } from '../../src/internal/nearest';

interface Options {
  readonly batchSize?: number;
  readonly shuffle?: boolean;
}
type Either = { readonly low?: number } | { readonly percentiles?: number };

describe('checkOptions', () => {
  it('takes any of the options that are known', () => {
    const none: Options = {};
    checkOptions(none, ['batchSize', 'shuffle'], 'f');
    const some: Options = { shuffle: true };
    checkOptions(some, ['batchSize', 'shuffle'], 'f');
    const one: Either = { percentiles: 1 } as Either;
    checkOptions(one, ['low', 'percentiles'], 'f');
  });

  it('refuses another one with the nearest name that is known', () => {
    const check = (options: object): void => checkOptions(options as Options, ['batchSize', 'shuffle'], 'f');
    expect(() => check({ batchsize: 2 })).toThrow(
      new RangeError("f: unknown option 'batchsize'. Did you mean 'batchSize'? The options are batchSize, shuffle."),
    );
    expect(() => check({ shufle: undefined })).toThrow("unknown option 'shufle'. Did you mean 'shuffle'?");
    expect(() => check({ epochs: 3 })).toThrow(
      new RangeError("f: unknown option 'epochs'. The options are batchSize, shuffle."),
    );
  });

  it('refuses what is no object of options', () => {
    for (const [options, said] of [
      [4, '4'],
      [null, 'null'],
      ['shuffle', "'shuffle'"],
      [new Date(0), 'an object of class Date'],
      [Promise.resolve(1), 'an object of class Promise'],
      [Float32Array.of(1), 'an object of class Float32Array'],
      [[1], 'an array'],
    ] as const) {
      expect(() => checkOptions(options as unknown as Options, ['batchSize', 'shuffle'], 'f')).toThrow(
        new TypeError(`f: options must be an object, got ${said}.`),
      );
    }
  });

  it('does not compile with a list that lacks a name or has a foreign one', () => {
    const options: Options = {};
    // @ts-expect-error: shuffle is missing
    checkOptions(options, ['batchSize'], 'f');
    // @ts-expect-error: seed is no option
    checkOptions(options, ['batchSize', 'shuffle', 'seed'], 'f');
    // @ts-expect-error: percentiles is missing, a member of one side of the union
    checkOptions({} as Either, ['low'], 'f');
  });
});

describe('nearest', () => {
  it('is the name that takes the fewest changes', () => {
    expect(nearest('kitten', ['mitten', 'sitting'])).toBe('mitten'); // 1 and 3
    expect(nearest('sunday', ['saturday', 'sundry'])).toBe('sundry'); // 3 and 1
    expect(nearest('FILL', ['size', 'fill'])).toBe('fill');
  });

  it('is nothing where more than half of the letters would change', () => {
    expect(nearest('abcd', ['abxy'])).toBe('abxy');
    expect(nearest('abcd', ['axyz'])).toBeUndefined();
    expect(nearest('abcd', [])).toBeUndefined();
  });
});
