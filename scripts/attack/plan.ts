import type { Attack } from './attack';
import type { Order } from './worker';

/** How many cases each kind gets of so many in all. */
export function countCases(attacks: readonly Attack[], cases: number): Map<string, number> {
  const whole = attacks.reduce((sum, { share }) => sum + share, 0);
  return new Map(attacks.map(({ kind, share }) => [kind, Math.max(1, Math.round((cases * share) / whole))]));
}

/** The cases of all kinds, evenly mixed: where time runs out each kind has had its share. */
export function planCases(counts: ReadonlyMap<string, number>, seed: number): Order[] {
  return [...counts]
    .flatMap(([kind, count]) =>
      Array.from({ length: count }, (_, number) => ({ kind, seed, number, place: (number + 0.5) / count })),
    )
    .sort((a, b) => a.place - b.place)
    .map(({ place: _, ...order }) => order);
}
