/** The solution of a logistic regression: the logit of a row `x` is `x . coefficients + intercept`. */
export interface LogisticRegression {
  readonly coefficients: Float64Array;
  readonly intercept: number;
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
};

/** Solves `a x = b` for each `b`, of a symmetric positive definite matrix, whose lower half is overwritten. */
function solve(a: readonly Float64Array[], ...sides: readonly Float64Array[]): Float64Array[] {
  const n = a.length;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i][j];
      for (let k = 0; k < j; k++) sum -= a[i][k] * a[j][k];
      a[i][j] = i === j ? Math.sqrt(sum) : sum / a[j][j];
    }
  }
  return sides.map((side) => {
    const x = Float64Array.from(side);
    for (let i = 0; i < n; i++) {
      for (let k = 0; k < i; k++) x[i] -= a[i][k] * x[k];
      x[i] /= a[i][i];
    }
    for (let i = n - 1; i >= 0; i--) {
      for (let k = i + 1; k < n; k++) x[i] -= a[k][i] * x[k];
      x[i] /= a[i][i];
    }
    return x;
  });
}

const STEPS = 30;
const ENOUGH = 1e-6;
const LEAST_CURVATURE = 1e-10;

export const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));

/**
 * Logistic regressions with each penalty `penalty / 2 |coefficients|^2` beside the sum of the losses, by Newton's method in the space of
 * the rows, which are fewer than the columns here. The intercept is not penalized.
 */
export function logisticRegressions(
  rows: readonly ArrayLike<number>[],
  labels: ArrayLike<number>,
  penalties: readonly number[],
): LogisticRegression[] {
  const products = rows.map((a) => Float64Array.from(rows, (b) => dot(a, b)));
  let start = { shares: new Float64Array(rows.length), intercept: 0 };
  return penalties.map((penalty) => {
    const { shares, intercept } = newton(products, labels, penalty, start);
    start = { shares, intercept };
    const coefficients = new Float64Array(rows[0].length);
    for (const [i, row] of rows.entries()) for (let j = 0; j < row.length; j++) coefficients[j] += shares[i] * row[j];
    return { coefficients, intercept };
  });
}

/** The combination of the rows that the coefficients are. */
function newton(
  products: readonly Float64Array[],
  labels: ArrayLike<number>,
  penalty: number,
  start: { readonly shares: Float64Array<ArrayBuffer>; readonly intercept: number },
) {
  const n = products.length;
  let { shares, intercept } = start;
  for (let step = 0; step < STEPS; step++) {
    const logits = products.map((row) => dot(row, shares) + intercept);
    const chances = logits.map(sigmoid);
    const curvature = chances.map((p) => Math.max(p * (1 - p), LEAST_CURVATURE));
    // Weighted least squares of the working responses: (products + penalty / curvature) shares + intercept = response.
    const responses = Float64Array.from(logits, (logit, i) => logit + (labels[i] - chances[i]) / curvature[i]);
    const matrix = products.map((row, i) => {
      const own = Float64Array.from(row);
      own[i] += penalty / curvature[i];
      return own;
    });
    const [ofOnes, ofResponses] = solve(matrix, new Float64Array(n).fill(1), responses);
    const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
    const next = sum(ofResponses) / sum(ofOnes);
    const moved = ofResponses.map((value, i) => value - next * ofOnes[i]);
    // The penalty times a share is how far a chance is from its label, so that changes are in units of probability.
    const change = penalty * Math.max(...moved.map((value, i) => Math.abs(value - shares[i])));
    [shares, intercept] = [moved, next];
    if (change < ENOUGH) break;
  }
  return { shares, intercept };
}
