import type { Gramian } from '../../types';
import { dot, multiply } from './linear-algebra';

const EPSILON = 1e-8;

/**
 * One vaccination in the given orders; `expected(i, j)` reads and `see(i, j, cosine)` records the cosine of two tasks.
 */
export function vaccinate(
  gramian: Gramian,
  orders: readonly (readonly number[])[],
  expected: (i: number, j: number) => number,
  see: (i: number, j: number, cosine: number) => void,
): number[] {
  const total = gramian.map(() => 0);
  for (const [i, others] of orders.entries()) {
    const weights = gramian.map((_, j) => (i === j ? 1 : 0));
    for (const j of others) {
      const products = multiply(gramian, weights);
      const length = Math.sqrt(Math.max(dot(products, weights), 0));
      const other = Math.sqrt(gramian[j][j]);
      const cosine = products[j] / (length * other + EPSILON);
      const goal = expected(i, j);
      if (cosine < goal) {
        const sine = Math.sqrt(Math.max(1 - cosine ** 2, 0));
        const goalSine = Math.sqrt(Math.max(1 - goal ** 2, 0));
        weights[j] += (length * (goal * sine - cosine * goalSine)) / (other * goalSine + EPSILON);
      }
      see(i, j, cosine);
    }
    for (const j of total.keys()) total[j] += weights[j];
  }
  return total;
}
