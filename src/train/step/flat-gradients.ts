import {
  addN,
  concat,
  mul,
  reshape,
  split,
  stack,
  sum,
  type Tensor,
  type Tensor1D,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';

/** Elements that are added up among themselves first. */
const BLOCK = 1024;

type Sized = { readonly size: number; readonly shape: number[] };

function padding(places: readonly Sized[]): number {
  const size = places.reduce((total, place) => total + place.size, 0);
  return Math.max(1, Math.ceil(size / BLOCK)) * BLOCK - size;
}

/**
 * One task's gradients at some places as one vector: an operation on it costs one dispatch instead of one for each
 * place. Zeros where none flows, and at the end up to a whole number of blocks.
 */
export function flatten(gradients: readonly (Tensor | undefined)[], places: readonly Sized[]): Tensor1D {
  return tidy(() => {
    const parts = places.map(({ size }, i) => {
      const gradient = gradients[i];
      return (gradient === undefined ? zeros([size]) : reshape(gradient, [size])) as Tensor1D;
    });
    const rest = padding(places);
    return concat(rest > 0 ? [...parts, zeros([rest]) as Tensor1D] : parts);
  });
}

/** Takes such a vector apart again. */
export function unflatten(flat: Tensor1D, places: readonly Sized[]): Tensor[] {
  const rest = padding(places);
  const sizes = places.map(({ size }) => size);
  const parts = split(flat, rest > 0 ? [...sizes, rest] : sizes);
  return places.map(({ shape }, i) => reshape(parts[i], shape));
}

/**
 * The inner products of each vector with itself and those after it, one row of the triangle after the other. Summed in
 * blocks: where a backend adds float32 one after the other, millions of them would lose all but two digits.
 */
export function innerProducts(flats: readonly Tensor1D[]): Tensor1D {
  return tidy(() => {
    const pairs = flats.flatMap((a, i) =>
      flats.slice(i).map((b) => tidy(() => sum(reshape(mul(a, b), [-1, BLOCK]), 1))),
    );
    return sum(stack(pairs), 1) as Tensor1D;
  });
}

/** A symmetric matrix from the rows of its triangle. */
export function fromTriangle(values: readonly number[], size: number): number[][] {
  const range = Array.from({ length: size }, (_, i) => i);
  const at = (i: number, j: number): number => values[i * size - (i * (i - 1)) / 2 + (j - i)];
  return range.map((i) => range.map((j) => at(Math.min(i, j), Math.max(i, j))));
}

export function combineGradients(flats: readonly Tensor1D[], weights: readonly number[]): Tensor1D {
  return tidy(() => addN(flats.map((flat, k) => mul(flat, weights[k]))));
}
