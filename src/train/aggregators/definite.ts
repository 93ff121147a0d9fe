import { addRidge, type Matrix, scaleMatrix, trace } from './linear-algebra';
import { fromEigen, significantEigen } from './significant-eigen';

/** So small that it moves no result, so large that the programs stay positive definite where gradients depend. */
const RIDGE = 1e-12;

/** The Gramian scaled to trace 1, with what is rounding taken out and a ridge that keeps it positive definite. */
export function definite(gramian: Matrix): number[][] {
  const unit = scaleMatrix(gramian, 1 / trace(gramian));
  return addRidge(
    fromEigen(significantEigen(unit), (value) => value, unit.length),
    RIDGE,
  );
}
