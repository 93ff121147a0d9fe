import { dot, type Matrix, multiply, solveLinear } from './linear-algebra';

/**
 * The minimum over the variables in `free` alone, signs left open, and the multiplier of the sum where one is given.
 */
function minimizeFree(
  q: Matrix,
  c: readonly number[],
  free: readonly number[],
  total: number | undefined,
): { readonly x: number[]; readonly multiplier: number } {
  const rows = free.map((i) => free.map((j) => q[i][j]));
  const right = free.map((i) => -c[i]);
  if (total === undefined) return { x: solveLinear(rows, right), multiplier: 0 };
  const bordered = [...rows.map((row) => [...row, -1]), [...free.map(() => 1), 0]];
  const solution = solveLinear(bordered, [...right, total]);
  return { x: solution.slice(0, -1), multiplier: solution[free.length] };
}

/**
 * min 1/2 x'Qx + c'x over x >= 0 and, where `total` is given, sum x = total. Q is symmetric and positive definite.
 *
 * A primal active set: one variable after the other is set free while that lowers the objective; one that would turn
 * negative is fixed at 0 again. Ends after finitely many steps, at the one minimum, without any randomness.
 * Source: Lawson, Hanson, "Solving least squares problems", 1974, doi:10.1137/1.9781611971217, chapter 23.
 *
 * @throws {Error} where rounding keeps it from ending.
 */
export function solveQuadraticProgram(q: Matrix, c: readonly number[], total?: number): number[] {
  const n = c.length;
  let x = new Array<number>(n).fill(0);
  let free: number[] = [];
  let multiplier = 0;
  if (total !== undefined) {
    const vertexCost = c.map((value, i) => (q[i][i] * total ** 2) / 2 + value * total);
    const start = vertexCost.indexOf(Math.min(...vertexCost));
    x[start] = total;
    free = [start];
    multiplier = q[start][start] * total + c[start];
  }
  const largest = Math.max(...q.map((row) => Math.max(...row.map(Math.abs))));
  const tolerance = (): number =>
    1e-13 * n * (largest * Math.max(...x) + Math.max(...c.map(Math.abs)) + Math.abs(multiplier));

  for (let round = 0; round < 100 + 20 * n; round++) {
    const slopes = multiply(q, x).map((value, i) => value + c[i] - multiplier);
    const bound = slopes.map((slope, i) => (free.includes(i) ? 0 : slope));
    const steepest = bound.indexOf(Math.min(...bound));
    if (bound[steepest] >= -tolerance()) return x;
    free = [...free, steepest];
    for (let first = true; free.length > 0; first = false) {
      const solution = minimizeFree(q, c, free, total);
      // Freeing a variable of negative slope must raise it; where it does not, the slope was rounding.
      if (first && solution.x[free.length - 1] <= 0) return x;
      const shares = free.map((i, k) => {
        if (solution.x[k] > 0) return 1;
        return x[i] > 0 ? x[i] / (x[i] - solution.x[k]) : 0;
      });
      const share = Math.min(...shares);
      const next = x.map(() => 0);
      for (const [k, i] of free.entries()) {
        if (share === 1) next[i] = solution.x[k];
        else if (shares[k] > share) next[i] = x[i] + share * (solution.x[k] - x[i]);
      }
      x = next;
      if (share === 1) {
        multiplier = solution.multiplier;
        break;
      }
      free = free.filter((_, k) => shares[k] > share);
    }
  }
  throw new Error(
    `the quadratic program did not end; its objective stands at ${dot(x, multiply(q, x)) / 2 + dot(c, x)}`,
  );
}
