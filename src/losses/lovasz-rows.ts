import {
  mul,
  ones,
  reshape,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tile,
  transpose,
} from '@tensorflow/tfjs-core';
import { classesOf } from './class-weights';
import type { IgnoreOptions } from './define-loss';
import { lovaszGradient } from './lovasz-gradient';
import { untracked } from './untracked';

/** Options that `lovaszSoftmax` and `lovaszHinge` have in common. */
export interface LovaszOptions extends IgnoreOptions {
  /**
   * Whose pixels the Jaccard index is of: those of each sample, or of the whole batch, whose value each of its samples then
   * gets. Default: `'sample'`.
   */
  readonly pool?: 'sample' | 'batch' | undefined;
}

interface Inputs {
  readonly yTrue: Tensor;
  readonly yPred: Tensor;
  readonly weight?: Tensor | undefined;
}

/** The inputs with a row of pixels for each class of each group, `[groups * classes, pixels]`: a sample, or the batch. */
interface Rows {
  readonly labels: Tensor2D;
  readonly predictions: Tensor2D;
  readonly weights: Tensor2D;
  /** `[groups * classes]` as `[groups, classes]`. */
  readonly byClass: (values: Tensor) => Tensor2D;
  /** Gives each sample the value of its group. */
  readonly toSamples: (values: Tensor1D) => Tensor1D;
}

/** Above it, single precision no longer counts one by one. */
const MOST_PIXELS = 2 ** 24;

export function lovaszRows({ yTrue, yPred, weight }: Inputs, pool: 'sample' | 'batch', name: string): Rows {
  const [batch] = yPred.shape;
  const [groups, classes] = [pool === 'batch' ? 1 : batch, classesOf(yPred)];
  const pixels = yPred.size / groups / classes;
  if (pixels > MOST_PIXELS) {
    throw new RangeError(
      `${name}: it counts pixels in single precision, so there may be at most 2^24 of a ${pool}, got ${pixels}.`,
    );
  }
  const rows = (values: Tensor): Tensor2D =>
    reshape(transpose(reshape(values, [groups, pixels, classes]), [0, 2, 1]), [groups * classes, pixels]);
  const each = ones(yPred.rank > 1 ? yPred.shape : [batch, 1]);
  return {
    labels: rows(yTrue),
    predictions: rows(yPred),
    weights: rows(weight ? mul(each, reshape(weight, [...each.shape.slice(0, -1), classesOf(weight)])) : each),
    byClass: (values) => reshape(values, [groups, classes]),
    toSamples: (values) => (groups === batch ? values : tile(values, [batch])),
  };
}

/** The Lovász extension of the Jaccard loss of each row; `costs` are the errors, or what is paid for them in the same order. */
export function lovaszExtension(errors: Tensor2D, costs: Tensor2D, { labels, weights }: Rows): Tensor1D {
  const growth = untracked(errors, (values) => lovaszGradient(values as Tensor2D, labels, weights));
  return sum(mul(costs, growth), 1);
}
