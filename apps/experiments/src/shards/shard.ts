/** One of several equal parts of the work, as a command line names it: `2/4` is the second of four. */
export interface Shard {
  /** From 1. */
  readonly index: number;
  readonly count: number;
}

/** Reads `--shard i/n`; undefined where it was not given. */
export function parseShard(text: string | undefined): Shard | undefined {
  if (text === undefined) return undefined;
  const [, index, count] = /^(\d{1,9})\/(\d{1,9})$/.exec(text)?.map(Number) ?? [];
  if (index === undefined || index < 1 || index > count) {
    throw new RangeError(`--shard must be i/n with i from 1 to n, as 2/4 for the second of four parts; got '${text}'.`);
  }
  return { index, count };
}

/**
 * The items of one shard, in their order. All shards together have each item once; they are so made that the costs of the
 * shards differ little: the costliest item first, each to the shard that has least. Equal costs go round.
 */
export function itemsOf<V>(items: readonly V[], { index, count }: Shard, costOf: (item: V) => number = () => 1): V[] {
  const costs = items.map(costOf);
  const byCost = items.map((_, i) => i).sort((a, b) => costs[b] - costs[a] || a - b);
  const loads = new Array<number>(Math.min(count, items.length)).fill(0);
  const own = new Set<number>();
  for (const i of byCost) {
    const least = loads.indexOf(Math.min(...loads));
    loads[least] += costs[i];
    if (least === index - 1) own.add(i);
  }
  return items.filter((_, i) => own.has(i));
}
