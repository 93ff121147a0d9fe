import { checkNumber } from '../../internal/check-kinds';

/** What 0/0 is. */
export interface ZeroDivisionOptions {
  /**
   * The value of 0/0, such as the sensitivity where no label is positive. Default: NaN, as in MONAI and in scikit-learn
   * with `zero_division=np.nan`; scikit-learn, torchmetrics and Keras have 0.
   */
  readonly zeroDivision?: number | undefined;
}

/** A division that decides 0/0 in one place. */
export type Divide = (numerator: number, denominator: number) => number;

export function dividing(name: string, { zeroDivision = Number.NaN }: ZeroDivisionOptions): Divide {
  checkNumber(zeroDivision, `${name}: zeroDivision`);
  return (numerator, denominator) => (denominator === 0 ? zeroDivision : numerator / denominator);
}
