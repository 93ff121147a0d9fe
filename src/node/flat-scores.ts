import type { TaskScores } from '../train/callbacks/callback';

function toNumber(result: unknown): number | undefined {
  if (typeof result === 'number') return result;
  const value = (result as { readonly value?: unknown } | null | undefined)?.value;
  return typeof value === 'number' ? value : undefined;
}

/**
 * Scores as pairs of a dotted name and a number, the total loss first: `loss`, `lesion.loss`, `lesion.dice`. A result
 * with a `value` (an interval) counts as that; results without one number (curves, matrices) are left out.
 */
export function flatScores(scores: TaskScores<string>): [name: string, value: number][] {
  const { loss, ...tasks } = scores;
  const flat: [string, number][] = [['loss', loss]];
  for (const [task, results] of Object.entries(tasks)) {
    for (const [name, result] of Object.entries(results)) {
      const value = toNumber(result);
      if (value !== undefined) flat.push([`${task}.${name}`, value]);
    }
  }
  return flat;
}
