import type { Weight } from './graph';

/** The axes of a tensor in the order of ONNX and PyTorch: channels behind the batch. Vectors stay as they are. */
export const channelsFirst = (rank: number): number[] =>
  rank < 3 ? range(rank) : [0, rank - 1, ...range(rank - 2).map((i) => i + 1)];

/** The inverse of {@link channelsFirst}. */
export const channelsLast = (rank: number): number[] =>
  rank < 3 ? range(rank) : [0, ...range(rank - 2).map((i) => i + 2), 1];

/** Where an axis (from the end, if negative) lies once channels come first. */
export function axisInFirst(axis: number, rank: number): number {
  return channelsFirst(rank).indexOf(axis < 0 ? axis + rank : axis);
}

export const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** A weight with its axes in another order: axis `i` is the one that was `order[i]`. */
export function permuted({ shape, values }: Weight, order: readonly number[]): Weight {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const sizes = order.map((axis) => shape[axis]);
  const steps = order.map((axis) => strides[axis]);
  const result = new Float32Array(values.length);
  const place = sizes.map(() => 0);
  let from = 0;
  for (let to = 0; to < result.length; to++) {
    result[to] = values[from];
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      from += steps[axis];
      if (++place[axis] < sizes[axis]) break;
      from -= steps[axis] * sizes[axis];
      place[axis] = 0;
    }
  }
  return { shape: sizes, values: result };
}

/** The kernel of a convolution, of a transposed one, too: the last two axes in the other order before those of space. */
export const kernelFirst = (kernel: Weight): Weight => {
  const rank = kernel.shape.length;
  return permuted(kernel, [rank - 1, rank - 2, ...range(rank - 2)]);
};

/** The kernel of a depthwise convolution, as one in groups of a single channel. */
export function depthwiseFirst(kernel: Weight): Weight {
  const rank = kernel.shape.length;
  const { shape, values } = permuted(kernel, [rank - 2, rank - 1, ...range(rank - 2)]);
  const [channels, multiplier, ...size] = shape;
  return { shape: [channels * multiplier, 1, ...size], values };
}

/** A weight over some axes of a tensor, so that it is broadcast over it where channels come first. */
export function broadcastFirst({ values, shape }: Weight, axes: readonly number[], rank: number): Weight {
  const full = range(rank).map((axis) => (axes.includes(axis) ? shape[axes.indexOf(axis)] : 1));
  return permuted({ shape: full, values }, channelsFirst(rank));
}
