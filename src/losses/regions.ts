import { mul, reshape, slice, square, sum, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';

/** What overlap losses are made of, `[batch, classes]` each. */
export interface Regions {
  /** `sum(y p)`: soft true positives. */
  readonly truePositives: Tensor2D;
  /** `sum(y)`. */
  readonly target: Tensor2D;
  /** `sum(p)`. */
  readonly predicted: Tensor2D;
}

/**
 * Sums over the pixels of each sample and class, the classes in the last axis; a tensor of rank 1 has one class of one
 * pixel. `squared` sums `y^2` and `p^2` for the target and the prediction.
 */
export function countRegions(
  yTrue: Tensor,
  yPred: Tensor,
  { includeBackground, squared = false, name }: { includeBackground: boolean; squared?: boolean; name: string },
): Regions {
  const batch = yPred.shape[0];
  const classes = yPred.rank > 1 ? yPred.shape[yPred.rank - 1] : 1;
  if (!includeBackground && classes < 2) {
    throw new RangeError(
      `${name}: includeBackground: false needs at least 2 classes in the last axis, got shape [${yPred.shape}].`,
    );
  }
  const y = reshape(yTrue, [batch, -1, classes]);
  const p = reshape(yPred, [batch, -1, classes]);
  const count = (pixels: Tensor): Tensor2D => {
    const counts = sum<Tensor2D>(pixels, 1);
    return includeBackground ? counts : slice(counts, [0, 1]);
  };
  return {
    truePositives: count(mul(y, p)),
    target: count(squared ? square(y) : y),
    predicted: count(squared ? square(p) : p),
  };
}
