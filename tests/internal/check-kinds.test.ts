import { describe, expect, it } from 'vitest';
import { checkBoolean, checkIndices, checkMembers, checkPlain, kindOf } from '../../src/internal/check-kinds';

describe('kinds of arguments', () => {
  it('are named as a reader would', () => {
    expect([kindOf('x'), kindOf(null), kindOf([1]), kindOf(Number.NaN), kindOf(() => 1)]).toEqual([
      "'x'",
      'null',
      'an array',
      'NaN',
      'a function',
    ]);
    expect([kindOf({}), kindOf(new Map())]).toEqual(['an object', 'an object of class Map']);
  });

  it('are refused with what came and what was expected', () => {
    expect(() => checkBoolean('false', 'f: shuffle')).toThrow(
      new TypeError("f: shuffle must be true or false, got 'false'."),
    );
    expect(() => checkMembers({ rows: [] }, { rows: 'array', read: 'function' }, 'f: dataset', 'a dataset')).toThrow(
      new TypeError("f: dataset must be a dataset, with the function 'read', got an object."),
    );
    expect(() => checkPlain(new Map(), 'f: options')).toThrow(TypeError);
    expect(() => checkPlain(Object.create(null), 'f: options')).not.toThrow();
    expect(() => checkIndices(['1' as never], [7, 8], 'f: indices')).toThrow(
      new TypeError("f: indices must be numbers, got '1' at place 0."),
    );
    expect(() => checkIndices([2], [7, 8], 'f: indices')).toThrow(
      new RangeError('f: indices must lie in 0 .. 1, got 2.'),
    );
  });
});
