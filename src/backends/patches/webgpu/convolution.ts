import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core';
import type { Shape4D } from '../shared/plain-kernel';
import type { Uniforms } from './backend';
import type { Factor } from './tiled-product';

/** The attributes that tfjs passes to the kernels of convolutions. */
export interface ConvAttrs {
  readonly strides: number | [number, number];
  readonly pad: Parameters<typeof backend_util.computeConv2DInfo>[4];
  readonly dataFormat: 'NHWC' | 'NCHW';
  readonly dilations?: number | [number, number];
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

export function computeConvolution(
  inputShape: readonly number[],
  filterShape: readonly number[],
  { strides, dilations = 1, pad, dimRoundingMode }: ConvAttrs,
): backend_util.Conv2DInfo {
  return backend_util.computeConv2DInfo(
    inputShape as Shape4D,
    filterShape as Shape4D,
    strides,
    dilations,
    pad,
    dimRoundingMode,
  );
}

/** The fields of the uniforms that describe a convolution. */
export const convolutionUniforms =
  'image : vec4<i32>, output : vec4<i32>, taps : vec4<i32>, strides : vec4<i32>, before : vec4<i32>,';

export function convolutionValues(info: backend_util.Conv2DInfo): Uniforms {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = info;
  const { filterHeight, filterWidth, strideHeight, strideWidth, dilationHeight, dilationWidth, padInfo } = info;
  return [
    { type: 'int32', data: [batchSize, inHeight, inWidth, inChannels] },
    { type: 'int32', data: [batchSize, outHeight, outWidth, outChannels] },
    { type: 'int32', data: [filterHeight, filterWidth, dilationHeight, dilationWidth] },
    { type: 'int32', data: [strideHeight, strideWidth, 0, 0] },
    { type: 'int32', data: [padInfo.top, padInfo.left, 0, 0] },
  ];
}

// Each of these is one side of a product of matrices: `vec4<i32>` hold (image, row, column, whether it is there), or for a
// tap of the filter (row, column, channel, whether it is there).

/** Output `i` as (image, row, column) of `grid`. */
const position = (i: string, grid: 'image' | 'output'): string => `
    let line = ${i} / uniforms.${grid}.z;
    let column = ${i} - line * uniforms.${grid}.z;
    let image = line / uniforms.${grid}.y;
    let row = line - image * uniforms.${grid}.y;`;

/** The corner of the image under the filter for output `i`. */
const corner = (i: string, count: string): string => `${position(i, 'output')}
    return vec4<i32>(image, row * uniforms.strides.x - uniforms.before.x, column * uniforms.strides.y - uniforms.before.y,
      select(0, 1, ${i} < ${count}));`;

/** The tap and channel of row `i` of a filter whose rows hold `channels`. */
const tap = (i: string, channels: string, count: string): string => `
    let tap = ${i} / ${channels};
    let row = tap / uniforms.taps.y;
    return vec4<i32>(row, tap - row * uniforms.taps.y, ${i} - tap * ${channels}, select(0, 1, ${i} < ${count}));`;

/** The image's value at a tap from a corner. */
const atTap = (from: string, to: string): string => `
    let y = ${from}.y + ${to}.x * uniforms.taps.z;
    let x = ${from}.z + ${to}.y * uniforms.taps.w;
    if (${from}.w * ${to}.w == 0 || y < 0 || y >= uniforms.image.y || x < 0 || x >= uniforms.image.z) { return -1; }
    return ((${from}.x * uniforms.image.y + y) * uniforms.image.z + x) * uniforms.image.w + ${to}.z;`;

const inFours = (size: number): boolean => size % 4 === 0;

/** `[outputs, taps * channels]`: the pixels that each output is made of. */
export const pixelsUnderFilter = (x: TensorInfo): Factor => ({
  name: 'x',
  tensor: x,
  along: 'inner',
  fours: inFours(x.shape[3]),
  code: `
  fn outerA(i : i32) -> vec4<i32> { ${corner('i', 'uniforms.sizes.x')} }
  fn innerA(k : i32) -> vec4<i32> { ${tap('k', 'uniforms.image.w', 'uniforms.sizes.z')} }
  fn atA(outer : vec4<i32>, inner : vec4<i32>) -> i32 { ${atTap('outer', 'inner')} }`,
});

/** `[taps * channels, outputs]`: the pixels that each tap meets. */
export const pixelsUnderTaps = (x: TensorInfo): Factor => ({
  name: 'x',
  tensor: x,
  along: 'outer',
  fours: inFours(x.shape[3]),
  code: `
  fn outerA(i : i32) -> vec4<i32> { ${tap('i', 'uniforms.image.w', 'uniforms.sizes.x')} }
  fn innerA(k : i32) -> vec4<i32> { ${corner('k', 'uniforms.sizes.z')} }
  fn atA(outer : vec4<i32>, inner : vec4<i32>) -> i32 { ${atTap('inner', 'outer')} }`,
});

/** A matrix `[summands, columns]` that lies in memory as it is: the filter, or the gradient of the outputs. */
export const plainMatrix = (name: string, tensor: TensorInfo): Factor => ({
  name,
  tensor,
  along: 'outer',
  fours: inFours(tensor.shape[3]),
  code: `
  fn outerB(i : i32) -> vec4<i32> { return vec4<i32>(i); }
  fn innerB(k : i32) -> vec4<i32> { return vec4<i32>(k); }
  fn atB(outer : vec4<i32>, inner : vec4<i32>) -> i32 {
    if (outer.x >= uniforms.sizes.y || inner.x >= uniforms.sizes.z) { return -1; }
    return inner.x * uniforms.sizes.y + outer.x;
  }`,
});

/** `[pixels, taps * outChannels]`: the gradients of the outputs that each pixel went into. */
export function gradientsOverPixels(dy: TensorInfo, strided: boolean): Factor {
  const unstride = `
    if (y < 0 || x < 0 || y % uniforms.strides.x != 0 || x % uniforms.strides.y != 0) { return -1; }
    y /= uniforms.strides.x;
    x /= uniforms.strides.y;`;
  return {
    name: 'dy',
    tensor: dy,
    along: 'inner',
    fours: inFours(dy.shape[3]),
    code: `
  fn outerA(i : i32) -> vec4<i32> { ${position('i', 'image')}
    return vec4<i32>(image, row + uniforms.before.x, column + uniforms.before.y, select(0, 1, i < uniforms.sizes.x));
  }
  fn innerA(k : i32) -> vec4<i32> { ${tap('k', 'uniforms.output.w', 'uniforms.sizes.z')} }
  fn atA(outer : vec4<i32>, inner : vec4<i32>) -> i32 {
    var y = outer.y - inner.x;
    var x = outer.z - inner.y;
    ${strided ? unstride : ''}
    if (outer.w * inner.w == 0 || y < 0 || y >= uniforms.output.y || x < 0 || x >= uniforms.output.z) { return -1; }
    return ((outer.x * uniforms.output.y + y) * uniforms.output.z + x) * uniforms.output.w + inner.z;
  }`,
  };
}

/** `[taps * outChannels, inChannels]`: the filter, its channels exchanged. */
export const exchangedFilter = (filter: TensorInfo): Factor => ({
  name: 'W',
  tensor: filter,
  along: 'inner',
  fours: inFours(filter.shape[3]),
  code: `
  fn outerB(i : i32) -> vec4<i32> { return vec4<i32>(i, 0, 0, select(0, 1, i < uniforms.sizes.y)); }
  fn innerB(k : i32) -> vec4<i32> {
    return vec4<i32>(k / uniforms.output.w, k % uniforms.output.w, 0, select(0, 1, k < uniforms.sizes.z));
  }
  fn atB(outer : vec4<i32>, inner : vec4<i32>) -> i32 {
    if (outer.w * inner.w == 0) { return -1; }
    return (inner.x * uniforms.sizes.y + outer.x) * uniforms.output.w + inner.y;
  }`,
});
