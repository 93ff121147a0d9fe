import {
  add,
  cast,
  concat,
  greater,
  less,
  logicalAnd,
  logicalNot,
  max,
  min,
  mul,
  range,
  reshape,
  slice,
  square,
  sub,
  type Tensor,
  tidy,
  transpose,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { checkArray } from '../internal/check-kinds';
import { checkPositive } from './check-positive';

/** How many numbers are compared at once: 16 MiB of them. */
const AT_ONCE = 2 ** 22;

/** `min_j (values_j + (step (i - j))^2)` for each i along an axis. */
function spread(values: Tensor, axis: number, step: number): Tensor {
  const size = values.shape[axis];
  const order = [...values.shape.keys()].filter((other) => other !== axis).concat(axis);
  const lines = reshape(transpose(values, order), [-1, 1, size]);
  const places = range(0, size);
  const squares = square(mul(sub(reshape(places, [size, 1]), places), step));
  const count = Math.max(1, Math.floor(AT_ONCE / size ** 2));
  const parts = Array.from({ length: Math.ceil(lines.shape[0] / count) }, (_, i) =>
    tidy(() => {
      const some = slice(lines, [i * count, 0, 0], [Math.min(count, lines.shape[0] - i * count), 1, size]);
      return min(add(some, squares), -1);
    }),
  );
  const joined = reshape(
    parts.length > 1 ? concat(parts) : parts[0],
    order.map((from) => values.shape[from]),
  );
  return transpose(
    joined,
    order.map((_, to) => order.indexOf(to)),
  );
}

/** Checks the option `spacing` against the axes between the batch and the classes; returns a step for each of them. */
export function readSpacing(spacing: readonly number[] | undefined, { rank, shape }: Tensor, name: string): number[] {
  if (rank < 3) {
    throw new RangeError(
      `${name}: yTrue and yPred must have axes of pixels, [batch, ..., classes], as distances are measured along them; got ` +
        `shape [${shape}].`,
    );
  }
  if (spacing !== undefined && spacing.length !== rank - 2) {
    throw new RangeError(
      `${name}: spacing must hold one number per axis of pixels, got ${spacing.length} for shape [${shape}].`,
    );
  }
  return Array.from({ length: rank - 2 }, (_, i) => spacing?.[i] ?? 1);
}

/** Checks the numbers of the option `spacing`. */
export function checkSpacing(spacing: readonly number[] | undefined, name: string): void {
  if (spacing === undefined) return;
  checkArray(spacing, `${name}: spacing`);
  for (const each of spacing) checkPositive(each, `${name}: spacing`);
}

/** Squared distances within a mask and within the rest of the image, to the nearest pixel of the other; 0 elsewhere. */
export interface Distances {
  readonly inside: Tensor;
  readonly outside: Tensor;
}

/**
 * Squared Euclidean distances between the centres of pixels, exact, for each sample and class of a mask `[batch, ...,
 * classes]` of what is above 0.5. All are 0 where a mask holds no pixel or every one: there is no other to measure to.
 */
export function squaredDistances(mask: Tensor, steps: readonly number[]): Distances {
  const held = greater(mask, 0.5);
  const axes = steps.map((_, i) => i + 1);
  const far = steps.reduce((sum, step, i) => sum + (step * mask.shape[i + 1]) ** 2, 1);
  const start = (region: Tensor): Tensor => mul(cast(region, 'float32'), far);
  // Of products: on webgpu tfjs cannot move the axes of booleans, nor of numbers that are a cast of them.
  const ofMask = start(held);
  const hasBoth = logicalAnd(greater(max(ofMask, axes, true), 0), less(min(ofMask, axes, true), far));
  const within = (values: Tensor): Tensor => {
    const squares = steps.reduce((spreadOut, step, i) => spread(spreadOut, i + 1, step), values);
    return where(hasBoth, squares, zerosLike(squares));
  };
  return { inside: within(ofMask), outside: within(start(logicalNot(held))) };
}
