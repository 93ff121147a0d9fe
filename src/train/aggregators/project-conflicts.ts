import type { Gramian } from '../../types';
import { dot } from './linear-algebra';

/** Removes from every gradient, for each of the others in turn, the component that points against that other. */
export function projectConflicts(gramian: Gramian, orders: readonly (readonly number[])[]): number[] {
  const total = gramian.map(() => 0);
  for (const [i, others] of orders.entries()) {
    const weights = gramian.map((_, j) => (i === j ? 1 : 0));
    for (const j of others) {
      const product = dot(gramian[j], weights);
      if (product < 0) weights[j] -= product / gramian[j][j];
    }
    for (const j of total.keys()) total[j] += weights[j];
  }
  return total;
}
