import { sizeOf } from './numbers';

/** Where the numbers of a tensor lie among others: from `offset` on, `strides[i]` numbers apart along axis i. */
export interface View {
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** The numbers of a tensor in the order of its axes. */
export function gather(numbers: Float32Array, { offset, shape, strides }: View): Float32Array {
  const values = new Float32Array(sizeOf(shape));
  const index = shape.map(() => 0);
  for (let i = 0, at = offset; i < values.length; i++) {
    values[i] = numbers[at];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += strides[axis];
      if (++index[axis] < shape[axis]) break;
      at -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return values;
}
