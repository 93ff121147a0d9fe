import { random } from '../internal/random';
import type { Row, SomeTasks } from '../types';

/** How many samples of each kind a batch takes. A kind is a set of balanced tasks that samples have labels for. */
type Composition = readonly number[];

interface Kind {
  /** For each balanced task: whether these samples have its label. */
  readonly has: readonly boolean[];
  /** Rows of the dataset. */
  readonly indices: number[];
}

/** Plans the batches of any epoch. */
export interface EpochPlan {
  readonly steps: number;
  /** Row indices of each batch. */
  batches(epoch: number): number[][];
}

interface PlanOptions<T extends string> {
  readonly indices: readonly number[];
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly seed: number;
  readonly balance: SomeTasks<T, number>;
  readonly dropRemainder: boolean;
}

function kindsOf<T extends string>(rows: readonly Row<T>[], indices: readonly number[], tasks: readonly T[]): Kind[] {
  const kinds = new Map<string, Kind>();
  for (const index of indices) {
    const has = tasks.map((task) => rows[index].tasks.includes(task));
    const kind = kinds.get(has.join()) ?? { has, indices: [] };
    kind.indices.push(index);
    kinds.set(has.join(), kind);
  }
  return [...kinds.values()];
}

/**
 * Composes the batches of an epoch from the numbers of samples alone, so that every epoch has the same length. A batch
 * first takes what its guarantees need, the scarcest task first, then fills up with samples that were not shown yet;
 * both from the kind of which the smallest share has been shown.
 */
function compose(kinds: readonly Kind[], batchSize: number, needs: readonly number[]): Composition[] {
  const sizes = kinds.map(({ indices }) => indices.length);
  const shown = kinds.map(() => 0);
  const labelled = needs.map((_, t) => kinds.reduce((sum, { has }, k) => sum + (has[t] ? sizes[k] : 0), 0));
  const scarcest = needs.map((_, t) => t).sort((a, b) => labelled[a] - labelled[b]);
  const all = kinds.map((_, k) => k);
  const isFresh = (k: number): boolean => shown[k] < sizes[k];
  const leastShown = (some: readonly number[]): number =>
    some.reduce((a, b) => (shown[b] / sizes[b] < shown[a] / sizes[a] ? b : a));

  const compositions: Composition[] = [];
  while (all.some(isFresh)) {
    const taken = kinds.map(() => 0);
    const missing = [...needs];
    let room = batchSize;
    let fresh = 0;
    const take = (k: number): void => {
      if (isFresh(k)) fresh++;
      shown[k]++;
      taken[k]++;
      room--;
      for (const t of scarcest) if (kinds[k].has[t]) missing[t]--;
    };
    for (const t of scarcest) {
      while (missing[t] > 0 && room > 0) take(leastShown(all.filter((k) => kinds[k].has[t] && taken[k] < sizes[k])));
    }
    while (room > 0 && all.some(isFresh)) take(leastShown(all.filter(isFresh)));
    if (missing.some((count) => count > 0) || fresh === 0) {
      throw new RangeError(
        `batches: a batch of ${batchSize} has no room for what balance asks beside the samples without those labels; ` +
          'ask for fewer, or make batchSize larger.',
      );
    }
    compositions.push(taken);
  }
  return compositions;
}

/** Draws from a kind in passes: each pass shows all of its samples once, in its own order. */
function drawer(order: (pass: number) => number[]): (batch: readonly number[]) => number {
  let queue = order(0);
  let at = 0;
  let passes = 1;
  return (batch) => {
    let found = at;
    while (batch.includes(queue[found])) found++;
    if (found >= queue.length) {
      queue = [...queue.slice(at), ...order(passes++)];
      found -= at;
      at = 0;
      while (batch.includes(queue[found])) found++;
    }
    const index = queue[found];
    queue.copyWithin(at + 1, at, found);
    at++;
    return index;
  };
}

export function epochPlan<T extends string>(
  rows: readonly Row<T>[],
  { indices, batchSize, shuffle, seed, balance, dropRemainder }: PlanOptions<T>,
): EpochPlan {
  const tasks = (Object.keys(balance) as T[]).filter((task) => (balance[task] as number) > 0);
  const needs = tasks.map((task) => balance[task] as number);
  const kinds = kindsOf(rows, indices, tasks);
  tasks.forEach((task, t) => {
    const labelled = kinds.reduce((sum, { has, indices }) => sum + (has[t] ? indices.length : 0), 0);
    if (labelled < needs[t]) {
      throw new RangeError(
        `batches: balance.${task} asks for ${needs[t]} labelled samples in each batch, but only ${labelled} of ` +
          `${indices.length} have a label for '${task}'.`,
      );
    }
  });
  const all = compose(kinds, batchSize, needs);
  const isFull = (composition: Composition): boolean => composition.reduce((a, b) => a + b, 0) === batchSize;
  const full = all.filter(isFull);
  const rest = dropRemainder ? [] : all.filter((composition) => !isFull(composition));

  return {
    steps: full.length + rest.length,
    batches(epoch) {
      const draw = kinds.map((kind, k) =>
        drawer((pass) => (shuffle ? random(seed, 'batches', epoch, k, pass).shuffle(kind.indices) : [...kind.indices])),
      );
      const compositions = shuffle ? random(seed, 'compositions', epoch).shuffle(full) : full;
      return [...compositions, ...rest].map((composition) => {
        const batch: number[] = [];
        composition.forEach((count, k) => {
          for (let i = 0; i < count; i++) batch.push(draw[k](batch));
        });
        return batch;
      });
    },
  };
}
