import type { Matrix } from './linear-algebra';

/** The eigenvalues of a symmetric matrix, largest first, each with its vector. */
export interface Eigen {
  readonly values: readonly number[];
  readonly vectors: Matrix;
}

/** Cyclic Jacobi rotations: exact to rounding for the small symmetric matrices met here. */
export function eigen(symmetric: Matrix): Eigen {
  const n = symmetric.length;
  const a = symmetric.map((row) => [...row]);
  const rows = a.map((row, i) => row.map((_, j): number => (i === j ? 1 : 0)));
  const size = Math.sqrt(a.flat().reduce((sum, v) => sum + v * v, 0));
  const rotate = (p: number, q: number): void => {
    if (Math.abs(a[p][q]) <= Number.EPSILON * size * 1e-4) return;
    const theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
    const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
    const c = 1 / Math.hypot(t, 1);
    const s = t * c;
    for (let k = 0; k < n; k++) [a[k][p], a[k][q]] = [c * a[k][p] - s * a[k][q], s * a[k][p] + c * a[k][q]];
    for (let k = 0; k < n; k++) [a[p][k], a[q][k]] = [c * a[p][k] - s * a[q][k], s * a[p][k] + c * a[q][k]];
    for (let k = 0; k < n; k++) {
      [rows[p][k], rows[q][k]] = [c * rows[p][k] - s * rows[q][k], s * rows[p][k] + c * rows[q][k]];
    }
  };
  // Convergence is quadratic: a handful of sweeps is enough for any matrix of this size.
  for (let sweep = 0; sweep < 30; sweep++) for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(p, q);
  const order = rows.map((_, i) => i).sort((i, j) => a[j][j] - a[i][i]);
  return { values: order.map((i) => a[i][i]), vectors: order.map((i) => rows[i]) };
}
