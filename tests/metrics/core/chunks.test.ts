import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { appendChunk, type Chunks, joinChunks } from '../../../src/metrics/core/chunks';

type List = readonly number[];
const join = (a: List, b: List): List => [...a, ...b];
const lists = fc.array(fc.array(fc.integer(), { maxLength: 5 }), { maxLength: 20 });
const build = (parts: readonly List[]): Chunks<List> =>
  parts.reduce<Chunks<List>>((chunks, part) => appendChunk(chunks, part, join), []);

describe('a growing list', () => {
  it('keeps all values in their order', () => {
    fc.assert(
      fc.property(lists, lists, (a, b) => {
        expect(build(a).flat()).toEqual(a.flat());
        expect(joinChunks(build(a), build(b), join).flat()).toEqual([...a, ...b].flat());
      }),
    );
  });

  it('leaves the old list as it was', () => {
    const old = build([[1, 2], [3]]);
    const before = structuredClone(old);
    appendChunk(old, [4, 5, 6], join);
    expect(old).toEqual(before);
  });

  it('copies each value O(log n) times and has O(log n) chunks', () => {
    let copied = 0;
    const counting = (a: List, b: List): List => {
      copied += a.length + b.length;
      return join(a, b);
    };
    let chunks: Chunks<List> = [];
    for (let i = 0; i < 4096; i++) chunks = appendChunk(chunks, [i], counting);
    expect(chunks.length).toBeLessThanOrEqual(12);
    expect(copied).toBeLessThanOrEqual(4096 * 12);
  });
});
