import type { Eigen } from './eigen';
import { addRidge, dot, type Matrix, solveLinear } from './linear-algebra';
import { fromEigen, significantEigen } from './significant-eigen';

/** Keeps the answer finite where gradients cancel each other; 1e-9 of their squared lengths. */
const RIDGE = 1e-9;

/**
 * The u > 0 of least 1/2 u'Cu - sum of c_k f(u_k), f' = u^(-power): a strictly convex problem, by Newton's method with
 * steps that keep u positive and lower the objective. C is given by its eigenvalues, and the ridge: where gradients
 * cancel each other, u is large, and only so do their differences keep their digits.
 */
function minimize({ values, vectors }: Eigen, c: readonly number[], power: number): number[] {
  const along = (u: readonly number[]): number[] => vectors.map((vector) => dot(vector, u));
  const quadratic = (u: readonly number[]): number =>
    along(u).reduce((sum, part, i) => sum + values[i] * part ** 2, RIDGE * dot(u, u));
  const multiply = (u: readonly number[]): number[] => {
    const parts = along(u);
    return u.map((value, k) => parts.reduce((sum, part, i) => sum + values[i] * part * vectors[i][k], RIDGE * value));
  };
  const matrix = addRidge(
    fromEigen({ values, vectors }, (value) => value, c.length),
    RIDGE,
  );
  const utility = (u: number): number => (power === 1 ? Math.log(u) : u ** (1 - power) / (1 - power));
  const objective = (u: readonly number[]): number =>
    quadratic(u) / 2 - u.reduce((sum, value, k) => sum + c[k] * utility(value), 0);
  let u = c.map((value) => value ** (1 / (1 + power)));
  for (let round = 0; round < 200; round++) {
    const slope = multiply(u).map((value, k) => value - c[k] * u[k] ** -power);
    const curvature = matrix.map((row, i) =>
      row.map((value, j) => (i === j ? value + power * c[i] * u[i] ** (-power - 1) : value)),
    );
    const step = solveLinear(
      curvature,
      slope.map((value) => -value),
    );
    const after = (share: number): number[] => u.map((value, k) => value + share * step[k]);
    // Newton's method squares the error: after a full step of 1e-6 nothing is left to gain.
    if (step.every((value, k) => Math.abs(value) < 1e-6 * u[k])) return after(1);
    const before = objective(u);
    const decrease = -dot(slope, step);
    const rounding = 1e-14 * Math.abs(before); // of the objective; smaller changes are noise
    let share = Math.min(1, ...step.map((value, k) => (value < 0 ? (-0.9 * u[k]) / value : 1)));
    while (share > 1e-9 && !(objective(after(share)) <= before - 0.1 * share * decrease + rounding)) share /= 2;
    u = after(share);
  }
  throw new Error('the fair weights were not found in 200 Newton steps');
}

/**
 * The w > 0 with (Gw)_k = w_k^(-power). A task without gradient gets 0: no weight would change its loss.
 *
 * In w_k = u_k / |g_k| it is (Cu)_k = |g_k|^(power - 1) u_k^(-power), C the cosines, whatever the gradients' lengths.
 *
 * @throws {Error} where it is not found.
 */
export function fairWeights(gramian: Matrix, power: number): number[] {
  const active = gramian.flatMap((row, k) => (row[k] > 0 ? [k] : []));
  if (active.length === 0) return gramian.map(() => 0);
  const lengths = active.map((k) => Math.sqrt(gramian[k][k]));
  const cosines = active.map((i, a) => active.map((j, b) => gramian[i][j] / lengths[a] / lengths[b]));
  const u = minimize(
    significantEigen(cosines),
    lengths.map((length) => length ** (power - 1)),
    power,
  );
  const weights = gramian.map(() => 0);
  for (const [a, k] of active.entries()) weights[k] = u[a] / lengths[a];
  return weights;
}
