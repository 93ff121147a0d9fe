import type { SymbolicTensor } from '@tensorflow/tfjs-layers';

/** Throws unless `input` holds images. */
export function checkImages(input: SymbolicTensor, caller: string): void {
  if (input.shape.length === 4) return;
  throw new RangeError(
    `${caller}: the input must be images [height, width, channels], got the shape [${input.shape.slice(1).join(', ')}].`,
  );
}
