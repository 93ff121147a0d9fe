import type { backend_util } from '@tensorflow/tfjs-core';

type Triple = readonly [number, number, number];

/** Windows over `[batch, depth, height, width]` positions; images have a depth of 1. */
export interface Windows {
  readonly batch: number;
  readonly input: Triple;
  readonly output: Triple;
  readonly size: Triple;
  readonly strides: Triple;
  readonly dilations: Triple;
  readonly padding: Triple;
}

/** The windows of a 2D pooling or depthwise convolution. */
export function planarWindows(info: backend_util.Conv2DInfo): Windows {
  return {
    batch: info.batchSize,
    input: [1, info.inHeight, info.inWidth],
    output: [1, info.outHeight, info.outWidth],
    size: [1, info.filterHeight, info.filterWidth],
    strides: [1, info.strideHeight, info.strideWidth],
    dilations: [1, info.dilationHeight, info.dilationWidth],
    padding: [0, info.padInfo.top, info.padInfo.left],
  };
}

/** The windows of a 3D pooling. */
export function volumeWindows(info: backend_util.Conv3DInfo): Windows {
  return {
    batch: info.batchSize,
    input: [info.inDepth, info.inHeight, info.inWidth],
    output: [info.outDepth, info.outHeight, info.outWidth],
    size: [info.filterDepth, info.filterHeight, info.filterWidth],
    strides: [info.strideDepth, info.strideHeight, info.strideWidth],
    dilations: [info.dilationDepth, info.dilationHeight, info.dilationWidth],
    padding: [info.padInfo.front, info.padInfo.top, info.padInfo.left],
  };
}

/**
 * Calls `visit` for every window, in the order of the outputs: with the position of the output, and with the first
 * `count` of `inputs` and `taps`, the input positions that the window covers and the taps of the window over them.
 */
export function eachWindow(
  { batch, input, output, size, strides, dilations, padding }: Windows,
  visit: (output: number, count: number, inputs: Int32Array, taps: Int32Array) => void,
): void {
  const inputs = new Int32Array(size[0] * size[1] * size[2]);
  const taps = new Int32Array(inputs.length);
  let position = 0;
  for (let n = 0; n < batch; n++) {
    for (let a = 0; a < output[0]; a++) {
      for (let b = 0; b < output[1]; b++) {
        for (let c = 0; c < output[2]; c++) {
          let count = 0;
          for (let i = 0; i < size[0]; i++) {
            const d = a * strides[0] + i * dilations[0] - padding[0];
            if (d < 0 || d >= input[0]) continue;
            for (let j = 0; j < size[1]; j++) {
              const h = b * strides[1] + j * dilations[1] - padding[1];
              if (h < 0 || h >= input[1]) continue;
              for (let k = 0; k < size[2]; k++) {
                const w = c * strides[2] + k * dilations[2] - padding[2];
                if (w < 0 || w >= input[2]) continue;
                inputs[count] = ((n * input[0] + d) * input[1] + h) * input[2] + w;
                taps[count++] = (i * size[1] + j) * size[2] + k;
              }
            }
          }
          visit(position++, count, inputs, taps);
        }
      }
    }
  }
}
