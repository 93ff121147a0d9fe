import { addRidge, type Matrix, multiply, scaleMatrix, trace } from './linear-algebra';
import type { PreferenceOptions } from './preference';
import { solveQuadraticProgram } from './quadratic-program';

/** Options of {@link upGrad} and {@link dualProj}. */
export interface DualConeOptions<T extends string> extends PreferenceOptions<T> {
  /** Added to the diagonal of the Gramian scaled to trace 1, so that a singular one has one answer. Default: 1e-4. */
  readonly ridge?: number | undefined;
}

/**
 * The projection of J'u onto the dual cone of the rows of J, as the weights of those rows: the v >= u of least v'Gv,
 * G = JJ' scaled to trace 1 and with `ridge` added to its diagonal. J'v conflicts with no row of J but for what the
 * ridge allows: (Gv)_i >= -ridge v_i.
 *
 * Source: Quinton, Rey, "Jacobian descent for multi-objective optimization", 2024, arXiv:2406.16232, proposition 1.
 */
export function projectOntoDualCone(gramian: Matrix, u: readonly number[], ridge: number): number[] {
  const size = trace(gramian);
  if (size === 0) return [...u];
  const q = addRidge(scaleMatrix(gramian, 1 / size), ridge);
  // v = u + z: min 1/2 z'Qz + (Qu)'z over z >= 0.
  const z = solveQuadraticProgram(q, multiply(q, u));
  return u.map((value, i) => value + z[i]);
}
