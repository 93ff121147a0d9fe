import { random } from '../internal/random';

/**
 * The fold of each sample, from 0: samples of one group in one fold, and both classes spread over the folds, group by group in an
 * order drawn by the seed, each to the fold that has fewest of its classes.
 */
export function drawFolds(labels: readonly number[], groups: readonly string[], folds: number, seed: number): number[] {
  const members = new Map<string, number[]>();
  for (const [i, group] of groups.entries()) members.set(group, [...(members.get(group) ?? []), i]);
  const counts = Array.from({ length: folds }, () => [0, 0]);
  const found = labels.map(() => 0);
  const drawn = random(seed, 'svm', 'folds').shuffle([...members.values()]);
  // The largest first, so that the small ones make up for them.
  for (const indices of drawn.sort((a, b) => b.length - a.length)) {
    const own = [0, 1].map((label) => indices.filter((i) => labels[i] === label).length);
    const load = counts.map((count) => own[0] * count[0] + own[1] * count[1]);
    const fold = load.indexOf(Math.min(...load));
    for (const i of indices) found[i] = fold;
    counts[fold] = counts[fold].map((count, label) => count + own[label]);
  }
  return found;
}
