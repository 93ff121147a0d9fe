import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import type { Loss, Output } from '../../types';

/** The numbers of a tensor, which repeat where it has fewer axes, or 1 in place of the last one. */
interface Weights {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
}

/**
 * The weights of a task's labels without those that hold the loss's `ignoreIndex`: a weight for each element, of the labels'
 * shape, or with 1 as the last axis where the classes there exclude each other and are known or unknown together. Undefined
 * where no label holds it.
 */
export function markUnknown(
  labels: Weights,
  given: Weights | undefined,
  { ignoreIndex, activation, classNumbers = false }: Loss,
  { kind }: Output,
): Tensor | undefined {
  if (ignoreIndex === undefined) return undefined;
  const { data, shape } = labels;
  const areKnown = (from: number, count: number): boolean => {
    for (let i = from; i < from + count; i++) if (data[i] === ignoreIndex) return false;
    return true;
  };
  if (areKnown(0, data.length)) return undefined;
  const width = shape.at(-1) ?? 1;
  const exclusive = !classNumbers && (kind === 'distribution' || activation === 'softmax');
  const isFull = given !== undefined && given.data.length === data.length;
  const per = exclusive && !isFull ? width : 1;
  const perWeight = given === undefined ? 1 : data.length / given.data.length;
  const weights = Float32Array.from({ length: data.length / per }, (_, i) => {
    const from = exclusive ? i * per - ((i * per) % width) : i;
    return areKnown(from, exclusive ? width : 1) ? (given?.data[Math.floor((i * per) / perWeight)] ?? 1) : 0;
  });
  return tensor(weights, per === 1 ? [...shape] : [...shape.slice(0, -1), 1]);
}
