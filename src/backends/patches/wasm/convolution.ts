import { backend_util } from '@tensorflow/tfjs-core';
import type { Shape4D } from '../shared/plain-kernel';

/** A 2D convolution, NHWC: what both of its gradients need to know. */
export interface Convolution {
  /** `[batch, height, width, channels]`. */
  readonly inputShape: readonly number[];
  /** `[height, width, input channels, output channels]`. */
  readonly filterShape: readonly number[];
  /** `[vertical, horizontal]`. */
  readonly strides: readonly [number, number];
  /** `[top, left]`. */
  readonly padding: readonly [number, number];
}

/** What tfjs passes to both gradient kernels. */
export interface Conv2DAttrs {
  readonly strides: number | [number, number];
  readonly pad: Parameters<typeof backend_util.computeConv2DInfo>[4];
  readonly dataFormat: 'NHWC' | 'NCHW';
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** Resolves the attributes of the kernel `name`. */
export function readConvolution(
  inputShape: Shape4D,
  filterShape: Shape4D,
  attrs: Conv2DAttrs,
  name: string,
): Convolution {
  if (attrs.dataFormat === 'NCHW') throw new RangeError(`${name} on wasm: dataFormat must be 'NHWC', got 'NCHW'.`);
  const info = backend_util.computeConv2DInfo(
    inputShape,
    filterShape,
    attrs.strides,
    1,
    attrs.pad,
    attrs.dimRoundingMode,
  );
  return {
    inputShape,
    filterShape,
    strides: [info.strideHeight, info.strideWidth],
    padding: [info.padInfo.top, info.padInfo.left],
  };
}
