/** How features are standardized: `(value - mean) / deviation`. */
export interface Scaling {
  readonly mean: Float64Array;
  /** 1 where a feature is constant. */
  readonly deviation: Float64Array;
}

/**
 * The means and standard deviations (of the population, as scikit-learn's StandardScaler has them) of the columns, and how many are
 * not constant.
 */
export function fitScaling(rows: readonly Float64Array[]): Scaling & { readonly varying: number } {
  const [first] = rows;
  const mean = new Float64Array(first.length);
  for (const row of rows) for (let j = 0; j < mean.length; j++) mean[j] += row[j] / rows.length;
  const deviation = new Float64Array(first.length);
  for (const row of rows) for (let j = 0; j < mean.length; j++) deviation[j] += (row[j] - mean[j]) ** 2 / rows.length;
  let varying = 0;
  for (const [j, value] of first.entries()) {
    // By its values: rounding gives a constant one a deviation too.
    const isConstant = rows.every((row) => row[j] === value);
    mean[j] = isConstant ? value : mean[j];
    deviation[j] = isConstant ? 1 : Math.sqrt(deviation[j]);
    varying += Number(!isConstant);
  }
  return { mean, deviation, varying };
}

export function applyScaling({ mean, deviation }: Scaling, row: ArrayLike<number>): Float64Array {
  return mean.map((value, j) => (row[j] - value) / deviation[j]);
}
