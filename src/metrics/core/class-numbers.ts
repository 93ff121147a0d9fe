import type { NDArray } from '../../types';
import { isShape, type Weights, weightOf } from './weights';

/** A shape without a last axis of length 1. */
function withoutOne(shape: readonly number[]): readonly number[] {
  return shape.length > 1 && shape[shape.length - 1] === 1 ? shape.slice(0, -1) : shape;
}

/** Numbers of classes as ones in the place of the class, with an axis more; zeros where the weight is 0. */
export function oneHot(
  name: string,
  argument: 'yTrue' | 'yPred',
  { data: numbers, shape }: NDArray,
  classes: number,
  weights: Weights | undefined,
): NDArray {
  const size = numbers.length / Math.max(1, shape[0]);
  const data = new Float64Array(numbers.length * classes);
  numbers.forEach((number, i) => {
    if (weightOf({ weights }, i * classes) === 0) return;
    if (!Number.isInteger(number) || number < 0 || number >= classes) {
      throw new RangeError(
        `${name}: ${argument} must be the number of one of ${classes} classes, 0 to ${classes - 1}, got ${number} in ` +
          `sample ${Math.floor(i / size)}.`,
      );
    }
    data[i * classes + number] = 1;
  });
  return { data, shape: [...withoutOne(shape), classes] };
}

/** Whether predictions are numbers of classes themselves. */
function areNumbers(shape: readonly number[], classes: number, truth: readonly number[]): boolean {
  const positions = withoutOne(shape);
  return shape.at(-1) !== classes && (isShape(withoutOne(truth), positions) || isShape(truth, [...positions, classes]));
}

/** Predictions that are numbers of classes as scores of 1 and 0; others as they are. */
export function readNumbers(name: string, given: NDArray, classes: number, truth: readonly number[]): NDArray {
  return areNumbers(given.shape, classes, truth) ? oneHot(name, 'yPred', given, classes, undefined) : given;
}
