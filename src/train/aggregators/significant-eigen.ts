import { type Eigen, eigen } from './eigen';
import type { Matrix } from './linear-algebra';

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
