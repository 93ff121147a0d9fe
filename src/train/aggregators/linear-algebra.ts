/** A small dense matrix, row by row. */
export type Matrix = readonly (readonly number[])[];

export const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, v, i) => sum + v * b[i], 0);

export const multiply = (matrix: Matrix, vector: readonly number[]): number[] => matrix.map((row) => dot(row, vector));

/** x'Ax. */
export const quadratic = (matrix: Matrix, vector: readonly number[]): number => dot(vector, multiply(matrix, vector));

export const scale = (matrix: Matrix, factor: number): number[][] => matrix.map((row) => row.map((v) => v * factor));

export const trace = (matrix: Matrix): number => matrix.reduce((sum, row, i) => sum + row[i], 0);

/** A + rI. */
export const addRidge = (matrix: Matrix, ridge: number): number[][] =>
  matrix.map((row, i) => row.map((v, j) => (i === j ? v + ridge : v)));

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
  // Convergence is quadratic: a handful of sweeps does for any matrix of this size.
  for (let sweep = 0; sweep < 30; sweep++) for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(p, q);
  const order = rows.map((_, i) => i).sort((i, j) => a[j][j] - a[i][i]);
  return { values: order.map((i) => a[i][i]), vectors: order.map((i) => rows[i]) };
}

/**
 * The eigenvalues of a Gramian that stand out of its noise. Gradients are float32: what is below K 2^-23 of the largest
 * eigenvalue is their rounding.
 */
export function significantEigen(gramian: Matrix): Eigen {
  const { values, vectors } = eigen(gramian);
  const limit = values[0] * gramian.length * 2 ** -23;
  const rank = values.filter((value) => value > limit).length;
  return { values: values.slice(0, rank), vectors: vectors.slice(0, rank) };
}

/** V f(Lambda) V'. */
export function fromEigen({ values, vectors }: Eigen, f: (value: number) => number, n: number): number[][] {
  const range = Array.from({ length: n }, (_, i) => i);
  return range.map((i) =>
    range.map((j) => values.reduce((sum, value, k) => sum + f(value) * vectors[k][i] * vectors[k][j], 0)),
  );
}

/** Gaussian elimination with partial pivoting. */
export function solveLinear(matrix: Matrix, right: readonly number[]): number[] {
  const n = right.length;
  const rows = matrix.map((row, i) => [...row, right[i]]);
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(rows[i][k]) > Math.abs(rows[pivot][k])) pivot = i;
    [rows[k], rows[pivot]] = [rows[pivot], rows[k]];
    if (rows[k][k] === 0) throw new Error('a linear system has no unique solution');
    for (let i = k + 1; i < n; i++) {
      const factor = rows[i][k] / rows[k][k];
      for (let j = k; j <= n; j++) rows[i][j] -= factor * rows[k][j];
    }
  }
  const x = new Array<number>(n).fill(0);
  for (let i = n - 1; i >= 0; i--) {
    let sum = rows[i][n];
    for (let j = i + 1; j < n; j++) sum -= rows[i][j] * x[j];
    x[i] = sum / rows[i][i];
  }
  return x;
}
