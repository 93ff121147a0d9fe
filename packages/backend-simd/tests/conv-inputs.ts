import { tensor4d } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { numbers } from './compare';

/** Repeatable numbers of a shape. */
export const input = (shape: [number, number, number, number], seed = 1) =>
  tensor4d(
    numbers(
      shape.reduce((a, b) => a * b),
      seed,
    ),
    shape,
  );

type Explicit = [[0, 0], [number, number], [number, number], [0, 0]];

const side = fc.nat(3);

/** Every kind of padding. */
export const pads = fc.oneof(
  fc.constantFrom('same' as const, 'valid' as const),
  fc.tuple(side, side, side, side).map(
    ([top, bottom, left, right]): Explicit => [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ],
  ),
);
