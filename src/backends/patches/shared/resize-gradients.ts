import type { TensorInfo } from '@tensorflow/tfjs-core';
import { type Memory, type PlainKernel, plainKernel } from './plain-kernel';

/** The attributes of resizing and its gradients. */
export interface ResizeAttrs {
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

/** Along one axis, the inputs that an output is made of: `low` with weight `1 - part`, `high` with weight `part`. */
interface WeightedPixel {
  readonly low: number;
  readonly high: number;
  readonly part: number;
}

/** The precision that a backend computes places in: a place at the border of two pixels must fall as it did forward. */
export type Precision = (value: number) => number;

export type PixelsOf = (inputs: number, outputs: number, attrs: ResizeAttrs, precision: Precision) => WeightedPixel[];

function scaleOf(inputs: number, outputs: number, alignCorners: boolean): number {
  return alignCorners && outputs > 1 ? (inputs - 1) / (outputs - 1) : inputs / outputs;
}

/** One pixel for each output. */
export const nearest: PixelsOf = (inputs, outputs, { alignCorners, halfPixelCenters }, precision) => {
  const scale = precision(scaleOf(inputs, outputs, alignCorners));
  return Array.from({ length: outputs }, (_, output) => {
    const place = precision(scale * (halfPixelCenters ? output + 0.5 : output));
    const low = Math.min(inputs - 1, alignCorners ? Math.round(place) : Math.floor(place));
    return { low, high: low, part: 0 };
  });
};

/** Two neighbours for each output. */
export const bilinear: PixelsOf = (inputs, outputs, { alignCorners, halfPixelCenters }, precision) => {
  const scale = precision(scaleOf(inputs, outputs, alignCorners));
  return Array.from({ length: outputs }, (_, output) => {
    const place = precision(halfPixelCenters ? scale * (output + 0.5) - 0.5 : scale * output);
    const low = Math.max(0, Math.floor(place));
    return { low, high: Math.min(inputs - 1, Math.ceil(place)), part: place - low };
  });
};

/** Sends the gradient of every output pixel back to the four pixels that it was made of. */
function scatter(
  memory: Memory,
  dy: TensorInfo,
  shape: readonly number[],
  rows: readonly WeightedPixel[],
  columns: readonly WeightedPixel[],
): TensorInfo {
  const [batch, height, width, channels] = shape;
  const result = memory.zeros(shape);
  const gradient = memory.floats(dy);
  const to = memory.floats(result);
  let source = 0;
  for (let n = 0; n < batch; n++) {
    for (const row of rows) {
      const top = (n * height + row.low) * width;
      const bottom = (n * height + row.high) * width;
      for (const column of columns) {
        const weights = [
          (1 - row.part) * (1 - column.part),
          (1 - row.part) * column.part,
          row.part * (1 - column.part),
          row.part * column.part,
        ];
        const places = [top + column.low, top + column.high, bottom + column.low, bottom + column.high];
        for (let k = 0; k < 4; k++) {
          if (weights[k] === 0) continue;
          for (let c = 0; c < channels; c++) to[places[k] * channels + c] += weights[k] * gradient[source + c];
        }
        source += channels;
      }
    }
  }
  return result;
}

function gradient(kernelName: string, sources: PixelsOf, precision: Precision): PlainKernel {
  return plainKernel<'images' | 'dy', ResizeAttrs>(kernelName, (memory, { images, dy }, attrs) => {
    const rows = sources(images.shape[1], dy.shape[1], attrs, precision);
    const columns = sources(images.shape[2], dy.shape[2], attrs, precision);
    return scatter(memory, dy, images.shape, rows, columns);
  });
}

/** The gradients of resizing by nearest neighbour and bilinearly. */
export function resizeGradients(precision: Precision): PlainKernel[] {
  return [
    gradient('ResizeNearestNeighborGrad', nearest, precision),
    gradient('ResizeBilinearGrad', bilinear, precision),
  ];
}
