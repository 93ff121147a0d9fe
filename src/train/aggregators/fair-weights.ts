import { dot, type Matrix, multiply, quadratic, solveLinear } from './linear-algebra';
import { definite } from './mgda';

/**
 * The w > 0 with (Gw)_k = w_k^(-1/a): the minimum of 1/2 w'Gw - sum of u(w_k), u' = w^(-1/a), which is strictly convex.
 * Newton's method with steps that keep w positive and lower the objective. A task without gradient gets 0: its loss
 * would not change whatever its weight.
 *
 * @throws Error where it does not converge.
 */
export function fairWeights(gramian: Matrix, a: number): number[] {
  const active = gramian.flatMap((row, k) => (row[k] > 0 ? [k] : []));
  if (active.length === 0) return gramian.map(() => 0);
  const g = definite(active.map((i) => active.map((j) => gramian[i][j])));
  const size = active.reduce((sum, k) => sum + gramian[k][k], 0);
  const power = 1 / a;
  const utility = (w: number): number => (power === 1 ? Math.log(w) : w ** (1 - power) / (1 - power));
  const objective = (w: readonly number[]): number =>
    quadratic(g, w) / 2 - w.reduce((sum, value) => sum + utility(value), 0);

  let w = g.map((row, i) => row[i] ** (-1 / (1 + power)));
  for (let round = 0; round < 200; round++) {
    const slope = multiply(g, w).map((value, k) => value - w[k] ** -power);
    const curvature = g.map((row, i) => row.map((v, j) => (i === j ? v + power * w[i] ** (-power - 1) : v)));
    const step = solveLinear(
      curvature,
      slope.map((value) => -value),
    );
    const decrease = -dot(slope, step);
    let share = Math.min(1, ...step.map((value, k) => (value < 0 ? (-0.9 * w[k]) / value : 1)));
    const before = objective(w);
    const after = (s: number): number[] => w.map((value, k) => value + s * step[k]);
    // Close to the minimum the objective no longer resolves a step, so a full one is taken there.
    if (decrease > 1e-9 * Math.abs(before)) {
      while (share > 1e-12 && !(objective(after(share)) <= before - 0.1 * share * decrease)) share /= 2;
    }
    const largest = Math.max(...step.map((value, k) => Math.abs(value) / w[k]));
    w = after(share);
    if (share === 1 && largest < 1e-12) break;
    if (round === 199) throw new Error('the fair weights did not converge');
  }
  // G was scaled to trace 1: with w = size^(-1 / (1 + power)) v, Gw = w^(-power) becomes that of v.
  const back = size ** (-1 / (1 + power));
  const weights = gramian.map(() => 0);
  for (const [i, k] of active.entries()) weights[k] = w[i] * back;
  return weights;
}
