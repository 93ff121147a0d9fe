import { dispose, slice, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { median } from './median';

const TURN_MS = 300;

/**
 * Median milliseconds of an op, over what fits into a moment but at least three times, after one that is not counted. One number
 * of the result is waited for: to copy them all would take as long as many a convolution.
 */
export async function timeOp(op: () => Tensor): Promise<number> {
  const times: number[] = [];
  for (let total = 0, i = 0; i < 4 || (total < TURN_MS && i < 200); i++) {
    const start = performance.now();
    const result = tidy(op);
    const origin = result.shape.map(() => 0);
    const one = slice(
      result,
      origin,
      result.shape.map(() => 1),
    );
    await one.data();
    const took = performance.now() - start;
    dispose([result, one]);
    if (i === 0) continue;
    times.push(took);
    total += took;
  }
  return median(times);
}
