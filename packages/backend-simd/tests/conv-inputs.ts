import { tensor4d } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { numbers } from './compare';

export type Shape = [number, number, number, number];

/** Repeatable numbers of a shape. */
export const input = (shape: Shape, seed = 1) =>
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

/** The sides of a filter, and its padding: fields of a case. */
export const windows = { tall: fc.integer({ min: 1, max: 4 }), wide: fc.integer({ min: 1, max: 4 }), pad: pads };

interface Windowed {
  readonly height: number;
  readonly width: number;
  readonly tall: number;
  readonly wide: number;
  readonly pad: unknown;
}

/** Whether the filter fits into the image at least once. */
export const fits = ({ height, width, tall, wide, pad }: Windowed): boolean =>
  pad === 'same' || (height >= tall && width >= wide);
