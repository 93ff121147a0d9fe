import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Memory } from './plain-kernel';
import { eachWindow, type Windows } from './windows';

/**
 * Calls `visit` for every output value of windows over `channels` channels, with the place of the first of its largest
 * inputs, the place of the offset that was added to it, and the sum. NaN beside numbers is left out, as tfjs-core's op
 * tests ask and TensorFlow does; of NaN alone the sum is NaN.
 */
function eachLargest(
  windows: Windows,
  channels: number,
  x: Float32Array,
  offsets: Float32Array | undefined,
  visit: (output: number, input: number, offset: number, value: number) => void,
): void {
  eachWindow(windows, (output, count, inputs, taps) => {
    if (count === 0) return;
    for (let c = 0; c < channels; c++) {
      let input = 0;
      let offset = 0;
      let best = Number.NEGATIVE_INFINITY;
      for (let k = 0; k < count; k++) {
        const place = inputs[k] * channels + c;
        const added = taps[k] * channels + c;
        const value = offsets === undefined ? x[place] : x[place] + offsets[added];
        if (k === 0 || value > best || Number.isNaN(best)) {
          input = place;
          offset = added;
          best = value;
        }
      }
      visit(output * channels + c, input, offset, best);
    }
  });
}

/** The largest value of every window, as a tensor of `shape`; minus infinity for a window that covers no input. */
export function largest(
  memory: Memory,
  windows: Windows,
  shape: readonly number[],
  x: TensorInfo,
  offsets?: TensorInfo,
): TensorInfo {
  const result = memory.zeros(shape);
  const added = offsets === undefined ? undefined : memory.floats(offsets);
  const to = memory.floats(result).fill(Number.NEGATIVE_INFINITY);
  eachLargest(windows, shape[shape.length - 1], memory.floats(x), added, (output, _input, _offset, value) => {
    to[output] = value;
  });
  return result;
}

/** Sends the gradient of every window to its largest input, or to the offset that was added there. */
export function routeToLargest(
  memory: Memory,
  windows: Windows,
  { x, offsets, dy }: { readonly x: TensorInfo; readonly offsets?: TensorInfo; readonly dy: TensorInfo },
  target: 'input' | 'offset',
): TensorInfo {
  const result = memory.zeros(target === 'offset' && offsets !== undefined ? offsets.shape : x.shape);
  const added = offsets === undefined ? undefined : memory.floats(offsets);
  const gradient = memory.floats(dy);
  const to = memory.floats(result);
  eachLargest(windows, x.shape[x.shape.length - 1], memory.floats(x), added, (output, input, offset) => {
    to[target === 'input' ? input : offset] += gradient[output];
  });
  return result;
}
