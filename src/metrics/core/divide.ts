/** What 0/0 gives. */
export interface ZeroDivisionOptions {
  /**
   * What a ratio of nothing to nothing is, such as the sensitivity where no label is positive. NaN by default, as in
   * MONAI and in scikit-learn with `zero_division=np.nan`; 0 is the default of scikit-learn, torchmetrics and Keras.
   */
  readonly zeroDivision?: number;
}

/** A division that decides 0/0 in one place. */
export type Divide = (numerator: number, denominator: number) => number;

export function dividing({ zeroDivision = Number.NaN }: ZeroDivisionOptions): Divide {
  return (numerator, denominator) => (denominator === 0 ? zeroDivision : numerator / denominator);
}
