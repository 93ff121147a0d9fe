import { describe, expect, it } from 'vitest';
import { declareGrid } from '../src/grid/grids';
import { parseCommandLine } from '../src/options';
import { costOf } from '../src/runs/progress';
import { itemsOf, parseShard } from '../src/shards/shard';

const shardsOf = <V>(items: readonly V[], count: number, costOfItem?: (item: V) => number): V[][] =>
  Array.from({ length: count }, (_, i) => itemsOf(items, { index: i + 1, count }, costOfItem));
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

describe('--shard', () => {
  it('is read', () => {
    expect(parseShard(undefined)).toBeUndefined();
    expect(parseShard('1/1')).toEqual({ index: 1, count: 1 });
    expect(parseCommandLine(['--shard', '2/4'])).toMatchObject({ shard: { index: 2, count: 4 } });
  });

  it.each(['0/4', '5/4', '1/0', '0/0', '-1/4', '1.5/4', '1/4/2', 'first', '', '2', '/4', '1/', '1 /4', '1e1/20'])(
    'refuses %j',
    (text) => {
      expect(() => parseCommandLine([`--shard=${text}`])).toThrow(
        `--shard must be i/n with i from 1 to n, as 2/4 for the second of four parts; got '${text}'.`,
      );
    },
  );
});

describe('itemsOf', () => {
  it('deals out equal items in turn', () => {
    expect(shardsOf(['a', 'b', 'c', 'd', 'e'], 2)).toEqual([
      ['a', 'c', 'e'],
      ['b', 'd'],
    ]);
  });

  it('gives the costliest item first, each to the shard that has least', () => {
    // 9 to the first; 7 and then 3 (a tie with nobody) to the second; 2 to the first, whose 9 is then less than 10.
    expect(shardsOf([2, 7, 9, 3], 2, (cost) => cost)).toEqual([
      [2, 9],
      [7, 3],
    ]);
  });

  it('leaves shards empty where there are more of them than items', () => {
    expect(shardsOf(['a', 'b'], 4)).toEqual([['a'], ['b'], [], []]);
    expect(shardsOf([], 2)).toEqual([[], []]);
  });

  it.each(['quick', 'paper', 'pretrained', 'tiny'] as const)(
    'has each run of %s once, in parts of like cost',
    (grid) => {
      const { runs } = declareGrid(grid, { mixedSource: 'figures' });
      const cost = (config: (typeof runs)[number]): number => costOf(config, 200);
      for (const count of [1, 2, 3, 4, 7, 8]) {
        const shards = shardsOf(runs, count, cost);
        expect(shards.flat()).toHaveLength(runs.length);
        expect(new Set(shards.flat())).toEqual(new Set(runs));
        for (const shard of shards) expect(shard).toEqual(runs.filter((run) => shard.includes(run)));
        const loads = shards.map((shard) => sum(shard.map(cost)));
        // No order of giving leaves more between two shards than the costliest item.
        expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(Math.max(...runs.map(cost)));
      }
    },
  );
});
