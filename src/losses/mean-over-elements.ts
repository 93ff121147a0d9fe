import {
  div,
  greater,
  mean,
  mul,
  onesLike,
  reshape,
  sum,
  type Tensor,
  type Tensor1D,
  where,
} from '@tensorflow/tfjs-core';

/** `[batch, ...]` as `[batch, elements]`. */
const asRows = (values: Tensor): Tensor => reshape(values, [values.shape[0], -1]);

/**
 * The mean of `values` over the elements of each sample, `sum(w v) / sum(w)`; 0 where nothing weighs. `weight` has an
 * axis of 1 or of the same length for each of their axes.
 */
export function meanOverElements(values: Tensor, weight?: Tensor): Tensor1D {
  if (weight === undefined) return mean<Tensor1D>(asRows(values), 1);
  const total = mul(sum(asRows(weight), 1), values.size / weight.size);
  const divisor = where(greater(total, 0), total, onesLike(total));
  return div<Tensor1D>(sum(asRows(mul(values, weight)), 1), divisor);
}
