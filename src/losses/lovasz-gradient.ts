import {
  add,
  concat,
  cumsum,
  div,
  gather,
  greater,
  mul,
  onesLike,
  range,
  reshape,
  scatterND,
  slice,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  topk,
  where,
  zeros,
} from '@tensorflow/tfjs-core';

/** Where the values of each row are in the flattened tensor, the largest of the row first. */
function placesByValue(values: Tensor2D): Tensor1D {
  const [rows, size] = values.shape;
  const starts = reshape(range(0, rows * size, size, 'int32'), [rows, 1]);
  return reshape(add(topk(values, size, true).indices, starts), [-1]);
}

/**
 * The gradient of the Lovász extension of the Jaccard loss with respect to errors, `[rows, elements]`: how much the loss of
 * a row grows as its elements are missed one after the other, the largest error first. An element that weighs 2 counts as two.
 */
export function lovaszGradient(errors: Tensor2D, labels: Tensor, weight: Tensor): Tensor2D {
  const [rows, size] = errors.shape;
  const places = placesByValue(errors);
  const sorted = (values: Tensor): Tensor2D => reshape(gather(reshape(values, [-1]), places), [rows, size]);
  const [y, w] = [sorted(labels), sorted(weight)];
  const held = mul<Tensor2D>(y, w);
  const total = sum(held, 1, true);
  const both = sub(total, cumsum(held, 1));
  const either = add(total, cumsum(sub<Tensor2D>(w, held), 1));
  const counts = greater(either, 0);
  const ones = onesLike(either);
  const losses = sub<Tensor2D>(1, where(counts, div(both, where(counts, either, ones)), ones));
  const before = concat([zeros([rows, 1]) as Tensor2D, slice(losses, [0, 0], [rows, size - 1])], 1);
  const growth = reshape(sub(losses, before), [-1]);
  return reshape(scatterND(reshape(places, [-1, 1]), growth, [rows * size]), [rows, size]);
}
