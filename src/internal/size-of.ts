import type { SymbolicTensor } from '@tensorflow/tfjs-layers';

/** How many numbers a tensor of a net has of each sample; sides that depend on the image count as 1. */
export const sizeOf = ({ shape }: SymbolicTensor): number =>
  shape.slice(1).reduce<number>((size, side) => size * (side ?? 1), 1);
