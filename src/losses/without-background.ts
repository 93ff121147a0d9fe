import { slice, type Tensor } from '@tensorflow/tfjs-core';
import { classesOf } from './class-weights';

type Inputs = readonly [yTrue: Tensor, yPred: Tensor, weight?: Tensor];

/** The inputs of a loss without class 0; a weight of all classes stays as it is. */
export function withoutBackground([yTrue, yPred, weight]: Inputs, name: string): Inputs {
  if (classesOf(yPred) < 2) {
    throw new RangeError(
      `${name}: includeBackground: false needs at least 2 classes in the last axis, got shape [${yPred.shape}].`,
    );
  }
  const cut = (values: Tensor): Tensor => slice(values, [...Array<number>(values.rank - 1).fill(0), 1]);
  return [cut(yTrue), cut(yPred), weight && classesOf(weight) > 1 ? cut(weight) : weight];
}
