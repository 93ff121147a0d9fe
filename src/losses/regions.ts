import { mul, reshape, slice, square, sum, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import { classesOf } from './class-weights';
import { overlap } from './overlap';

/** What overlap losses are made of, `[batch, classes]` each. */
export interface Regions {
  /** `sum(min(y, p))`, `sum(y p)` for labels of 0 and 1: soft true positives. `squared`: `sum(y p)`. */
  readonly truePositives: Tensor2D;
  /** `sum(y)`. */
  readonly target: Tensor2D;
  /** `sum(p)`. */
  readonly predicted: Tensor2D;
}

interface CountOptions {
  /** What each element counts, with an axis of 1 or of the same length for each axis. */
  readonly weight?: Tensor | undefined;
  readonly includeBackground: boolean;
  readonly squared?: boolean | undefined;
  readonly name: string;
}

/**
 * Sums over the pixels of each sample and class, the classes in the last axis; a tensor of rank 1 has one class of one
 * pixel. `squared` sums `y^2` and `p^2` for the target and the prediction.
 */
export function countRegions(
  yTrue: Tensor,
  yPred: Tensor,
  { weight, includeBackground, squared = false, name }: CountOptions,
): Regions {
  const batch = yPred.shape[0];
  const classes = classesOf(yPred);
  if (!includeBackground && classes < 2) {
    throw new RangeError(
      `${name}: includeBackground: false needs at least 2 classes in the last axis, got shape [${yPred.shape}].`,
    );
  }
  const y = reshape(yTrue, [batch, -1, classes]);
  const p = reshape(yPred, [batch, -1, classes]);
  const w = weight && reshape(weight, [batch, -1, classesOf(weight)]);
  const count = (pixels: Tensor): Tensor2D => {
    const counts = sum<Tensor2D>(w ? mul(pixels, w) : pixels, 1);
    return includeBackground ? counts : slice(counts, [0, 1]);
  };
  return {
    truePositives: count(squared ? mul(y, p) : overlap(y, p)),
    target: count(squared ? square(y) : y),
    predicted: count(squared ? square(p) : p),
  };
}

/** Sums the counts over an axis, and keeps it. */
export function sumRegions({ truePositives, target, predicted }: Regions, axis: 0 | 1): Regions {
  const total = (counts: Tensor2D): Tensor2D => sum<Tensor2D>(counts, axis, true);
  return { truePositives: total(truePositives), target: total(target), predicted: total(predicted) };
}
