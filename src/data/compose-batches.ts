/** How many samples of each kind a batch takes. */
export type Composition = readonly number[];

/** Samples that are drawn from alike. */
export interface Kind {
  /** In errors. */
  readonly name: string;
  /** For each task that batches are balanced for: whether these samples have its label. */
  readonly has: readonly boolean[];
  /** Rows of the dataset. */
  readonly indices: number[];
}

/**
 * Composes the batches of an epoch from the numbers of samples alone, so that every epoch has the same length. A batch
 * first takes what its guarantees need, the scarcest task first, then fills up with samples that were not shown yet;
 * both from the kind of which the smallest share has been shown.
 */
export function composeWithAtLeast(kinds: readonly Kind[], batchSize: number, needs: readonly number[]): Composition[] {
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

/**
 * Composes the batches of an epoch in which each kind is shown as often as the largest one has samples: in turn, so that
 * a batch takes as many of each, give or take one.
 */
export function composeEqually(kinds: readonly Kind[], batchSize: number): Composition[] {
  const most = Math.ceil(batchSize / kinds.length);
  for (const { name, indices } of kinds) {
    if (indices.length >= most) continue;
    throw new RangeError(
      `batches: a batch of ${batchSize} takes up to ${most} samples of '${name}', of which there are ${indices.length}; ` +
        `make batchSize at most ${indices.length * kinds.length}, or join '${name}' with another key.`,
    );
  }
  const total = kinds.length * Math.max(...kinds.map(({ indices }) => indices.length));
  return Array.from({ length: Math.ceil(total / batchSize) }, (_, batch) => {
    const taken = kinds.map(() => 0);
    const end = Math.min(total, (batch + 1) * batchSize);
    for (let i = batch * batchSize; i < end; i++) taken[i % kinds.length]++;
    return taken;
  });
}
