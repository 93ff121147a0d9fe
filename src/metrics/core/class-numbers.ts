import type { NDArray } from '../../types';
import { isShape } from './check-shape';
import { checkEach } from './read-pair';
import type { Weights } from './weights';

/** Numbers of classes as ones in the place of the class; where the weight is 0 they may be anything. */
export function oneHot(
  name: string,
  { data: numbers, shape }: NDArray,
  classes: number,
  weights: Weights | undefined,
): Float64Array {
  const ones = new Float64Array(numbers.length * classes);
  const isClass = (number: number) => Number.isInteger(number) && number >= 0 && number < classes;
  const must = `be a class, 0 to ${classes - 1}`;
  checkEach({ size: ones.length / shape[0], weights }, numbers, name, isClass, must, classes);
  numbers.forEach((number, i) => {
    if (isClass(number)) ones[i * classes + number] = 1;
  });
  return ones;
}

/** A shape without a last axis of length 1. */
function withoutOne(shape: readonly number[]): readonly number[] {
  return shape.length > 1 && shape[shape.length - 1] === 1 ? shape.slice(0, -1) : shape;
}

/** Predictions that are numbers of classes as scores of 1 and 0; others as they are. */
export function readNumbers(name: string, given: NDArray, classes: number, truth: readonly number[]): NDArray {
  const positions = withoutOne(given.shape);
  const shape = [...positions, classes];
  const areNumbers = given.shape.at(-1) !== classes && (isShape(withoutOne(truth), positions) || isShape(truth, shape));
  return areNumbers ? { data: oneHot(`${name}: yPred`, given, classes, undefined), shape } : given;
}
