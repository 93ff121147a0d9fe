/** A small dense matrix, row by row. */
export type Matrix = readonly (readonly number[])[];

export const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, v, i) => sum + v * b[i], 0);

export const multiply = (matrix: Matrix, vector: readonly number[]): number[] => matrix.map((row) => dot(row, vector));

/** x'Ax. */
export const quadratic = (matrix: Matrix, vector: readonly number[]): number => dot(vector, multiply(matrix, vector));

export const scaleMatrix = (matrix: Matrix, factor: number): number[][] =>
  matrix.map((row) => row.map((v) => v * factor));

export const trace = (matrix: Matrix): number => matrix.reduce((sum, row, i) => sum + row[i], 0);

/** A + rI. */
export const addRidge = (matrix: Matrix, ridge: number): number[][] =>
  matrix.map((row, i) => row.map((v, j) => (i === j ? v + ridge : v)));

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
